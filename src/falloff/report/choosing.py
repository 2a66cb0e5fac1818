"""Which of the probes that models differ on come first, where not all can be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from falloff.core import Outcome, Reason
from falloff.report.contents import Divergence, ModelAnswer
from falloff.report.lineup import Seat

MOST_SHOWN = 200


def in_turn(divergences: Sequence[Divergence], seats: tuple[Seat, ...]) -> Iterator[Divergence]:
    """Lost ones first; among them one of each cell, then a second of each, and so on."""
    kinds: dict[str, dict[tuple[str, str], list[Divergence]]] = {}
    for divergence in divergences:
        cells = kinds.setdefault(kind_of(divergence, seats), {})
        cells.setdefault((divergence.family, divergence.coordinate.key), []).append(divergence)
    for wanted in ("lost", "gained", "other"):
        for layer in zip_longest(*kinds.get(wanted, {}).values()):
            yield from (divergence for divergence in layer if divergence is not None)


def kind_of(divergence: Divergence, seats: tuple[Seat, ...]) -> str:
    """``lost``: a student fails what the teacher solved; ``gained``; or ``other``."""
    placed = seated(divergence.answers, seats)
    students = [answer.outcome for seat, answer in placed if seat.number]
    for teacher in (answer.outcome for seat, answer in placed if not seat.number):
        if solved(teacher) and any(map(failed, students)):
            return "lost"
        if failed(teacher) and any(map(solved, students)):
            return "gained"
    return "other"


def seated(
    answers: tuple[ModelAnswer, ...], seats: tuple[Seat, ...]
) -> list[tuple[Seat, ModelAnswer]]:
    """Answers with their seats. By place, since a model asked twice has one name for two seats."""
    if len(answers) == len(seats):
        return list(zip(seats, answers, strict=True))
    named = {seat.profile.model: seat for seat in reversed(seats)}
    return [(named[answer.model], answer) for answer in answers if answer.model in named]


def solved(outcome: Outcome) -> bool:
    return outcome.reason is Reason.SOLVED


def failed(outcome: Outcome) -> bool:
    return outcome.score is not None and not solved(outcome)
