"""Weighted sums over families: what a student keeps over all of them, or over a capability's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from falloff.analysis.contrasts import Pair, divide
from falloff.analysis.data import Floats
from falloff.analysis.intervals import interval
from falloff.analysis.pair_estimates import CapabilityComparison
from falloff.analysis.shared_items import (
    Influence,
    centre_influence,
    combined,
    influence_of,
    stretched,
)


@dataclass(frozen=True, kw_only=True)
class Headline:
    """Weighted sums over families, [1 + draws]; empty where no family can be used.

    Ratios are wider where families share items.
    """

    teacher_volume: Floats
    student_volume: Floats
    teacher_centre: Floats
    student_centre: Floats
    on_retention: tuple[Influence, ...]
    on_centre_ratio: tuple[Influence, ...]

    @property
    def retention(self) -> Floats:
        kept = divide(self.student_volume, self.teacher_volume)
        return stretched(kept, self.on_retention, ratio=True)

    @property
    def centre_ratio(self) -> Floats:
        kept = divide(self.student_centre, self.teacher_centre)
        return stretched(kept, self.on_centre_ratio, ratio=True)

    @property
    def illusion(self) -> Floats:
        return self.centre_ratio - self.retention


def headline_of(pairs: Sequence[Pair]) -> Headline:
    """Of the families that can be used, each with its weight."""

    def total(values: list[Floats]) -> Floats:
        terms = [pair.weight * value for pair, value in zip(pairs, values, strict=True)]
        return np.sum(terms, axis=0) if terms else np.empty(0)

    teacher = total([pair.teacher.volume for pair in pairs])
    student = total([pair.student.volume for pair in pairs])
    teacher_centre = total([pair.teacher.centre for pair in pairs])
    student_centre = total([pair.student.centre for pair in pairs])
    return Headline(
        teacher_volume=teacher,
        student_volume=student,
        teacher_centre=teacher_centre,
        student_centre=student_centre,
        on_retention=tuple(
            _on_ratio(
                pair.weight,
                (influence_of(pair.data, pair.teacher.psi), teacher),
                (influence_of(pair.data, pair.student.psi), student),
            )
            for pair in pairs
        ),
        on_centre_ratio=tuple(
            _on_ratio(
                pair.weight,
                (centre_influence(pair.data, pair.roles, pair.roles[0]), teacher_centre),
                (centre_influence(pair.data, pair.roles, pair.roles[1]), student_centre),
            )
            for pair in pairs
        ),
    )


def _on_ratio(
    weight: float, teacher: tuple[Influence, Floats], student: tuple[Influence, Floats]
) -> Influence:
    """What items contribute to the logarithm of a ratio of sums by way of one family.

    Each model's influences in the family, and its sum over all families.
    """
    (on_teacher, below), (on_student, above) = teacher, student
    if not below[0] > 0 or not above[0] > 0:
        return {}
    return combined(
        [(weight / float(above[0]), on_student), (-weight / float(below[0]), on_teacher)]
    )


def capabilities(pairs: Sequence[Pair]) -> tuple[CapabilityComparison, ...]:
    """The student against its teacher, capability by capability."""
    return tuple(_capability(name, of) for name, of in by_capability(pairs).items())


def by_capability(pairs: Sequence[Pair]) -> dict[str, list[Pair]]:
    """The pairs, capability by capability."""
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.data.capability, []).append(pair)
    return found


def _capability(name: str, pairs: Sequence[Pair]) -> CapabilityComparison:
    headline = headline_of(pairs)
    return CapabilityComparison(
        capability=name,
        families=tuple(pair.data.name for pair in pairs),
        retention=interval(headline.retention),
        centre_ratio=interval(headline.centre_ratio),
        illusion=interval(headline.illusion),
    )
