"""How many calls are in flight: more while all goes well, half when the endpoint is overrun."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType


class Gate:
    """Additive up, multiplicative down, as TCP does it.

    The first call goes alone: what is wrong with it is wrong with all, and is found out once. Then
    half of the ``most`` go, and one more with every answer; once the endpoint has throttled, one
    more with every full round of answers. ``throttled`` halves the limit, once for all calls that
    were in flight together. Calls pass in the order in which they came.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = 1.0
        self.in_flight = 0
        self.cuts = 0
        self._open_at = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def passage(self) -> Passage:
        """A context manager around one call."""
        return Passage(self)

    def answered(self) -> None:
        """A call came to something."""
        careful, bold = self.limit + 1.0 / self.limit, max(self.limit + 1.0, self.most / 2)
        self.limit = min(float(self.most), careful if self.cuts else bold)
        self._let_in()

    def throttled(self, passage: Passage, seconds: float | None) -> None:
        """The endpoint turned a call away; nobody passes for so many ``seconds``."""
        if passage.cuts == self.cuts:
            self.limit = max(1.0, self.limit / 2)
            self.cuts += 1
        if seconds:
            loop = asyncio.get_running_loop()
            self._open_at = max(self._open_at, loop.time() + seconds)
            loop.call_at(self._open_at, self._let_in)

    async def enter(self) -> None:
        if not self._waiting and self._has_room():
            self.in_flight += 1
            return
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        if self._open_at:
            loop.call_at(self._open_at, self._let_in)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        self.in_flight -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._has_room():
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)

    def _has_room(self) -> bool:
        if self.in_flight >= int(self.limit):
            return False
        # A timer may be early, by the resolution of the clock.
        if self._open_at and asyncio.get_running_loop().time() < self._open_at - 0.001:
            return False
        self._open_at = 0.0
        return True


class Passage:
    """One call's way through a gate; ``cuts`` is how often the limit had been cut before it."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.cuts = 0

    async def __aenter__(self) -> Passage:
        await self._gate.enter()
        self.cuts = self._gate.cuts
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gate.leave()
