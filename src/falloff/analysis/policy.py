"""A gate's policy: a margin for each thing that must hold; what has none is not in scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from falloff.analysis.verdict import MARGIN

# One margin for each of its kind, or margins by name.
ByName = float | Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Margins of ratios to the teacher, but for ``lost`` and ``drop``; None: not in scope.

    ``overall``, ``capability``, ``family``, ``worst_cell``: of retention, by capability volume, the
    last of fitted competence at every coordinate. ``centre``: of competence at the centre.
    ``pass_k``: of pass^k. ``inside``, ``rim``, ``beyond``: of competence on the probes of a zone of
    novelty. ``lost``: the most that may be lost, a share of all probes. ``drop``: by how much
    overall retention may be below a baseline's, where there is one.
    ``name``: the policy's file, empty for the default policy.
    """

    overall: float | None = None
    capability: ByName | None = None
    family: ByName | None = None
    worst_cell: float | None = None
    centre: float | None = None
    pass_k: float | None = None
    inside: float | None = None
    rim: float | None = None
    beyond: float | None = None
    lost: float | None = None
    drop: float | None = None
    name: str = ""


# Where no policy is given.
DEFAULT_POLICY = Policy(overall=MARGIN)
# By how much retention may be below a baseline's, unless the policy says.
DROP = 0.05
