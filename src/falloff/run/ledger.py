"""What a run has used so far, and what that costs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from falloff.core import Outcome, Price, PriceTable, Reply, Usage


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
                spent[role] = price.of(self.before.get(role, Usage()) + session)
        return spent

    def _add(self, role: str, usage: Usage) -> None:
        self._used[role] = self._used.get(role, Usage()) + usage


def used_by(said: Outcome | Reply) -> Usage:
    """The tokens of one answer, or of one turn of it."""
    return Usage(
        prompt_tokens=said.prompt_tokens,
        cached_tokens=said.cached_tokens,
        completion_tokens=said.completion_tokens,
    )
