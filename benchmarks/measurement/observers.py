"""Observers of known truth over the boxes on which designs are compared.

    family = box("sim_2d", chance=0.25)
    observer = draw_observer(family, "product", index=7)      # the same in every process
    pair = draw_pair(family, "product", index=7)              # {"teacher": …, "student": …}
    truth(family, observer).volume

Drawn broadly: where the edges are, how steep the fall, how stresses pool, what is lost everywhere.
Nothing in falloff may be tuned on the seeds of published tables: ``stream`` names which are drawn.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from falloff.core import UsageError, child_seed
from falloff.models.observers import (
    WAYS,
    Compounding,
    Observer,
    Plateau,
    Pooled,
    Product,
    Rule,
    Step,
    WeakestLink,
    Weighted,
    student_of,
)
from falloff.probes import FAMILIES, Family
from falloff.probes.reasoning.rule_chain import DISTRACTORS, STEPS
from falloff.probes.tool_use.tool_chain import TOOL_SET_SIZE

Floats = np.ndarray

TAU = 0.5
# Where no stream is given. Whoever tunes sets the variable; whoever has seen the tables of this
# stream and changed falloff by them gives it a name that was never used before publishing.
FINAL = "final-4"
STREAM = os.environ.get("FALLOFF_BENCH_STREAM", FINAL)
SIMULATED = ("sim_1d", "sim_2d", "sim_3d", "sim_4d", "sim_5d")
SHIPPED = {"shipped_2d": (STEPS, DISTRACTORS), "shipped_3d": (STEPS, DISTRACTORS, TOOL_SET_SIZE)}
BOXES = (*SIMULATED, *SHIPPED)

# An observer is drawn anew until its truth is one that a box can show.
_LEAST_CEILING = 0.7
_VOLUMES = (0.1, 0.9)
_EDGES = (0.08, 0.95)
_TRIES = 10_000
_LAPSE = 0.15
# On one axis: levels from .95 to .05 of the ceiling. Not of *compounding*, which is always gentle.
_WIDTHS = (0.5, 16.0)
_LOG_ODDS = float(np.log(19))


def box(name: str, *, chance: float = 0.0) -> Family:
    """A family to ask: ``sim_1d`` … ``sim_5d``, or the shipped axes with their listed levels."""
    axes = SHIPPED.get(name)
    base = FAMILIES[f"sim_{len(axes)}d" if axes else name]
    return replace(base, name=name, axes=axes or base.axes, chance=chance)


def grid_positions(family: Family) -> Floats:
    """[cells, k] positions of the box's cells, each of the same weight."""
    return positions(family, family.grid)


def positions(family: Family, coordinates: tuple) -> Floats:
    """[n, k] positions of coordinates on the axes' scales."""
    rows = [[a.u(x) for a, (_, x) in zip(family.axes, at, strict=True)] for at in coordinates]
    return np.array(rows, dtype=float).reshape(len(rows), len(family.axes))


@dataclass(frozen=True, kw_only=True)
class Truth:
    """S, V at τ, and the edge on each axis in u (None beyond the box)."""

    volume: float
    volume_at: float
    edges: tuple[float | None, ...]


def truth(family: Family, observer: Observer) -> Truth:
    u = grid_positions(family)
    weights = np.full(len(u), 1 / len(u))
    axes = len(family.axes)
    return Truth(
        volume=observer.volume(u, weights),
        volume_at=observer.volume_at(TAU, u, weights),
        edges=tuple(observer.edge(axis, axes, TAU) for axis in range(axes)),
    )


def draw_observer(family: Family, kind: str, index: int, *, stream: str = STREAM) -> Observer:
    """Observer ``index`` of a kind: centre held, 0.1 ≤ V, S ≤ 0.9; on one axis, an edge inside."""
    rng = _rng(stream, family.name, kind, index)
    u = grid_positions(family)
    for _ in range(_TRIES):
        observer = _KINDS[kind](family, rng)
        if _shows(observer, u):
            return observer
    raise ValueError(f"no observer of kind {kind} fits {family.name}")


def draw_pair(
    family: Family, kind: str, index: int, *, kept: float | None = None, stream: str = STREAM
) -> dict[str, Observer]:
    """A teacher and a student that keeps ``kept`` of its S, in one of the four ways there are.

    Drawn from .4 to 1 unless given.
    """
    rng = _rng(stream, family.name, kind, index, "pair" if kept is None else f"kept {kept}")
    u = grid_positions(family)
    weights = np.full(len(u), 1 / len(u))
    for _ in range(_TRIES):
        teacher = _KINDS[kind](family, rng)
        way = str(rng.choice([w for w in WAYS if len(family.axes) > 1 or w != "region"]))
        try:
            retention = rng.uniform(0.4, 1.0) if kept is None else kept
            student = student_of(teacher, retention, u, weights, how=way)
        except UsageError:
            continue
        if _shows(teacher, u) and student.competence(np.zeros((1, u.shape[1])))[0] > TAU:
            return {"teacher": teacher, "student": student}
    raise ValueError(f"no pair of kind {kind} fits {family.name}")


