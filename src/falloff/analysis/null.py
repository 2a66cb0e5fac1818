"""The null of a comparison: a model asked twice need not answer the same.

    churn    the share of probes that one of teacher and student solved and the other did not
    null     the share that the teacher solved at one asking and not at the other
    beyond   churn − null, paired: the same probes in every draw

Over the draws from μ that all three have answered, so that where the design asked most has no say.
Chance is not removed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from falloff.analysis.data import BOX, FamilyData, Floats
from falloff.analysis.draws import item_means
from falloff.analysis.intervals import interval, weighted
from falloff.analysis.pair_estimates import BeyondNull
from falloff.core import child_seed


def beyond_null(
    families: Sequence[tuple[float, FamilyData]], teacher: str, student: str, null: str
) -> BeyondNull | None:
    """From weights and families; None if no draw from μ was answered by all, where weight is."""
    roles = (teacher, student, null)
    kept = [(w, data, data.share(BOX) & data.scored(*roles)) for w, data in families]
    draws = weighted([(w, _draws(data, keep, *roles)) for w, data, keep in kept])
    if draws is None:
        return None
    churn, own, beyond = map(interval, draws.T)
    probes = sum(int(keep.sum()) for weight, _, keep in kept if weight)
    return BeyondNull(churn=churn, null=own, beyond=beyond, probes=probes)


def _draws(
    data: FamilyData, keep: np.ndarray, teacher: str, student: str, null: str
) -> Floats | None:
    """[1 + DRAWS, 3] churn, null and beyond; the last may be negative, and so may its prior."""
    if not keep.any():
        return None
    solved = {role: data.scores[role][keep] >= 1 for role in (teacher, student, null)}
    churn = (solved[teacher] != solved[student]).astype(float)
    own = (solved[teacher] != solved[null]).astype(float)
    shares = item_means(np.column_stack([churn, own]), _luck(data))
    beyond = item_means((churn - own)[:, None], _luck(data), least=-1.0)
    return np.hstack([shares, beyond])


def _luck(data: FamilyData) -> np.random.Generator:
    """The same for all students, so that the same probes weigh the same."""
    return np.random.Generator(np.random.PCG64(child_seed("null", data.name)))
