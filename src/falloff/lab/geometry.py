"""Geometry of open weights: hidden states at the centre, at the edge and beyond, model by model.

The same new prompts are put to all models, and what each makes of a prompt's last token is a point.
Beside every model stands an untrained network of its shape: what it shows is no one's learning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from falloff.analysis import TAU, FamilyData, Interval
from falloff.analysis.inference import draw
from falloff.core import Coordinate, Message, UsageError, child_rng, child_seed
from falloff.lab.dimension import (
    Floats,
    effective_rank,
    linear_cka,
    participation_ratio,
    rank_correlation,
    two_nn,
)
from falloff.probes import FAMILIES, Episode

Zone = Literal["centre", "edge", "beyond"]
ZONES: tuple[Zone, ...] = get_args(Zone)
MEASURES = ("participation_ratio", "effective_rank", "two_nn", "cka")
# The edge is where competence is within this of τ; beyond, it is lower.
_BAND = 0.25

Places = Mapping[Zone, Sequence[tuple[str, Coordinate]]]
Prompts = Mapping[Zone, Sequence[Sequence[Message]]]


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """One model's states in one zone, ``points`` of them; numbers as :mod:`falloff.lab.dimension`
    defines them. ``cka``: with the teacher's states on the same prompts, 1 for itself.
    """

    zone: Zone
    points: int
    participation_ratio: float
    effective_rank: float
    two_nn: float
    cka: float


@dataclass(frozen=True, kw_only=True)
class ModelGeometry:
    """``retention``: of the volume, None for the teacher and for untrained networks."""

    model: str
    retention: float | None
    untrained: bool
    width: int
    clouds: tuple[Cloud, ...]


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Does a measure follow retention? Spearman's ρ over ``models`` students, 90 % interval."""

    zone: Zone
    measure: str
    correlation: Interval
    models: int


def places_of(families: Sequence[FamilyData], students: Sequence[str]) -> Places:
    """By zone, places of the families' boxes: by what the ``students`` (roles) can do on average.

    edge: ¼ ≤ c ≤ ¾; beyond: c < ¼. Raises :class:`falloff.core.UsageError` where there is no place
    in a zone: the students end nowhere inside the box.
    """
    found: dict[Zone, list[tuple[str, Coordinate]]] = {zone: [] for zone in ZONES}
    for data in families:
        draws = draw(data, tuple(students), tau=TAU)
        box = len(data.grid)
        c = np.mean([draws[role].competence[0, :box] for role in students], axis=0)
        centre = (data.u[:box] == 0).all(axis=1)
        zones: dict[Zone, np.ndarray] = {
            "centre": centre,
            "edge": ~centre & (np.abs(c - TAU) <= _BAND),
            "beyond": ~centre & (c < TAU - _BAND),
        }
        for zone, here in zones.items():
            found[zone] += [(data.name, data.grid[i]) for i in np.flatnonzero(here)]
    if empty := [zone for zone in ZONES if not found[zone]]:
        raise UsageError(
            f"There is no place in the zone '{empty[0]}': the students end nowhere in the box.",
            remedy="Give a run in which a student falls off.",
        )
    return found


def prompts_at(places: Places, *, count: int, dialect: str, seed: int) -> Prompts:
    """``count`` new prompts a zone, families taking turns, their places drawn evenly."""
    found: dict[Zone, Sequence[Sequence[Message]]] = {}
    for zone, spots in places.items():
        by_family: dict[str, list[Coordinate]] = {}
        for name, at in spots:
            by_family.setdefault(name, []).append(at)
        names = sorted(by_family)
        prompts = []
        for number in range(count):
            name = names[number % len(names)]
            at = child_rng(seed, "geometry", zone, number).choice(by_family[name])
            probe = FAMILIES[name].probe(at, child_seed(seed, "geometry", zone, name, number))
            prompts.append(Episode(probe, dialect=dialect).prompt)
        found[zone] = prompts
    return found


def geometry_of(
    teacher: str,
    students: Mapping[str, float],
    prompts: Prompts,
    *,
    layer: int = -1,
    seed: int = 0,
) -> list[ModelGeometry]:
    """The teacher, its students (specs with their retention), and an untrained twin of every shape.

    ``layer``: 0 is the embedding, −1 the last, after the final norm; ``seed``: of the twins. CKA
    needs no common width. Raises :class:`falloff.core.UsageError` for a model without open weights
    or a layer that is not there.
    """
    from falloff.lab.states import shape_of, states_of, untrained_states

    of_teacher = states_of(teacher, prompts, layer)
    trained = [_geometry(teacher, None, of_teacher, of_teacher)]
    for model, retention in students.items():
        trained.append(_geometry(model, retention, states_of(model, prompts, layer), of_teacher))
    shapes: dict[str, str] = {}
    for model in (teacher, *students):
        shapes.setdefault(shape_of(model), model)
    twins = []
    for model in shapes.values():
        states = untrained_states(model, prompts, layer, seed=seed)
        twins.append(_geometry(f"untrained, as {model}", None, states, of_teacher, untrained=True))
    return [*trained, *twins]


def tracking(models: Sequence[ModelGeometry]) -> list[Tracking]:
    """Every measure in every zone against retention, over the models that have one."""
    students = [model for model in models if model.retention is not None]
    kept = np.array([model.retention for model in students], dtype=np.float64)
    found = []
    for number, zone in enumerate(ZONES):
        for measure in MEASURES:
            values = np.array([getattr(m.clouds[number], measure) for m in students])
            found.append(
                Tracking(
                    zone=zone,
                    measure=measure,
                    correlation=rank_correlation(values, kept, name=f"{zone} {measure}"),
                    models=len(students),
                )
            )
    return found


def _geometry(
    name: str,
    retention: float | None,
    states: Mapping[Zone, Floats],
    teacher: Mapping[Zone, Floats],
    *,
    untrained: bool = False,
) -> ModelGeometry:
    return ModelGeometry(
        model=name,
        retention=retention,
        untrained=untrained,
        width=states[ZONES[0]].shape[1],
        clouds=tuple(
            Cloud(
                zone=zone,
                points=len(states[zone]),
                participation_ratio=participation_ratio(states[zone]),
                effective_rank=effective_rank(states[zone]),
                two_nn=two_nn(states[zone]),
                cka=linear_cka(states[zone], teacher[zone]),
            )
            for zone in ZONES
        ),
    )
