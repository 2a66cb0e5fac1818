"""A made-up novelty: models that fall off with the distance from the training data, and traffic."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from falloff.analysis import FamilyData
from falloff.analysis.novelty import Novelty, Rim, along_novelty, traffic_of
from falloff.analysis.pair_estimates import Comparison
from falloff.core import Axis, Coordinate

LEVELS = (1.0, 2.0, 4.0, 8.0)
AXIS = Axis(name="steps", unit="steps", levels=LEVELS, description="")


def family(
    name: str, scores: dict[str, np.ndarray], *, chance: float = 0.0, items=None
) -> FamilyData:
    """Probes in turn at four levels; ``scores`` by role."""
    count = len(next(iter(scores.values())))
    places = tuple(Coordinate(doses=(("steps", level),)) for level in LEVELS)
    return FamilyData(
        name=name,
        capability=name,
        axes=(AXIS,),
        chance=chance,
        grid=places,
        weights=(0.25,) * 4,
        coordinates=tuple(places[i % 4] for i in range(count)),
        shares=("box",) * count,
        scores=scores,
        answers=dict.fromkeys(scores, (None,) * count),
        reasons=dict.fromkeys(scores, (None,) * count),
        items=items,
    )


def falling(novelty: np.ndarray, edge: float, rng: np.random.Generator) -> np.ndarray:
    """Solved or not, by a curve that is ½ at ``edge``."""
    return (rng.random(len(novelty)) < 1 / (1 + np.exp(8 * (novelty - edge)))).astype(float)


def novelty_for(comparison: Comparison, *, why: str | None = None, said=()) -> Novelty:
    """Of the comparison's models: the teacher's edge at 2, the students' nearer and nearer."""
    rng = np.random.default_rng(5)
    rim = Rim(distance=0.4, prompts=5000, why=why)
    roles = ("teacher", *(f"student{i}" for i, _ in enumerate(comparison.students, 1)))
    distances = {f.family: rng.uniform(0.0, 1.0, 200) for f in comparison.teacher.families}
    families = [
        family(
            name,
            {r: falling(at / 0.4, 2.0 - 0.3 * i, rng) for i, r in enumerate(roles)},
        )
        for name, at in distances.items()
    ]
    found, probes = along_novelty(
        families,
        distances,
        rim,
        comparison,
        roles=roles,
        view="ngrams",
        sees="wording",
        digest="0" * 64,
    )
    return traffic_of(found, families, probes, rim, roles, rng.uniform(0.0, 1.0, 300))


def comparison_of(*families: FamilyData, students: int = 1) -> Comparison:
    """No more of a comparison than novelty looks at: every family can be used."""
    from falloff.analysis import Status

    profiles = tuple(
        SimpleNamespace(family=f.name, capability=f.capability, weight=1.0, status=Status.OK)
        for f in families
    )
    return SimpleNamespace(  # type: ignore[return-value]
        teacher=SimpleNamespace(model="big", families=profiles),
        students=tuple(SimpleNamespace(model=f"small{i}") for i in range(1, 1 + students)),
    )
