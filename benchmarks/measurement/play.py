"""Plays a design over observers without any I/O, and estimates from any prefix of what was asked.

    played = play(LookAhead(families=[family], seed=1, budget=480), family, pair, seed=1)
    for n in (60, 120, 240, 480):
        found = estimate(data_of(family, played.evidence, n), "teacher")

A smaller budget's probes are the first ones of a larger one (tests hold the designs to it), so one
trajectory gives the estimates at all budgets.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from falloff.analysis import FamilyData
from falloff.analysis.draws import Draws
from falloff.analysis.inference import draw
from falloff.analysis.intervals import edge_interval, interval
from falloff.core import Coordinate, Reason, child_seed
from falloff.models.observers import Observer
from falloff.probes import Family
from falloff.sampling import Design, FamilyEvidence, Share

from .observers import TAU, positions


@dataclass(frozen=True, kw_only=True)
class Played:
    """``evidence`` of a whole run, and the ``cpu`` seconds that its design took to decide."""

    evidence: FamilyEvidence
    cpu: float


def play(design: Design, family: Family, observers: Mapping[str, Observer], *, seed: int) -> Played:
    """A run of one family from the first probe to the end of the design's budget.

    ``seed`` is the observers' luck, not the design's.
    """
    luck = Luck(seed)
    evidence, cpu = FamilyEvidence.none_yet(family.name, observers), 0.0
    while True:
        started = time.process_time()
        count = design.allocate({family.name: evidence}).get(family.name, 0)
        cpu += time.process_time() - started
        if not count:
            return Played(evidence=evidence, cpu=cpu)
        while count:
            started = time.process_time()
            batch = design.place(family, count, evidence)
            cpu += time.process_time() - started
            evidence = _with(evidence, family, batch_of(batch), observers, luck)
            count -= len(batch)


def play_fixed(
    family: Family,
    observers: Mapping[str, Observer],
    coordinates: Sequence[Coordinate],
    *,
    seed: int,
) -> FamilyEvidence:
    """The answers at coordinates fixed beforehand.

    All are of share *look*: none is kept out of falloff's fit, which takes the posterior.
    """
    nothing = FamilyEvidence.none_yet(family.name, observers)
    batch: list[tuple[Coordinate, Share]] = [(at, "look") for at in coordinates]
    return _with(nothing, family, batch, observers, Luck(seed))


class Luck:
    """What happens to each probe: its item's effect, and each model's coin. In order of probes."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.Generator(np.random.PCG64(child_seed("luck", seed)))

    def scores(
        self, family: Family, observers: Mapping[str, Observer], u: np.ndarray
    ) -> dict[str, np.ndarray]:
        """[n] scores of each model at positions u; all models get the same fresh items."""
        drawn = self._rng.random((len(u), 1 + len(observers)))
        effect = ndtri(drawn[:, 0])
        return {
            role: (
                drawn[:, 1 + i] < family.chance + (1 - family.chance) * observer.on_item(u, effect)
            ).astype(float)
            for i, (role, observer) in enumerate(observers.items())
        }


def data_of(family: Family, evidence: FamilyEvidence, count: int | None = None) -> FamilyData:
    """What falloff measures from the first ``count`` probes, all unless given."""
    scores = {role: values[:count] for role, values in evidence.scores.items()}
    return FamilyData(
        name=family.name,
        capability=family.capability,
        axes=family.axes,
        chance=family.chance,
        grid=family.grid,
        weights=(1 / len(family.grid),) * len(family.grid),
        coordinates=evidence.coordinates[:count],
        shares=evidence.shares[:count],
        scores=scores,
        answers={role: (None,) * len(values) for role, values in scores.items()},
        reasons={
            role: tuple(Reason.SOLVED if x else Reason.WRONG for x in values)
            for role, values in scores.items()
        },
    )


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """``value`` with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """What falloff says of one model: S, V at τ, and the edges in doses, clipped to the box."""

    volume: Estimate
    volume_at: Estimate
    edges: tuple[Estimate, ...]


def estimate(data: FamilyData, role: str) -> Estimates:
    """The numbers of :func:`falloff.analysis.profile_family`, from the same draws."""
    draws = draw(data, (role,), tau=TAU)[role]
    return Estimates(
        volume=_bounds(draws.volume),
        volume_at=_bounds(draws.volume_at),
        edges=tuple(_edge(data, draws, axis) for axis in range(len(data.axes))),
    )


def log_volume_ratio(data: FamilyData) -> Estimate:
    """log S_student/S_teacher from joint draws, as a comparison takes it."""
    return _bounds(np.log(retention_draws(data)))


def retention_draws(data: FamilyData) -> np.ndarray:
    """[1 + draws] of S_student/S_teacher, the estimate first."""
    draws = draw(data, ("teacher", "student"), tau=TAU)
    return np.asarray(draws["student"].volume / draws["teacher"].volume)


def _bounds(values: np.ndarray) -> Estimate:
    found = interval(values)
    return Estimate(value=found.estimate, low=found.low, high=found.high)


def _edge(data: FamilyData, draws: Draws, axis: int) -> Estimate:
    """Censored ends stand at the ends of the box."""
    scale = data.axes[axis]
    found = edge_interval(draws.regions.edge(axis, TAU), scale)
    ends = (found.estimate, found.low, found.high)
    value, low, high = (
        float(np.clip(other if end is None else end, scale.centre, scale.top))
        for end, other in zip(ends, (scale.centre, scale.centre, scale.top), strict=True)
    )
    return Estimate(value=value, low=low, high=high)


def batch_of(batch) -> list[tuple[Coordinate, Share]]:
    return [(placed.coordinate, placed.share) for placed in batch]


def _with(
    evidence: FamilyEvidence,
    family: Family,
    batch: list[tuple[Coordinate, Share]],
    observers: Mapping[str, Observer],
    luck: Luck,
) -> FamilyEvidence:
    u = positions(family, tuple(at for at, _ in batch))
    new = luck.scores(family, observers, u)
    return FamilyEvidence(
        family=family.name,
        coordinates=evidence.coordinates + tuple(at for at, _ in batch),
        shares=evidence.shares + tuple(share for _, share in batch),
        scores={role: np.concatenate([evidence.scores[role], new[role]]) for role in new},
    )
