"""Replies that wait for a place in the running batch, a round of them at a time."""

from __future__ import annotations

from collections import deque

from falloff.models.hf.rows import Row


class Waiting:
    """Who waits is taken in by length, so that those computed together are about as long.

    Whoever comes while a round goes in waits for the next one, so nobody is passed over for ever.
    The longest of a round go first: what is left at its end is soon over.
    """

    def __init__(self) -> None:
        self._round: deque[Row] = deque()
        self._next: list[Row] = []

    def add(self, row: Row) -> None:
        self._next.append(row)

    def put_back(self, row: Row) -> None:
        """It is the first to be taken again."""
        self._round.appendleft(row)

    def take(self) -> Row | None:
        """The next one that somebody still waits for; None if there is none."""
        while self:
            if not self._round:
                self._next.sort(key=lambda row: len(row.sequence.tokens), reverse=True)
                self._round.extend(self._next)
                self._next.clear()
            row = self._round.popleft()
            if not row.over:
                return row
        return None

    def __bool__(self) -> bool:
        return bool(self._round or self._next)
