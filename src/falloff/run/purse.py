"""Whether the next answer may begin, and its next turn be asked: a run's limit is never exceeded.

What is under way counts as what it may come to, not as nothing until it is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from falloff.core import CostLimitError, Outcome, Reply, Usage, costs_nothing, no_price
from falloff.core import money as shown
from falloff.run.ledger import Ledger, used_by

# The dearest answer to a family so far is no bound for the next one.
_MARGIN = 1.5


@dataclass(kw_only=True)
class _UnderWay:
    """Of one answer: what it is expected to cost in all, what its turns have cost so far, and what
    is held back for it beside that. ``asking``: what its next turn may cost, while that waits.
    """

    expected: float
    paid: float = 0.0
    held: float = 0.0
    asking: float | None = None

    @property
    def lacks(self) -> float:
        """What it would need beside what is held back for it."""
        return (self.asking or 0.0) - self.held


class Purse:
    """Lets answers begin, and their turns be asked, only while ``limit`` has what they may cost.

    None: no limit. An answer begins while half as much again as the dearest one so far of its role
    and family is left; until the first is there, nobody knows what it costs, and no second one
    begins. Each turn is asked only while the most that this turn can cost is left. Both wait while
    others under way may leave enough. ``dearest``: the most that an answer has used in earlier
    sessions, by role and family.
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
        self._under_way: dict[str, _UnderWay] = {}
        self._trying: set[tuple[str, str]] = set()
        self._dearest = {
            key: price.of(usage)
            for key, usage in (dearest or {}).items()
            if (price := ledger.prices.get(key[0]))
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
                    need = max(price.of(most), _MARGIN * self._dearest.get(key, 0.0))
                    if need <= self._left():
                        self._under_way[answer] = _UnderWay(expected=need, held=need)
                        self._trying.add(key)
                        return True
                    if not self._under_way:
                        self._empty(need)
                        break
                await self._changed.wait()
        return False

    async def ask(self, answer: str, role: str, most: Usage) -> bool:
        """Whether the next turn of an answer may be asked, which can use ``most``.

        Waits while others may leave enough, and refuses once all that are under way wait for that.
        """
        mine, price = self._under_way.get(answer), self._ledger.prices[role]
        if mine is None or price is None:
            return True
        async with self._changed:
            mine.asking = price.of(most)
            try:
                while mine.lacks > self._left():
                    if self._is_stuck():
                        self._empty(mine.asking)
                        return False
                    await self._changed.wait()
                mine.held = max(mine.held, mine.asking)
            finally:
                mine.asking = None
        return True

    async def pay(self, answer: str, role: str, reply: Reply) -> None:
        """A turn has been answered."""
        mine, price = self._under_way.get(answer), self._ledger.prices[role]
        if mine is None or price is None:
            return
        async with self._changed:
            mine.paid += price.of(used_by(reply))
            mine.held = max(mine.expected - mine.paid, 0.0)
            self._changed.notify_all()

    async def close(self, answer: str, role: str, family: str, outcome: Outcome | None) -> None:
        """The answer is there, and in the ledger; None: it will not come."""
        price, key = self._ledger.prices[role], (role, family)
        if self._under_way.pop(answer, None) is None or price is None:
            return
        async with self._changed:
            self._trying.discard(key)
            if outcome is not None and outcome.score is not None:
                # An hour's price counts by the answer's own time here, which is the most it can be.
                cost = price.of(replace(used_by(outcome), busy=outcome.seconds))
                self._dearest[key] = max(self._dearest.get(key, 0.0), cost)
            self._changed.notify_all()

    def _left(self) -> float:
        """What is neither spent nor held back."""
        assert self.limit is not None  # noqa: S101 - nobody asks otherwise
        spent = sum(self._ledger.money().values())
        return self.limit - spent - sum(one.paid + one.held for one in self._under_way.values())

    def _is_stuck(self) -> bool:
        """Whether all that are under way wait for money, and there is not enough for any."""
        left, others = self._left(), self._under_way.values()
        return all(one.asking is not None and one.lacks > left for one in others)

    def _empty(self, need: float) -> None:
        self.is_empty, self.short_by = True, need
        self._changed.notify_all()

    def uncounted(self, names: Mapping[str, str]) -> list[str]:
        """A sentence on each model that the limit cannot count. ``names``: specs by role."""
        if self.limit is None:
            return []
        unknown = dict.fromkeys(names[role] for role, price in self._prices if price is None)
        return [
            f"--max-cost does not count it: {no_price(name)}."
            for name in unknown
            if not costs_nothing(name)
        ]

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
