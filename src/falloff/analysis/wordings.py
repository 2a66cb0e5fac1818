"""Does it matter how a probe is worded? Each wording against what the model's region expects.

    e = y − p̂             score less the success expected at the probe's coordinate
    difference            mean e of a wording less the mean e of all the family's wordings, so that
                          a region that is off as a whole counts for none of them

Which wording a probe has is drawn with its seed, whatever was answered before, so this holds under
adaptive designs. Variance is pooled over wordings, and not below the binomial one; where items are
asked more than once it is stretched by the design effect of the clusters (Kish 1965).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import stdtr, stdtrit

from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import Draws
from falloff.analysis.estimates import UNDEFINED, Interval, Wording
from falloff.analysis.intervals import HIGH

# Fewer probes than this in a wording are counted, and not judged.
_LEAST = 5
_ALPHA = 0.05


def wordings(data: FamilyData, role: str, draws: Draws | None) -> tuple[Wording, ...]:
    """Every wording of a family, by number; empty where it has one alone, or none is known."""
    known = np.array([template is not None for template in data.templates], dtype=bool)
    if not known.any():
        return ()
    keep = data.scored(role) & known
    kept = [t for t, keeps in zip(data.templates, keep, strict=True) if keeps]
    numbers, which = np.unique(np.array(kept, dtype=np.intp), return_inverse=True)
    if len(numbers) < 2:
        return ()
    score, place = data.scores[role][keep], data.place_of[keep]
    expected, fitted = _expected(data, score, place, draws)
    off = score - expected
    count = np.bincount(which)
    mean = np.bincount(which, off) / count
    rest = off - mean[which]
    _, item = np.unique(data.item_of[keep], return_inverse=True)
    left = len(off) - len(numbers) - fitted
    freedom = min(int(item.max()) + 1 - len(numbers), left)
    variance = 0.0
    if freedom > 0:
        variance = max(float(rest @ rest) / left, float((expected * (1 - expected)).mean()))
    return tuple(
        _wording(
            template=int(number),
            score=score[which == i],
            difference=float(mean[i] - off.mean()),
            variance=variance
            * (1 / count[i] - 1 / len(off))
            * _design_effect(rest * ((which == i) / count[i] - 1 / len(off)), item),
            freedom=freedom,
        )
        for i, number in enumerate(numbers)
    )


def judged(families: Sequence[tuple[Wording, ...]]) -> list[tuple[Wording, ...]]:
    """The same, each ``further_off`` if Holm's procedure (1979) over all at once rejects chance."""
    ranked = sorted(w.p for family in families for w in family if w.p is not None)
    refuted = 0
    while refuted < len(ranked) and ranked[refuted] < _ALPHA / (len(ranked) - refuted):
        refuted += 1
    bound = ranked[refuted - 1] if refuted else -1.0
    return [
        tuple(replace(w, further_off=w.p is not None and w.p <= bound) for w in family)
        for family in families
    ]


def _expected(
    data: FamilyData, score: Floats, place: np.ndarray, draws: Draws | None
) -> tuple[Floats, int]:
    """[kept] expected success, and the degrees of freedom it takes up beside the overall mean.

    Of the region; without draws, the mean score at the same place.
    """
    if draws is not None:
        return data.chance + (1 - data.chance) * draws.competence[0][place], 0
    total, count = np.bincount(place, score), np.bincount(place)
    return (total / np.maximum(count, 1))[place], int((count > 0).sum()) - 1


def _design_effect(part: Floats, item: np.ndarray) -> float:
    """By how much clusters raise the variance of a sum of ``part`` [n]; 1 where none is shared."""
    alone = float(part @ part)
    if alone == 0.0:
        return 1.0
    return max(float((np.bincount(item, part) ** 2).sum()) / alone, 1.0)


def _wording(
    *, template: int, score: Floats, difference: float, variance: float, freedom: int
) -> Wording:
    told, p = UNDEFINED, None
    if len(score) >= _LEAST and variance > 0:
        error = float(np.sqrt(variance))
        half = float(stdtrit(freedom, HIGH)) * error
        told = Interval(estimate=difference, low=difference - half, high=difference + half)
        p = float(2 * stdtr(freedom, -abs(difference) / error))
    return Wording(
        template=template,
        probes=len(score),
        solved=float(score.mean()),
        difference=told,
        p=p,
    )
