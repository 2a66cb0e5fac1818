"""Retention under other measures than the reported one: how much the choice of μ decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from falloff.analysis.contrasts import Pair, divide
from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.headline import Headline
from falloff.analysis.intervals import interval
from falloff.analysis.pair_estimates import Measure, MeasuredRetention
from falloff.analysis.shape import uniform_in_u
from falloff.analysis.shared_items import stretched

# How many times as much one end of an axis weighs as the other, as the names of measures say.
TILT = 4.0


def under_measures(pairs: Sequence[Pair], headline: Headline) -> tuple[MeasuredRetention, ...]:
    """The headline under every measure, the reported one first; empty where nothing is compared.

    Places are weighed anew in the fitted regions; the reported draws, which hold the audit's
    correction and the error of the form, move by as much as those do.
    """
    if not pairs:
        return ()
    reported = headline.retention
    fitted = _fitted(pairs, lambda data: data.mu)
    found = {Measure.REPORTED: reported}
    for measure, weigh in _PLACES.items():
        found[measure] = reported * divide(_fitted(pairs, weigh), fitted)
    if len({round(pair.weight, 9) for pair in pairs}) > 1:
        found[Measure.FAMILIES] = _families_alike(pairs, headline)
    return tuple(MeasuredRetention(measure=m, retention=interval(d)) for m, d in found.items())


def tilted(data: FamilyData, ratio: float) -> Floats:
    """[places] μ times a weight that goes geometrically to ``ratio`` from an axis' centre, 1, to
    its top; labels have no scale and weigh the same."""
    doses = data.u[:, : len(data.layout.doses)]
    weights = data.mu * np.prod(ratio**doses, axis=1)
    return np.asarray(weights / weights.sum())


def _fitted(pairs: Sequence[Pair], weigh: Callable[[FamilyData], Floats]) -> Floats:
    """[1 + DRAWS] retention by the fitted regions, each family's places weighed by ``weigh``."""
    weights = [pair.weight * weigh(pair.data) for pair in pairs]
    both = list(zip(pairs, weights, strict=True))
    student = np.sum([pair.student.competence @ weight for pair, weight in both], axis=0)
    teacher = np.sum([pair.teacher.competence @ weight for pair, weight in both], axis=0)
    return divide(student, teacher)


def _families_alike(pairs: Sequence[Pair], headline: Headline) -> Floats:
    student = np.sum([pair.student.volume for pair in pairs], axis=0)
    teacher = np.sum([pair.teacher.volume for pair in pairs], axis=0)
    return stretched(divide(student, teacher), headline.on_retention, ratio=True)


_PLACES = {
    Measure.IN_U: uniform_in_u,
    Measure.CENTRE: lambda data: tilted(data, 1 / TILT),
    Measure.TOP: lambda data: tilted(data, TILT),
}
