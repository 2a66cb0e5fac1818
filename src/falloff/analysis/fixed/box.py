"""From a fixed design with several level columns to a region per model, and paired retention.

The numbers are those of a run: :func:`falloff.analysis.profile.profile_from` and joint draws by the
bootstrap over items. The box is every combination of the listed levels, all equally likely; its
centre is the lowest level of each.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from falloff.analysis.contrasts import ratio
from falloff.analysis.data import FamilyData
from falloff.analysis.estimates import UNDEFINED, FamilyProfile, Interval, Status
from falloff.analysis.fixed.fit import competence_at
from falloff.analysis.fixed.scale import ScaleName, choose_scale
from falloff.analysis.inference import draw
from falloff.analysis.profile import LEAST_PROBES, own_draws, profile_from
from falloff.core import Axis, Coordinate, Reason, UsageError

# Cells of a box: draws of competence are held for all of them at once.
_MOST_CELLS = 4096
# The share of a probe that nobody drew from μ.
_GIVEN = "given"


@dataclass(frozen=True, kw_only=True)
class FittedRegion:
    """One model: ``profile`` says the rest. An edge is on its axis, the others at their lowest."""

    model: str
    rows: int
    items: int
    profile: FamilyProfile


@dataclass(frozen=True, kw_only=True)
class RegionPair:
    """``model`` against ``reference`` on the ``items`` that both were asked.

    ``retention`` is the ratio of their volumes, model over reference; ``volume_at_ratio`` and
    ``centre_ratio`` likewise; undefined where the reference does not hold its centre.
    """

    reference: str
    model: str
    items: int
    retention: Interval
    volume_at_ratio: Interval
    centre_ratio: Interval


@dataclass(frozen=True, kw_only=True)
class RegionFit:
    """All models of a table. ``criterion`` is a raw score, ``threshold`` its competence τ."""

    axes: tuple[Axis, ...]
    criterion: float
    threshold: float
    chance: float
    regions: tuple[FittedRegion, ...]
    pairs: tuple[RegionPair, ...]
    notes: tuple[str, ...] = ()


def fit_regions(
    *,
    models: Sequence[str],
    items: Sequence[str],
    levels: Mapping[str, Sequence[float]],
    scores: Sequence[float],
    criterion: float | None = None,
    chance: float = 0.0,
    scale: ScaleName | None = None,
    seed: int = 0,
) -> RegionFit:
    """Fit every model's region and compare every pair that shares items.

    ``levels``: a column of n for each axis, by its name; the rest has one entry a row. Not valid
    for adaptive designs. Raises :class:`falloff.core.UsageError` for what cannot be fitted.
    """
    criterion, tau = competence_at(criterion, chance)
    axes = tuple(_axis(name, column, scale) for name, column in levels.items())
    data = _family(axes, models, items, levels, scores, chance=chance, seed=seed)
    names = tuple(dict.fromkeys(models))
    for name in names:
        _check(data, name)
    profiles = {n: profile_from(data, n, own_draws(data, n, tau=tau), tau=tau) for n in names}
    return RegionFit(
        axes=axes,
        criterion=criterion,
        threshold=tau,
        chance=chance,
        regions=tuple(_region(data, name, profile) for name, profile in profiles.items()),
        pairs=tuple(
            pair
            for one, two in itertools.combinations(names, 2)
            if (pair := _pair(data, one, two, profiles[one].status, tau))
        ),
    )


def _axis(name: str, column: Sequence[float], scale: ScaleName | None) -> Axis:
    levels = sorted(set(column))
    if len(levels) < 2:
        raise UsageError(
            f"Column '{name}' has one level only, {levels[0]:g}.",
            remedy="An axis needs at least two levels: leave the column out.",
        )
    log = choose_scale(levels, scale).name == "log"
    return Axis(
        name=name,
        unit="",
        levels=tuple(levels),
        description="",
        scale="log2" if log else "linear",
        integer=False,
    )


def _family(
    axes: tuple[Axis, ...],
    models: Sequence[str],
    items: Sequence[str],
    levels: Mapping[str, Sequence[float]],
    scores: Sequence[float],
    *,
    chance: float,
    seed: int,
) -> FamilyData:
    """A probe is an item at a coordinate; what one model was asked there again is another."""
    cells = int(np.prod([len(axis.levels) for axis in axes]))
    if cells > _MOST_CELLS:
        raise UsageError(
            f"The levels of {', '.join(levels)} make {cells:,} cells.",
            remedy=f"Round them to fewer levels, {_MOST_CELLS:,} cells at the most,"
            " or fit one level column at a time.",
        )
    seen: Counter[tuple[str, str, tuple[float, ...]]] = Counter()
    probes: dict[tuple[str, tuple[float, ...], int], dict[str, float]] = {}
    for model, item, at, score in zip(
        models, items, zip(*levels.values(), strict=True), scores, strict=True
    ):
        seen[model, item, at] += 1
        probes.setdefault((item, at, seen[model, item, at]), {})[model] = score
    names = dict.fromkeys(models)
    grid = itertools.product(*(axis.levels for axis in axes))
    return FamilyData(
        name=f"table {seed}",
        capability="",
        axes=axes,
        chance=chance,
        grid=tuple(_coordinate(axes, at) for at in grid),
        weights=(1 / cells,) * cells,
        coordinates=tuple(_coordinate(axes, at) for _, at, _ in probes),
        shares=(_GIVEN,) * len(probes),
        scores={m: np.array([got.get(m, np.nan) for got in probes.values()]) for m in names},
        answers={m: (None,) * len(probes) for m in names},
        reasons={m: tuple(_reason(got.get(m)) for got in probes.values()) for m in names},
        items=tuple(item for item, _, _ in probes),
    )


def _coordinate(axes: tuple[Axis, ...], at: tuple[float, ...]) -> Coordinate:
    return Coordinate(doses=tuple(zip((axis.name for axis in axes), at, strict=True)))


def _reason(score: float | None) -> Reason | None:
    return None if score is None else Reason.SOLVED if score == 1 else Reason.WRONG


def _check(data: FamilyData, model: str) -> None:
    """Every model needs rows, at the centre, and at two levels of each axis."""
    own = data.scored(model)
    rows = int(own.sum())
    if rows < LEAST_PROBES:
        raise UsageError(
            f"Model '{model}' has {rows} rows.",
            remedy=f"A region needs at least {LEAST_PROBES}: add rows, or leave the model out.",
        )
    for axis, u in zip(data.axes, data.u[data.place_of[own]].T, strict=True):
        if np.ptp(u) == 0:
            raise UsageError(
                f"Model '{model}' has rows at one level of '{axis.name}' only,"
                f" {axis.dose(float(u[0])):g}.",
                remedy="Add rows at others, or leave the model or the column out.",
            )
    if not (own & data.at_centre).any():
        raise UsageError(
            f"Model '{model}' has no row at the centre, {data.grid[0].key}.",
            remedy="Add rows where every level is the lowest: all else is measured from there.",
        )


def _region(data: FamilyData, model: str, profile: FamilyProfile) -> FittedRegion:
    own = data.scored(model)
    items = int(np.unique(data.item_of[own]).size)
    return FittedRegion(model=model, rows=int(own.sum()), items=items, profile=profile)


def _pair(
    data: FamilyData, reference: str, model: str, status: Status, tau: float
) -> RegionPair | None:
    """None where they share too little; undefined ratios where there is nothing to divide by."""
    both = data.scored(reference, model)
    if both.sum() < LEAST_PROBES or not (both & data.at_centre).any():
        return None
    kept = volume_at = centre = UNDEFINED
    if status is not Status.CENTRE_NOT_ESTABLISHED:
        draws = draw(data, (reference, model), tau=tau)
        below, above = draws[reference], draws[model]
        kept = ratio(above.volume, below.volume)
        volume_at = ratio(above.volume_at, below.volume_at)
        centre = ratio(above.centre, below.centre)
    return RegionPair(
        reference=reference,
        model=model,
        items=int(np.unique(data.item_of[both]).size),
        retention=kept,
        volume_at_ratio=volume_at,
        centre_ratio=centre,
    )
