"""Weighted sums over families: what a student keeps over all of them, or over a capability's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from falloff.analysis.contrasts import Pair, divide, ratio
from falloff.analysis.data import Floats
from falloff.analysis.estimates import CapabilityComparison
from falloff.analysis.intervals import interval
from falloff.analysis.shared_items import Influence, combined, influence_of, stretched


@dataclass(frozen=True, kw_only=True)
class Headline:
    """Weighted sums over families, [1 + draws]; empty where no family can be used."""

    teacher_volume: Floats
    student_volume: Floats
    teacher_centre: Floats
    student_centre: Floats
    influences: tuple[Influence, ...]

    @property
    def retention(self) -> Floats:
        """Wider where families share items."""
        ratio = divide(self.student_volume, self.teacher_volume)
        return stretched(ratio, self.influences, ratio=True)

    @property
    def illusion(self) -> Floats:
        return divide(self.student_centre, self.teacher_centre) - self.retention


def headline_of(pairs: Sequence[Pair]) -> Headline:
    """The sums over these pairs."""

    def total(values: list[Floats]) -> Floats:
        terms = [pair.weight * value for pair, value in zip(pairs, values, strict=True)]
        return np.sum(terms, axis=0) if terms else np.empty(0)

    teacher = total([pair.teacher.volume for pair in pairs])
    student = total([pair.student.volume for pair in pairs])
    return Headline(
        teacher_volume=teacher,
        student_volume=student,
        influences=tuple(_on_ratio(pair, teacher, student) for pair in pairs),
        teacher_centre=total([pair.teacher.centre for pair in pairs]),
        student_centre=total([pair.student.centre for pair in pairs]),
    )


def _on_ratio(pair: Pair, teacher: Floats, student: Floats) -> Influence:
    """What items contribute to the logarithm of the headline by way of one family."""
    if not teacher[0] > 0 or not student[0] > 0:
        return {}
    return combined(
        [
            (pair.weight / float(student[0]), influence_of(pair.data, pair.student.psi)),
            (-pair.weight / float(teacher[0]), influence_of(pair.data, pair.teacher.psi)),
        ]
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
        centre_ratio=ratio(headline.student_centre, headline.teacher_centre),
        illusion=interval(headline.illusion),
    )
