"""Families of simulated results with a known truth."""

from dataclasses import dataclass

import numpy as np

from falloff.analysis import AXIS, BOX, CENTRE, FamilyData, Spending
from falloff.analysis.region import Regions
from falloff.core import Axis, Coordinate, Reason

AXES = (
    Axis(name="steps", unit="steps", levels=(1, 2, 3, 4, 6, 8, 12, 16), description=""),
    Axis(name="noise", unit="items", levels=(0, 1, 2, 4, 8, 16), description=""),
)
GRID = tuple(
    Coordinate(doses=(("steps", s), ("noise", n))) for s in AXES[0].levels for n in AXES[1].levels
)
NOTHING = Spending(probes=0, calls=0, prompt_tokens=0, completion_tokens=0, seconds=0.0)


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A model with a known region."""

    h: tuple[float, float]
    b: tuple[float, float] = (4.0, 3.0)
    lapse: float = 0.02

    def competence(self, places):
        region = Regions(
            h=np.array([self.h]),
            b=np.array([self.b]),
            rho=np.array([3.0]),
            lapse=np.array([self.lapse]),
        )
        u = [[axis.u(at[axis.name]) for axis in AXES] for at in places]
        return region.competence(np.array(u))[0]

    @property
    def volume(self):
        return float(self.competence(GRID).mean())


def coordinates(n, rng):
    """A fifth at the centre, three tenths along the axes, half from the box."""
    for i in range(n):
        if i % 10 < 2:
            yield GRID[0], CENTRE
        elif i % 10 < 5:
            axis = AXES[i % 2]
            yield Coordinate.at(AXES, {axis.name: rng.choice(axis.levels[1:])}), AXIS
        else:
            yield GRID[rng.integers(len(GRID))], BOX


def family(truths, *, n=300, seed=0, chance=0.1, name="simulated", capability="reasoning"):
    """Results of models (role → truth) on one family; independent given the truths."""
    rng = np.random.default_rng(seed)
    places, shares = zip(*coordinates(n, rng), strict=True)
    scores = {
        role: (rng.random(n) < chance + (1 - chance) * truth.competence(places)).astype(float)
        for role, truth in truths.items()
    }
    return from_scores(scores, places, shares, chance=chance, name=name, capability=capability)


def from_scores(scores, places, shares, *, chance=0.1, name="simulated", capability="reasoning"):
    reason = {1.0: Reason.SOLVED, 0.0: Reason.WRONG}
    return FamilyData(
        name=name,
        capability=capability,
        axes=AXES,
        chance=chance,
        grid=GRID,
        weights=(1 / len(GRID),) * len(GRID),
        coordinates=tuple(places),
        shares=tuple(shares),
        scores=scores,
        answers={role: ("?",) * len(places) for role in scores},
        reasons={
            role: tuple(reason.get(float(x), Reason.ERROR) for x in score)
            for role, score in scores.items()
        },
    )
