"""What a run has used so far and what that costs, and whether the next answer may begin."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from falloff.core import CostLimitError, Outcome, Price, PriceTable, Usage, no_price
from falloff.core import money as shown

# The dearest answer to a family so far is no bound for the next one.
_MARGIN = 1.5


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What answers cost, and the most that a run may, all sessions together; None: no limit."""

    prices: PriceTable = field(default_factory=PriceTable)
    limit: float | None = None


@dataclass
class Ledger:
    """Usage and money by role. ``prices`` is None for a model whose price is not known.

    ``before``: what earlier sessions have used. ``clock``: in seconds.
    """

    prices: Mapping[str, Price | None]
    before: Mapping[str, Usage] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    _used: dict[str, Usage] = field(init=False, default_factory=dict)
    _under_way: dict[str, int] = field(init=False, default_factory=dict)
    _since: dict[str, float] = field(init=False, default_factory=dict)

    def begin(self, role: str) -> None:
        """An answer of the role is under way."""
        if not self._under_way.get(role):
            self._since[role] = self.clock()
        self._under_way[role] = self._under_way.get(role, 0) + 1

    def end(self, role: str) -> None:
        """An answer that was under way has come, or will not."""
        self._under_way[role] -= 1
        if not self._under_way[role]:
            self._add(role, Usage(busy=self.clock() - self._since.pop(role)))

    def note(self, role: str, outcome: Outcome) -> None:
        """An answer has been recorded."""
        self._add(role, used_by(outcome))

    def busy(self) -> dict[str, float]:
        """Seconds of this session in which each role was at work."""
        now = self.clock()
        return {
            role: self._used.get(role, Usage()).busy + now - self._since.get(role, now)
            for role in {*self._used, *self._since}
        }

    def money(self) -> dict[str, float]:
        """What each role has cost in all, of those whose price is known."""
        busy = self.busy()
        spent = {}
        for role, price in self.prices.items():
            if price is not None:
                session = replace(self._used.get(role, Usage()), busy=busy.get(role, 0.0))
                spent[role] = price.of(_sum(self.before.get(role, Usage()), session))
        return spent

    def _add(self, role: str, usage: Usage) -> None:
        self._used[role] = _sum(self._used.get(role, Usage()), usage)


class Purse:
    """Lets an answer begin only while what it may cost is left of ``limit``; None: no limit.

    Until the first answer of a role to a family is there, no second one begins: nobody knows what
    it costs. ``dearest``: the most that one has used in earlier sessions, by role and family.
    """

    def __init__(
        self,
        ledger: Ledger,
        limit: float | None,
        dearest: Mapping[tuple[str, str], Usage] | None = None,
    ) -> None:
        self.limit = limit
        self.is_empty = False
        self.short_by = 0.0
        self._ledger = ledger
        self._prices = ledger.prices.items()
        self._changed = asyncio.Condition()
        self._reserved: dict[str, float] = {}
        self._trying: set[tuple[str, str]] = set()
        self._dearest = {
            key: price.of(usage)
            for key, usage in (dearest or {}).items()
            if (price := ledger.prices[key[0]])
        }

    async def open(self, answer: str, role: str, family: str, most: Usage) -> bool:
        """Whether the answer of that name may begin; waits while that depends on others.

        ``most``: what its first turn can use.
        """
        price = self._ledger.prices[role]
        if self.limit is None or price is None:
            return True
        key = (role, family)
        async with self._changed:
            while not self.is_empty:
                if key in self._dearest or key not in self._trying:
                    known = self._dearest.get(key)
                    need = price.of(most) if known is None else _MARGIN * known
                    spent = sum(self._ledger.money().values())
                    left = self.limit - spent - sum(self._reserved.values())
                    if need <= left:
                        self._reserved[answer] = need
                        self._trying.add(key)
                        return True
                    if not self._reserved:
                        self.is_empty, self.short_by = True, need
                        self._changed.notify_all()
                        break
                await self._changed.wait()
        return False

    def uncounted(self, names: Mapping[str, str]) -> list[str]:
        """A sentence on each model that the limit cannot count. ``names``: specs by role."""
        if self.limit is None:
            return []
        unknown = dict.fromkeys(names[role] for role, price in self._prices if price is None)
        return [f"--max-cost does not count it: {no_price(name)}." for name in unknown]

    def complaint(self, names: Mapping[str, str], currency: str, kept: str) -> CostLimitError:
        """That it is empty: what was spent on whom, and how to go on."""
        spent = self._ledger.money()
        each = ", ".join(f"{names[role]}: {shown(cost, currency)}" for role, cost in spent.items())
        return CostLimitError(
            f"The run would cost more than {shown(self.limit or 0.0, currency)}:"
            f" {shown(sum(spent.values()), currency)} are spent ({each}), and the next answer may"
            f" cost up to {shown(self.short_by, currency)}.",
            remedy=f"{kept} Run the same command with a higher --max-cost to go on.",
        )

    async def close(self, answer: str, role: str, family: str, outcome: Outcome | None) -> None:
        """The answer is there; None: it will not come."""
        price, key = self._ledger.prices[role], (role, family)
        if self._reserved.pop(answer, None) is None or price is None:
            return
        async with self._changed:
            self._trying.discard(key)
            if outcome is not None and outcome.score is not None:
                # An hour's price counts by the answer's own time here, which is the most it can be.
                cost = price.of(replace(used_by(outcome), busy=outcome.seconds))
                self._dearest[key] = max(self._dearest.get(key, 0.0), cost)
            self._changed.notify_all()


def used_by(outcome: Outcome) -> Usage:
    """The tokens of one answer."""
    return Usage(
        prompt_tokens=outcome.prompt_tokens,
        cached_tokens=outcome.cached_tokens,
        completion_tokens=outcome.completion_tokens,
    )


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        busy=one.busy + other.busy,
    )
