"""From many episodes to one file: answers that are ready together are committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from falloff.run.records import Answer
from falloff.run.store import RunStore


class Recorder:
    """Commits answers and only then tells ``committed`` of them.

    Whoever keeps an answer gives the event loop one turn before it commits, so that all episodes
    that end in the same turn share a transaction. No timer: a lone answer is on disk at once.
    """

    def __init__(self, store: RunStore, committed: Callable[[Answer], None]) -> None:
        self._store = store
        self._committed = committed
        self._waiting: list[Answer] = []

    async def keep(self, answer: Answer) -> None:
        """Returns when the answer is on disk."""
        group = self._waiting
        group.append(answer)
        await asyncio.sleep(0)
        # Only the first of a group commits it: the others would commit, one by one, what those
        # before them have kept since.
        if group is self._waiting:
            self.flush()

    def flush(self) -> None:
        """Commit what is waiting; also what cancelled episodes have left behind."""
        ready, self._waiting = self._waiting, []
        if ready:
            self._store.record(ready)
        for answer in ready:
            self._committed(answer)