def _shows(observer: Observer, u: Floats) -> bool:
    """Whether the centre is held, and the box is neither lost nor kept whole."""
    low, high = _VOLUMES
    competence = observer.competence(u)
    inside = low <= competence.mean() <= high and low <= (competence >= TAU).mean() <= high
    centre = float(observer.competence(np.zeros((1, u.shape[1])))[0])
    if u.shape[1] > 1 or not inside or centre < _LEAST_CEILING:
        return inside and centre >= _LEAST_CEILING
    edge = observer.edge(0, 1, TAU)
    return edge is not None and _EDGES[0] <= edge <= _EDGES[1]


def _rng(*names: object) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(child_seed("benchmarks.measurement", *names)))


@dataclass(frozen=True, kw_only=True)
class Bent:
    """A rule whose exponent differs by axis: u/h is raised to ``powers`` before ``rule`` sees it.

    With powers of geometric mean 1, Pooled stays in the form that falloff fits.
    """

    rule: Rule
    half: tuple[float, ...]
    powers: tuple[float, ...]

    def competence(self, u: Floats) -> Floats:
        half = np.asarray(self.half)
        return self.rule.competence(half * (u / half) ** np.asarray(self.powers))


def _halves(family: Family, rng: np.random.Generator) -> tuple[float, ...]:
    """Half-way points; on several axes some lie beyond the box."""
    axes = len(family.axes)
    low, high = (0.1, 0.95) if axes == 1 else (0.3, 1.3)
    return tuple(rng.uniform(low, high, axes).tolist())


def _exponent(half: tuple[float, ...], family: Family, rng: np.random.Generator) -> float:
    if len(half) > 1:
        return float(np.exp(rng.uniform(np.log(1.5), np.log(12))))
    return _LOG_ODDS / float(np.arcsinh(_width(family, rng) / (2 * half[0])))


def _width(family: Family, rng: np.random.Generator) -> float:
    """In u, of an axis on which levels are evenly spaced."""
    low, high = np.log(_WIDTHS)
    return float(np.exp(rng.uniform(low, high))) / (len(family.axes[0].levels) - 1)


def _powers(axes: int, rng: np.random.Generator) -> tuple[float, ...]:
    logs = rng.normal(0, 0.35, axes)
    return tuple(np.exp(logs - logs.mean()).tolist())


def _observer(rule: Rule, rng: np.random.Generator, **more: float) -> Observer:
    return Observer(rule=rule, lapse=float(rng.uniform(0, _LAPSE)), **more)


def _bent(family: Family, rng: np.random.Generator, make: Callable[..., Rule]) -> Rule:
    half = _halves(family, rng)
    return Bent(
        rule=make(half=half, exponent=_exponent(half, family, rng)),
        half=half,
        powers=_powers(len(half), rng),
    )


def _pooled_rule(family: Family, rng: np.random.Generator) -> Rule:
    pooling = float(np.exp(rng.uniform(np.log(0.8), np.log(12))))
    return _bent(family, rng, lambda **form: Pooled(pooling=pooling, **form))


def _pooled(family: Family, rng: np.random.Generator) -> Observer:
    return _observer(_pooled_rule(family, rng), rng)


def _items(family: Family, rng: np.random.Generator) -> Observer:
    return _observer(_pooled_rule(family, rng), rng, items=float(rng.uniform(0.5, 2)))


def _weighted(family: Family, rng: np.random.Generator) -> Observer:
    half, slope = _halves(family, rng), float(np.exp(rng.uniform(np.log(3), np.log(16))))
    if len(half) == 1:
        slope = 2 * _LOG_ODDS * half[0] / _width(family, rng)
    return _observer(Weighted(half=half, slope=slope), rng)


def _weakest_link(family: Family, rng: np.random.Generator) -> Observer:
    return _observer(_bent(family, rng, WeakestLink), rng)


def _product(family: Family, rng: np.random.Generator) -> Observer:
    return _observer(_bent(family, rng, Product), rng)


def _step(family: Family, rng: np.random.Generator) -> Observer:
    return _observer(Step(half=_halves(family, rng)), rng)


def _plateau(family: Family, rng: np.random.Generator) -> Observer:
    exponent = float(np.exp(rng.uniform(np.log(8), np.log(30))))
    shelf = float(rng.uniform(0.7, 0.95))
    return _observer(Plateau(half=_halves(family, rng), exponent=exponent, shelf=shelf), rng)


def _compounding(family: Family, rng: np.random.Generator) -> Observer:
    """One accuracy a step, halving the first axis somewhere inside it."""
    first = family.axes[0]
    steps = first.dose(float(rng.uniform(0.15, 0.95))) - first.centre
    return _observer(Compounding(axes=family.axes, accuracy=float(0.5 ** (1 / steps))), rng)


_KINDS: dict[str, Callable[[Family, np.random.Generator], Observer]] = {
    "pooled": _pooled,
    "weighted": _weighted,
    "weakest_link": _weakest_link,
    "product": _product,
    "step": _step,
    "plateau": _plateau,
    "compounding": _compounding,
    "items": _items,
}
KINDS = tuple(_KINDS)
# On one axis the weakest link and the product are the pooled rule.
KINDS_1D = ("pooled", "weighted", "step", "plateau", "compounding", "items")
_KINDS_5D = tuple(kind for kind in KINDS if kind not in ("weighted", "compounding"))


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds that a box can show: where five stresses add up, less than a tenth is left."""
    few = {"sim_1d": KINDS_1D, "sim_5d": _KINDS_5D}
    return few.get(name, KINDS)
