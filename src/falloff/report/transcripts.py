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
from falloff.report.parting import Parting, parting
from falloff.report.visible import excerpt, one_line, visible
from falloff.report.vocabulary import REASONS

# Mark-up around a row and around a turn, in bytes, measured and rounded up.
_ROW_COST, _TURN_COST = 1500, 160


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much of a transcript is shown: letters a text, and turns at either end."""

    letters: int = 1500
    first: int = 4
    last: int = 8


IN_REPORT = Bounds()


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message as it is shown. ``parts``: here the models part, by ``apart`` and calls_apart."""

    role: str
    text: str
    calls: tuple[str, ...] = ()
    parts: bool = False
    apart: str = ""
    calls_apart: tuple[str, ...] = ()


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
        row = row_of(divergence, seats)
        budget -= _cost(row)
        if budget < 0 or len(shown) == MOST_SHOWN:
            break
        shown.append(row)
    return sorted(shown, key=_order)


def _order(row: Row) -> tuple[bool, str, list[float]]:
    at = [dose for _, dose in row.divergence.coordinate]
    return row.kind != "lost", row.divergence.family, at


def row_of(divergence: Divergence, seats: tuple[Seat, ...], bounds: Bounds = IN_REPORT) -> Row:
    """A divergence with what was said, within ``bounds``; where the models part is marked."""
    prompt = _prompt(divergence.answers)
    placed = seated(divergence.answers, seats)
    said = [answer.transcript.messages[len(prompt) :] for _, answer in placed]
    where = parting(said)
    return Row(
        divergence=divergence,
        kind=kind_of(divergence, seats),
        gold=one_line(divergence.gold, limit=300),
        prompt=_turns(prompt, bounds, None),
        columns=tuple(
            Column(seat=seat, outcome=answer.outcome, turns=_turns(messages, bounds, where))
            for (seat, answer), messages in zip(placed, said, strict=True)
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


def _turns(
    messages: tuple[Message, ...], bounds: Bounds, where: Parting | None
) -> tuple[Turn, ...]:
    turns = [
        (number, message, where if where and where.turn == number else None)
        for number, message in enumerate(messages)
    ]
    omitted = len(messages) - bounds.first - bounds.last
    if omitted <= 1:
        return tuple(_turn(message, bounds, here) for _, message, here in turns)
    first, last = turns[: bounds.first], turns[-bounds.last :]
    hidden = where is not None and bounds.first <= where.turn < bounds.first + omitted
    gap = f"{omitted:,} turns not shown" + ("; the models part in one of them" if hidden else "")
    return (
        *(_turn(message, bounds, here) for _, message, here in first),
        Turn(role="", text=gap),
        *(_turn(message, bounds, here) for _, message, here in last),
    )


def _turn(message: Message, bounds: Bounds, here: Parting | None) -> Turn:
    shown = excerpt(message.content, bounds.letters)
    calls = tuple(
        f"{one_line(call.name)}({excerpt(call.arguments, bounds.letters)})"
        for call in message.tool_calls
    )
    if here is None:
        return Turn(role=message.role, text=shown, calls=calls)
    alike = len(visible(message.content[: min(here.letters, bounds.letters)]))
    return Turn(
        role=message.role,
        text=shown[:alike],
        apart=shown[alike:],
        calls=calls[: here.calls],
        calls_apart=calls[here.calls :],
        parts=True,
    )


def _cost(row: Row) -> int:
    """Bytes of the row in the page, about: escaping makes hostile text up to five times longer."""
    turns = [*row.prompt, *(turn for column in row.columns for turn in column.turns)]
    shown = ["".join((t.text, t.apart, *t.calls, *t.calls_apart)) for t in turns]
    said = "".join(shown) + row.gold
    special = sum(map(said.count, "<>&\"'"))
    return len(said.encode()) + 4 * special + _ROW_COST + _TURN_COST * len(turns)
