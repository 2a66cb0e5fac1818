"""A reply under way: the tokens of its prompt and of itself, and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from falloff.core import Finish
from falloff.models.hf.sequences import Computed, blocks_of
from falloff.models.worker import Job


@dataclass(kw_only=True, eq=False)
class Row:
    """``prompt`` of the sequence's tokens were asked, the others written.

    ``room`` is what the context leaves for the reply, ``most`` its bound, ``crowded`` whether that
    is for lack of room. ``luck``: where the noise of drawn tokens comes from. ``notes``: ids and
    log-probabilities of the likeliest tokens, for each that was written. ``spared`` tokens of the
    prompt were not computed anew.
    """

    job: Job
    sequence: Computed
    prompt: int
    room: int
    most: int
    crowded: bool
    luck: np.random.Generator | None = None
    notes: list[tuple[list[int], list[float]]] = field(default_factory=list)
    spared: int = 0
    admitted: bool = False
    finish: Finish | None = None

    @classmethod
    def of(
        cls, job: Job, prompt: list[int], *, room: int, most: int, luck: np.random.Generator | None
    ) -> Row:
        conversation = job.request.conversation
        sequence = Computed(tokens=prompt, conversation=conversation, blocks=blocks_of(prompt[:-1]))
        return cls(
            job=job,
            sequence=sequence,
            prompt=len(prompt),
            room=room,
            most=min(room, most),
            crowded=room < most,
            luck=luck,
        )

    @property
    def written(self) -> list[int]:
        return self.sequence.tokens[self.prompt :]

    @property
    def pending(self) -> int:
        """Tokens that have yet to be fed."""
        return len(self.sequence.tokens) - self.sequence.count

    @property
    def over(self) -> bool:
        return self.finish is not None or self.job.over


@dataclass(frozen=True, kw_only=True)
class Endings:
    """Where replies end: at one of ``tokens``, or at one of the texts ``stop``.

    ``piece`` says what a token adds to a text, which is soon told but no whole character at times.
    """

    tokens: frozenset[int]
    stop: tuple[str, ...]
    decode: Callable[[list[int]], str]
    piece: Callable[[int], str]

    def finish(self, row: Row) -> Finish | None:
        """How the reply ends with its last token; None if it goes on."""
        written = len(row.sequence.tokens) - row.prompt
        if row.sequence.tokens[-1] in self.tokens or (self.stop and self._stopped(row, written)):
            return "stop"
        if written >= row.most:
            return "overflow" if row.crowded else "length"
        return None

    def cut(self, text: str) -> str:
        """The text up to the first of the texts at which it ends."""
        found = [at for stop in self.stop if (at := text.find(stop)) >= 0]
        return text[: min(found)] if found else text

    @cached_property
    def _reach(self) -> int:
        """Tokens at the end of a reply that a stop can be in."""
        # Every token adds a byte or more, but for special ones; some are parts of a character.
        return max(len(stop.encode()) for stop in self.stop) + 4

    @cached_property
    def _plain(self) -> bool:
        return all(stop.isascii() for stop in self.stop)

    def _stopped(self, row: Row, written: int) -> bool:
        tokens = row.sequence.tokens[-min(written, self._reach) :]
        text = "".join(map(self.piece, tokens)) if self._plain else self.decode(tokens)
        return any(stop in text for stop in self.stop)
