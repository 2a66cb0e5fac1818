"""Which transcripts are shown, how much of each, and what they can be filtered by.

A report stays small whatever was said: so many probes, so many turns of each, so many characters
a turn, so many bytes in all. Whatever is left out is counted and stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from falloff.core import Message, Outcome
from falloff.report.choosing import MOST_SHOWN, failed, in_turn, kind_of, seated, solved
from falloff.report.contents import Divergence, ModelAnswer
from falloff.report.lineup import Seat
from falloff.report.visible import excerpt, one_line
from falloff.report.vocabulary import REASONS

_MOST_LETTERS = 1500
_FIRST_TURNS, _LAST_TURNS = 4, 8
# Mark-up around a row and around a turn, in bytes, measured and rounded up.
_ROW_COST, _TURN_COST = 1500, 160


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message as it is shown."""

    role: str
    text: str
    calls: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Column:
    """One model's side of a probe."""

    seat: Seat
    outcome: Outcome
    turns: tuple[Turn, ...]

    @property
    def reason(self) -> str:
        return REASONS[self.outcome.reason]

    @property
    def solved(self) -> bool:
        return solved(self.outcome)

    @property
    def answer(self) -> str:
        return "" if self.outcome.answer is None else one_line(self.outcome.answer)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One divergence, ready to be shown. ``kind``: who solved it."""

    divergence: Divergence
    kind: str
    gold: str
    prompt: tuple[Turn, ...]
    columns: tuple[Column, ...]

    @property
    def failing(self) -> tuple[Column, ...]:
        """The columns whose failure makes the row: the students', or the teacher's if it alone."""
        failing = tuple(column for column in self.columns if failed(column.outcome))
        students = tuple(column for column in failing if column.seat.number)
        return students if students and self.kind != "gained" else failing

    @property
    def tokens(self) -> list[str]:
        """What the filter can find the row by, places apart."""
        tokens = [self.kind]
        for column in self.failing:
            reason = f"r-{column.outcome.reason.value}"
            tokens += [reason, f"m{column.seat.number}", f"m{column.seat.number}.{reason}"]
        if self.kind == "gained":
            reasons = {f"r-{column.outcome.reason.value}" for column in self.failing}
            winners = [f"m{c.seat.number}" for c in self.columns if c.solved]
            tokens += winners + [f"{w}.{reason}" for w in winners for reason in reasons]
        return list(dict.fromkeys(tokens))


def rows(divergences: Sequence[Divergence], seats: tuple[Seat, ...], budget: int) -> list[Row]:
    """The rows shown: what only students fail first, cells in turn, within ``budget`` bytes."""
    shown: list[Row] = []
    for divergence in in_turn(divergences, seats):
        row = _row(divergence, seats)
        budget -= _cost(row)
        if budget < 0 or len(shown) == MOST_SHOWN:
            break
        shown.append(row)
    return sorted(shown, key=_order)


def _order(row: Row) -> tuple[bool, str, list[float]]:
    at = [dose for _, dose in row.divergence.coordinate]
    return row.kind != "lost", row.divergence.family, at


def _row(divergence: Divergence, seats: tuple[Seat, ...]) -> Row:
    prompt = _prompt(divergence.answers)
    return Row(
        divergence=divergence,
        kind=kind_of(divergence, seats),
        gold=one_line(divergence.gold, limit=300),
        prompt=_turns(prompt),
        columns=tuple(
            Column(
                seat=seat,
                outcome=answer.outcome,
                turns=_turns(answer.transcript.messages[len(prompt) :]),
            )
            for seat, answer in seated(divergence.answers, seats)
        ),
    )


def _prompt(answers: tuple[ModelAnswer, ...]) -> tuple[Message, ...]:
    """What all models were shown before any of them spoke."""
    together = zip(*(answer.transcript.messages for answer in answers), strict=False)
    return tuple(
        first
        for first, *_ in takewhile(
            lambda said: said[0].role != "assistant" and all(m == said[0] for m in said), together
        )
    )


def _turns(messages: tuple[Message, ...]) -> tuple[Turn, ...]:
    omitted = len(messages) - _FIRST_TURNS - _LAST_TURNS
    if omitted <= 1:
        return tuple(map(_turn, messages))
    gap = Turn(role="", text=f"{omitted:,} turns not shown")
    first, last = messages[:_FIRST_TURNS], messages[-_LAST_TURNS:]
    return (*map(_turn, first), gap, *map(_turn, last))


def _turn(message: Message) -> Turn:
    return Turn(
        role=message.role,
        text=excerpt(message.content, _MOST_LETTERS),
        calls=tuple(
            f"{one_line(call.name)}({excerpt(call.arguments, _MOST_LETTERS)})"
            for call in message.tool_calls
        ),
    )


def _cost(row: Row) -> int:
    """Bytes of the row in the page, about: escaping makes hostile text up to five times longer."""
    turns = [*row.prompt, *(turn for column in row.columns for turn in column.turns)]
    said = "".join(turn.text + "".join(turn.calls) for turn in turns) + row.gold
    special = sum(map(said.count, "<>&\"'"))
    return len(said.encode()) + 4 * special + _ROW_COST + _TURN_COST * len(turns)
