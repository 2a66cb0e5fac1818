"""One model's mean over families, for a report without a teacher to compare with.

Every capability weighs the same, and every family the same within its capability. Families have
their own probes, so their errors are independent and the bounds of the mean follow from the
families' own (MOVER: Zou and Donner 2008): lower distance² = Σ (wᵢ(eᵢ − lowᵢ))², upper likewise.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from falloff.measure.estimates import UNDEFINED, FamilyProfile, Interval, Profile, Status
from falloff.report.numerals import bounded

Quantity = Callable[[FamilyProfile], Interval]


def overall(profile: Profile, quantity: Quantity) -> Interval:
    """The weighted mean of ``quantity`` over the families whose status is OK."""
    families = [
        f for f in profile.families if f.status is Status.OK and quantity(f).estimate is not None
    ]
    if not families:
        return UNDEFINED
    weights = _weights(families)
    values = [quantity(f) for f in families]
    mean = sum(w * (v.estimate or 0.0) for w, v in zip(weights, values, strict=True))
    if not all(bounded(v) for v in values):
        return Interval(estimate=mean)
    below = [w * ((v.estimate or 0) - (v.low or 0)) for w, v in zip(weights, values, strict=True)]
    above = [w * ((v.high or 0) - (v.estimate or 0)) for w, v in zip(weights, values, strict=True)]
    return Interval(estimate=mean, low=mean - math.hypot(*below), high=mean + math.hypot(*above))


def _weights(families: list[FamilyProfile]) -> list[float]:
    sizes = Counter(f.capability for f in families)
    return [1 / (len(sizes) * sizes[f.capability]) for f in families]
