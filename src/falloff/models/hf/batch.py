"""The running batch: replies enter and leave it as they come, and share what is computed.

A reply's tokens do not depend on who else is in the batch but for rounding: where two tokens are as
good as equal, company may decide.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from falloff.core import ModelError
from falloff.models.hf.network import Network
from falloff.models.hf.rows import Row
from falloff.models.hf.sequences import BLOCK, Library
from falloff.models.hf.waiting import Waiting

# Tokens of a pass over prompts, padding included: more of them take longer each, out of the cache.
_PASS = 1024
# Padding that would take longer than a pass of its own.
_PADDING = 48
# As few as they may become where memory is short.
_LEAST_PASS = 64
# Tokens that each reply of a batch is expected to need; a batch that needs more sends some away.
_AHEAD = 32

# Takes rows and the logits of their next tokens [rows, vocabulary], and adds these to the rows.
Write = Callable[[list[Row], torch.Tensor], None]


class Batch:
    """At most ``rows`` replies, which hold ``tokens`` together, and as many tokens put by.

    ``answer`` is called with each reply that is over. ``notes`` say what the user should know.
    """

    def __init__(
        self,
        network: Network,
        *,
        rows: int,
        tokens: int,
        write: Write,
        answer: Callable[[Row], None],
        notes: list[str],
    ) -> None:
        self._network = network
        self._slots = network.slots
        self._most_rows = rows
        self._most_tokens = tokens
        self._write = write
        self._answer = answer
        self._notes = notes
        self._rows: list[Row] = []
        self._waiting = Waiting()
        self._library = Library(tokens)
        self._pass = _PASS

    def add(self, row: Row) -> None:
        self._waiting.add(row)

    def forget(self, conversation: str) -> None:
        self._library.forget(conversation)

    def step(self) -> bool:
        """One token more for each reply, those that wait taken in; whether any is under way.

        Out of memory, the batch is halved and goes on.
        """
        try:
            with torch.inference_mode():
                self._dismiss([row for row in self._rows if row.over])
                self._admit()
                self._prefill()
                self._decode()
        except (RuntimeError, MemoryError) as problem:
            if not _out_of_memory(problem):
                raise
            self._halve(problem)
        return bool(self._rows or self._waiting)

    def _admit(self) -> None:
        """Take in those who wait, the shortest to compute first.

        Who begins like one taken in just now waits until that beginning is computed.
        """
        new: list[tuple[int, Row]] = []
        begun: set[int] = set()
        later: list[Row] = []
        longest = max((len(row.sequence.tokens) for row in self._rows), default=0)
        while len(self._rows) + len(new) < self._most_rows and (row := self._waiting.take()):
            sequence = row.sequence
            longest = max(longest, len(sequence.tokens))
            count = len(self._rows) + len(new) + 1
            if count > 1 and count * (longest + _AHEAD) > self._most_tokens:
                self._waiting.put_back(row)
                break
            _, spared = self._library.find(sequence)
            soon = sum(1 for block in sequence.blocks if block in begun) * BLOCK
            if soon > spared:
                later.append(row)
                continue
            begun.update(sequence.blocks)
            new.append((len(sequence.tokens) - spared, row))
        for row in reversed(later):
            self._waiting.put_back(row)
        if new:
            self._slots.reserve(len(self._rows) + len(new), longest + 1, most=self._most_tokens)
        for _, row in sorted(new, key=lambda pair: pair[0]):
            self._enter(row)

    def _enter(self, row: Row) -> None:
        """Into the next slot, with what is at hand of its beginning."""
        sequence, slot = row.sequence, len(self._rows)
        source, count = self._library.find(sequence)
        self._rows.append(row)
        sequence.slot, sequence.count = slot, min(count, len(sequence.tokens) - 1)
        if source is not None and source.kept is not None:
            self._slots.put(slot, source.kept, sequence.count)
        elif source is not None and source.slot is not None:
            self._slots.copy(source.slot, slot, sequence.count)
        if not row.admitted:
            row.spared, row.admitted = sequence.count, True
        if own := self._library.own(sequence.conversation):
            self._library.drop(own)

    def _prefill(self) -> None:
        """Compute the prompts, several of like length in a pass, a long one in several passes."""
        while group := self._next_group():
            news = [row.sequence.tokens[row.sequence.count :][: self._pass] for row in group]
            logits = self._extend(group, news)
            done = [i for i, row in enumerate(group) if not row.pending]
            for row in (group[i] for i in done):
                self._library.list(row.sequence)
            if done:
                self._write([group[i] for i in done], logits[done])
        self._settle()

    def _next_group(self) -> list[Row]:
        group: list[Row] = []
        widest = 0
        for row in self._rows:
            if row.pending <= 1:
                if group:
                    break
                continue
            width = max(widest, min(row.pending, self._pass))
            if group and (
                width * (len(group) + 1) > self._pass or (width - widest) * len(group) > _PADDING
            ):
                break
            widest = width
            group.append(row)
        return group

    def _decode(self) -> None:
        while len(self._rows) > 1 and self._held() > self._most_tokens:
            row = self._rows[-1]
            self._leave(row)
            self._waiting.put_back(row)
        if self._rows:
            logits = self._extend(self._rows, [row.sequence.tokens[-1:] for row in self._rows])
            self._write(self._rows, logits)
            self._settle()

    def _held(self) -> int:
        return len(self._rows) * max(len(row.sequence.tokens) for row in self._rows)

    def _extend(self, rows: list[Row], news: list[list[int]]) -> torch.Tensor:
        slot = rows[0].sequence.slot
        starts = [row.sequence.count for row in rows]
        longest = max(len(row.sequence.tokens) for row in self._rows)
        self._slots.reserve(len(self._rows), longest + 1, most=self._most_tokens)
        logits = self._network.extend(slot or 0, starts, news)
        for row, new in zip(rows, news, strict=True):
            row.sequence.count += len(new)
        return logits

    def _settle(self) -> None:
        self._dismiss([row for row in self._rows if row.finish is not None])

    def _dismiss(self, rows: list[Row]) -> None:
        """They leave, and those that are over are answered."""
        for row in reversed(rows):
            self._leave(row)
            if row.finish is not None:
                self._answer(row)

    def _leave(self, row: Row) -> None:
        """Out of its slot, which the last row moves into, so that rows stay side by side."""
        sequence, slot = row.sequence, row.sequence.slot
        assert slot is not None  # noqa: S101 - it is in the batch
        self._library.put_by(sequence, self._slots.take(slot, sequence.count))
        last = self._rows.pop()
        if last is not row:
            self._slots.copy(len(self._rows), slot, last.sequence.count)
            last.sequence.slot, self._rows[slot] = slot, last

    def _halve(self, problem: Exception) -> None:
        """Let go of all that was computed, and begin again with half as many rows."""
        rows, self._rows = self._rows, []
        alone = len(rows) == 1 and not len(self._library)
        self._library.clear()
        self._slots.clear()
        self._most_rows = max(1, len(rows) // 2)
        self._pass = max(_LEAST_PASS, self._pass // 2)
        for row in reversed(rows):
            self._library.drop(row.sequence)
            if row.finish is not None:
                self._answer(row)
            elif alone:
                row.job.fail(_too_large(row, problem))
            else:
                self._waiting.put_back(row)
        said = "Memory ran out: from then on, fewer replies were computed together, {} at the most."
        start = said.partition(":")[0]
        self._notes[:] = [note for note in self._notes if not note.startswith(start)]
        self._notes.append(said.format(self._most_rows))


def _out_of_memory(problem: Exception) -> bool:
    """CUDA has an error of its own for it; on the CPU torch has only words."""
    special = getattr(torch, "OutOfMemoryError", torch.cuda.OutOfMemoryError)
    return isinstance(problem, special | MemoryError) or "not enough memory" in str(problem)


def _too_large(row: Row, problem: Exception) -> ModelError:
    error = ModelError(
        f"Memory ran out over one reply alone, {len(row.sequence.tokens)} tokens long.",
        remedy="Give less of it to other programs, or dtype=bfloat16, or a smaller model.",
    )
    error.__cause__ = problem
    return error
