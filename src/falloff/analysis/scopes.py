"""What a policy can set a margin for: joint draws of a student against its teacher.

overall, capability, family   ratios of capability volumes
cell                          ratio of fitted competence at a coordinate, where both were asked
                              and the teacher's is at least τ: below, a ratio says nothing
centre                        ratio of competence at the centre, over all families
lost                          share of draws from μ that the teacher solved and the student not
pass_k                        ratio of pass^k over μ, k the run's repeats
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from falloff.analysis.contrasts import Pair, divide
from falloff.analysis.data import BOX, FamilyData, Floats
from falloff.analysis.draws import item_means
from falloff.analysis.headline import Headline, by_capability, headline_of
from falloff.analysis.intervals import weighted
from falloff.analysis.repeatability import repeat_draws
from falloff.core import Coordinate, child_seed


def _nothing() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class CellDraws:
    """Retention [1 + DRAWS] at one coordinate, from ``probes`` put to its family."""

    family: str
    coordinate: Coordinate
    probes: int
    retention: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Scopes:
    """Draws [1 + DRAWS] by scope, the first the point estimate; empty where there are none.

    ``probes`` by family that bear on it; ``repeats`` is k of pass^k.
    """

    overall: Floats = field(default_factory=_nothing)
    centre: Floats = field(default_factory=_nothing)
    capabilities: Mapping[str, Floats] = field(default_factory=dict)
    families: Mapping[str, Floats] = field(default_factory=dict)
    cells: tuple[CellDraws, ...] = ()
    lost: Floats = field(default_factory=_nothing)
    pass_k: Floats = field(default_factory=_nothing)
    repeats: int = 1
    probes: Mapping[str, int] = field(default_factory=dict)


def scopes_of(
    pairs: Sequence[Pair],
    headline: Headline,
    weighed: Sequence[tuple[float, FamilyData]],
    roles: tuple[str, str],
) -> Scopes:
    """The draws behind all that a policy can set a margin for."""
    return Scopes(
        overall=headline.retention if pairs else headline.teacher_volume,
        centre=divide(headline.student_centre, headline.teacher_centre),
        capabilities={name: headline_of(of).retention for name, of in by_capability(pairs).items()},
        families={p.data.name: divide(p.student.volume, p.teacher.volume) for p in pairs},
        cells=tuple(cell for pair in pairs for cell in _cells(pair)),
        lost=_lost_share(weighed, *roles),
        pass_k=_pass_ratio(weighed, *roles),
        repeats=max((len(r.scores) for _, d in weighed for r in d.repeats.values()), default=1),
        probes={pair.data.name: int(pair.data.scored(*roles).sum()) for pair in pairs},
    )


def _lost_share(weighed: Sequence[tuple[float, FamilyData]], teacher: str, student: str) -> Floats:
    """The share of draws from μ that the student lost, families by their weight."""
    drawn = weighted([(w, _lost(data, teacher, student)) for w, data in weighed])
    return _nothing() if drawn is None else drawn[:, 0]


def _pass_ratio(weighed: Sequence[tuple[float, FamilyData]], teacher: str, student: str) -> Floats:
    """pass^k of the student over the teacher's; the same items weigh the same for both."""
    of = []
    for role in (teacher, student):
        drawn = [(w, repeat_draws(data, role)) for w, data in weighed]
        of.append(weighted([(w, d.box if d else None) for w, d in drawn]))
    if of[0] is None or of[1] is None:
        return _nothing()
    # Behind pass^1 … pass^k stand flips and changes.
    return divide(of[1][:, -3], of[0][:, -3])


def _cells(pair: Pair) -> list[CellDraws]:
    data = pair.data
    keep = data.scored(*pair.roles)
    retained = divide(pair.student.competence, pair.teacher.competence)
    return [
        CellDraws(
            family=data.name,
            coordinate=data.places[place],
            probes=int(keep.sum()),
            retention=retained[:, place],
        )
        for place in np.unique(data.place_of[keep]).tolist()
        if pair.teacher.competence[0, place] >= pair.tau
    ]


def _lost(data: FamilyData, teacher: str, student: str) -> Floats | None:
    keep = data.share(BOX) & data.scored(teacher, student)
    if not keep.any():
        return None
    lost = (data.scores[teacher][keep] >= 1) & (data.scores[student][keep] < 1)
    rng = np.random.Generator(np.random.PCG64(child_seed("lost", data.name)))
    return item_means(lost.astype(float)[:, None], rng)
