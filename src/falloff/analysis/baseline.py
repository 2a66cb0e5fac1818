"""A student against the one before it: overall retention less the baseline's.

Where both answered the same probes, draws of both are joint, with the teacher's, and what a probe
does to both drops out. Otherwise the runs are taken as independent, which is the wider: that they
share a teacher, and perhaps some probes, is not made use of.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from falloff.analysis.comparison import TAU, weights_of
from falloff.analysis.contrasts import USABLE, Pair
from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.estimates import Profile
from falloff.analysis.fitted import with_expectations
from falloff.analysis.headline import headline_of
from falloff.analysis.inference import draw
from falloff.analysis.profile import status_of

# The baseline's student among a family's roles.
BASELINE = "baseline"


def difference(retention: Floats, baseline: Floats) -> Floats:
    """Draws of two runs, the first their point estimates, taken as independent.

    Draws of all runs are made with the same luck, so those of one are shuffled.
    """
    if retention.size < 2 or retention.size != baseline.size:
        return np.empty(0)
    shuffled = np.random.Generator(np.random.PCG64(1)).permutation(baseline[1:])
    return np.asarray(retention - np.concatenate([baseline[:1], shuffled]))


def paired_difference(
    families: Sequence[FamilyData], profile: Profile, teacher: str, student: str
) -> Floats:
    """The same from the probes that teacher, student and :data:`BASELINE` have answered.

    ``profile``: the teacher's, which says what families count. Empty where none does.
    """
    weights = weights_of(profile.families)
    roles = (teacher, student, BASELINE)
    new: list[Pair] = []
    old: list[Pair] = []
    for data, own in zip(with_expectations(families, roles), profile.families, strict=True):
        if own.status not in USABLE or any(status_of(data, r).value != "ok" for r in roles[1:]):
            continue
        drawn = draw(data, roles, tau=TAU)
        for pairs, role in ((new, student), (old, BASELINE)):
            pairs.append(
                Pair(
                    data=data,
                    roles=(teacher, role),
                    tau=TAU,
                    weight=weights[data.name],
                    teacher=drawn[teacher],
                    student=drawn[role],
                )
            )
    return headline_of(new).retention - headline_of(old).retention if new else np.empty(0)


def shared(families: Sequence[FamilyData], roles: tuple[str, str]) -> float:
    """Of the probes that the first role has answered, the share that both have."""
    both = sum(int(data.scored(*roles).sum()) for data in families)
    return both / max(sum(int(data.scored(roles[0]).sum()) for data in families), 1)
