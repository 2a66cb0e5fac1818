"""What is different between two runs: every number before and after, with an interval on the rest.

    difference    after − before, from the two intervals as those of independent quantities, by the
                  method of variance estimates recovery (Zou and Donner 2008):
                  low  = d − √((a − low_a)² + (high_b − b)²), and high likewise
    flips         on the probes that both runs asked, paired (:mod:`falloff.analysis.paired`)

Runs that share probes are not quite independent: a difference is rather too wide than too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from falloff.analysis.estimates import UNDEFINED, FamilyProfile, Interval, Profile, Status
from falloff.analysis.pair_estimates import StudentComparison
from falloff.analysis.paired import Paired, compare_paired

# Probes that both runs asked, below which nothing is said of them together.
LEAST_SHARED = 8


@dataclass(frozen=True, kw_only=True)
class Change:
    """A number in both runs; no ``difference`` where either is undefined or censored."""

    before: Interval
    after: Interval
    difference: Interval

    @property
    def established(self) -> bool:
        """Whether the difference's interval leaves 0 out."""
        low, high = self.difference.low, self.difference.high
        return low is not None and high is not None and (low > 0 or high < 0)


@dataclass(frozen=True, kw_only=True)
class FamilyChange:
    """One model's family; None where a run does not have it. ``edges`` by axis that both have."""

    family: str
    before: Status | None
    after: Status | None
    retention: Change | None
    centre: Change
    volume: Change
    edges: Mapping[str, Change]


@dataclass(frozen=True, kw_only=True)
class Flip:
    """A probe of both runs that was solved in one of them; scores in each."""

    probe: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class ModelChange:
    """One model's place in two runs, taken by the same model or by another.

    ``retention`` is None for a teacher, and for a model alone. ``shared`` has its scores on the
    ``probes`` of both, None where they are few; ``flips`` are those solved once.
    """

    role: str
    before: str
    after: str
    retention: Change | None
    volume: Change
    capabilities: Mapping[str, Change]
    families: tuple[FamilyChange, ...]
    probes: int
    shared: Paired | None
    flips: tuple[Flip, ...]


@dataclass(frozen=True, kw_only=True)
class RunChange:
    """Two runs. ``settings``: in what they differ; ``unmatched``: models of only one of them."""

    before: str
    after: str
    settings: tuple[str, ...]
    models: tuple[ModelChange, ...]
    unmatched: tuple[str, ...]


def change(before: Interval, after: Interval) -> Change:
    """A number before and after."""
    return Change(before=before, after=after, difference=_difference(before, after))


def model_change(
    role: str,
    before: Profile,
    after: Profile,
    students: tuple[StudentComparison, StudentComparison] | None,
    scores: Mapping[str, tuple[float, float]],
) -> ModelChange:
    """From both profiles, both comparisons where it is a student's place, and the shared probes.

    ``scores``: by probe, before and after.
    """
    flips = tuple(
        Flip(probe=probe, before=old, after=new)
        for probe, (old, new) in scores.items()
        if (old >= 1) != (new >= 1)
    )
    pairs = np.array(list(scores.values()), dtype=np.float64).reshape(-1, 2)
    enough = len(pairs) >= LEAST_SHARED
    return ModelChange(
        role=role,
        before=before.model,
        after=after.model,
        retention=change(students[0].retention, students[1].retention) if students else None,
        volume=change(before.volume, after.volume),
        capabilities=_capabilities(*students) if students else {},
        families=_families(before.families, after.families, students),
        probes=len(pairs),
        shared=compare_paired(pairs[:, 0], pairs[:, 1], np.arange(len(pairs))) if enough else None,
        flips=flips,
    )


def _capabilities(before: StudentComparison, after: StudentComparison) -> dict[str, Change]:
    old = {of.capability: of.retention for of in before.capabilities}
    return {
        of.capability: change(old[of.capability], of.retention)
        for of in after.capabilities
        if of.capability in old
    }


def _families(
    before: Sequence[FamilyProfile],
    after: Sequence[FamilyProfile],
    students: tuple[StudentComparison, StudentComparison] | None,
) -> tuple[FamilyChange, ...]:
    old, new = ({f.family: f for f in families} for families in (before, after))
    kept = [{f.family: f.retention for f in s.families} for s in students] if students else None
    return tuple(
        _family(name, old.get(name), new.get(name), kept) for name in dict.fromkeys([*old, *new])
    )


def _family(
    name: str,
    old: FamilyProfile | None,
    new: FamilyProfile | None,
    kept: Sequence[Mapping[str, Interval]] | None,
) -> FamilyChange:
    edges = [{c.axis: c.edge for c in f.curves} if f else {} for f in (old, new)]
    return FamilyChange(
        family=name,
        before=old.status if old else None,
        after=new.status if new else None,
        retention=change(kept[0].get(name, UNDEFINED), kept[1].get(name, UNDEFINED))
        if kept
        else None,
        centre=change(old.centre if old else UNDEFINED, new.centre if new else UNDEFINED),
        volume=change(old.volume if old else UNDEFINED, new.volume if new else UNDEFINED),
        edges={
            axis: change(edges[0][axis], edges[1][axis]) for axis in edges[1] if axis in edges[0]
        },
    )


def _difference(before: Interval, after: Interval) -> Interval:
    a, b = after, before
    if a.estimate is None or b.estimate is None or a.censored or b.censored:
        return UNDEFINED
    d = a.estimate - b.estimate
    if a.low is None or a.high is None or b.low is None or b.high is None:
        return Interval(estimate=d)
    return Interval(
        estimate=d,
        low=d - math.hypot(a.estimate - a.low, b.high - b.estimate),
        high=d + math.hypot(a.high - a.estimate, b.estimate - b.low),
    )
