"""From a fixed design to its curves and pairs.

p(z) = g + (1 − g)·c(z), c(z) = (1 − λ)·σ(β(m − z)), g known; see
:class:`falloff.analysis.fixed.falling.Falling`. A score need not be 0 or 1: fractions enter the
same likelihood (quasi-binomial), and their scatter, like all scatter, is taken from the items.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from falloff.analysis.data import Floats
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.fixed.design import FixedDesign
from falloff.analysis.fixed.edges import bounded, edge_interval, log_ratio_interval
from falloff.analysis.fixed.falling import Falling
from falloff.analysis.fixed.isotonic import Monotone, fit_monotone
from falloff.analysis.fixed.resampling import draw_curves
from falloff.analysis.fixed.results import (
    CurvePair,
    DrawnCurve,
    FittedCurve,
    FixedFit,
    LevelScore,
)
from falloff.analysis.fixed.scale import LevelScale, ScaleName, choose_scale
from falloff.analysis.intervals import HIGH, LOW, interval
from falloff.core import UsageError

RESAMPLES = 1000
_POINTS = 49
# Levels nearer than this share of the table's range are one.
_APART = 1e-9
# Worth a note: a score that rises by more than this from the lowest to the highest level, and a
# monotone fit whose area differs from the logistic one by more than that.
_RISE = 0.05
_MISFIT = 0.05


@dataclass(frozen=True, kw_only=True)
class _Model:
    """One model's rows and draws; crossings are :func:`bounded` to its own levels, in z."""

    name: str
    index: int
    z: Floats
    score: Floats
    weight: Floats
    curves: Falling
    monotone: Monotone

    @property
    def low(self) -> float:
        return float(self.z.min())

    @property
    def high(self) -> float:
        return float(self.z.max())

    def crossing(self, competence: float) -> Floats:
        """[1 + resamples]. Where all answers agree there is no crossing, whatever a prior says."""
        draws = bounded(self.curves.crossing(competence), self.low, self.high)
        if self.score.min() == self.score.max() and self.score[0] in (0.0, 1.0):
            draws[0] = np.inf if self.score[0] else -np.inf
        return draws


def fit_curves(
    design: FixedDesign,
    *,
    criterion: float | None = None,
    chance: float = 0.0,
    scale: ScaleName | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> FixedFit:
    """Fit every model's curve and compare every pair that shares items.

    ``criterion`` is a raw score above ``chance`` (by default half-way from there to 1, competence
    .5). Not valid for adaptive designs, nor where a score *rises* with the level: the curve can
    only fall, and a note says so. Raises :class:`falloff.core.UsageError` for what cannot be
    fitted.
    """
    criterion, at = competence_at(criterion, chance)
    used = choose_scale(design.level, scale)
    z = used.z(design.level)
    _check_levels(design, z)
    draws = draw_curves(design, z, chance=chance, resamples=resamples, seed=seed)
    models = [_model(design, z, index, curves) for index, curves in enumerate(draws)]
    return FixedFit(
        scale=used,
        criterion=criterion,
        chance=chance,
        resamples=resamples,
        curves=tuple(_curve(design, used, model, at, chance) for model in models),
        pairs=tuple(
            _pair(used, first, second, at, shared)
            for first, second in combinations(models, 2)
            if (shared := design.shared_items(first.index, second.index))
        ),
        notes=tuple(note for model in models for note in _notes(model, chance)),
    )


def competence_at(criterion: float | None, chance: float) -> tuple[float, float]:
    """The criterion, a raw score, by default half-way from chance to 1, and its competence.

    Raises :class:`falloff.core.UsageError` where either is not one.
    """
    if not 0 <= chance < 1:
        raise UsageError(
            f"A chance level of {chance:g} is none.", remedy="Give a share from 0 to below 1."
        )
    criterion = (1 + chance) / 2 if criterion is None else criterion
    if not chance < criterion < 1:
        raise UsageError(
            f"A criterion of {criterion:g} is not between the chance level, {chance:g}, and 1.",
            remedy="Give the score at which you call it an edge, as a share.",
        )
    return criterion, (criterion - chance) / (1 - chance)


def _check_levels(design: FixedDesign, z: Floats) -> None:
    """Every model needs rows that count at two levels which can be told apart."""
    for index, name in enumerate(design.models):
        rows = design.rows(index)
        if rows.size and np.ptp(z[rows]) > _APART:
            continue
        where = f"at one level only, {design.level[rows][0]:g}" if rows.size else "without weight"
        raise UsageError(
            f"Model '{name}' has rows {where}.",
            remedy="A curve needs at least two levels: add rows, or leave the model out.",
        )


def _model(design: FixedDesign, z: Floats, index: int, curves: Falling) -> _Model:
    rows = design.rows(index)
    own, score, weight = z[rows], design.score[rows], design.weight[rows]
    return _Model(
        name=design.models[index],
        index=index,
        z=own,
        score=score,
        weight=weight,
        curves=curves,
        monotone=fit_monotone(own, score, weight),
    )


def _curve(
    design: FixedDesign, scale: LevelScale, model: _Model, at: float, chance: float
) -> FittedCurve:
    def edge(competence: float) -> Interval:
        return edge_interval(model.crossing(competence), model.low, model.high, scale.level)

    crossing = model.monotone.crossing(chance + (1 - chance) * at)
    return FittedCurve(
        model=model.name,
        rows=model.z.size,
        items=int(np.unique(design.item[design.rows(model.index)]).size),
        lowest=scale.level(model.low),
        highest=scale.level(model.high),
        edge=edge(at),
        edge50=edge(0.5),
        edge80=edge(0.8),
        steepness=_steepness(scale, model),
        area=interval(model.curves.area(model.low, model.high)),
        ceiling=interval(1 - model.curves.lapse),
        monotone_edge=scale.level(crossing) if np.isfinite(crossing) else None,
        monotone_area=model.monotone.area(chance),
        levels=_levels(scale, model),
        drawn=_drawn(scale, model, chance),
    )


def _steepness(scale: LevelScale, model: _Model) -> Interval:
    """−d log[c/(c(0) − c)]/d ln level where the ceiling is halved; undefined outside the levels."""
    half = bounded(model.curves.half, model.low, model.high)
    if not np.isfinite(half[0]) or scale.level(float(half[0])) <= 0:
        return UNDEFINED
    level = scale.level(float(half[0]))
    return interval(model.curves.slope * scale.z_per_efold(np.array(level)))


def _levels(scale: LevelScale, model: _Model) -> tuple[LevelScore, ...]:
    places, place = np.unique(model.z, return_inverse=True)
    weight = np.bincount(place, model.weight)
    mean = np.bincount(place, model.weight * model.score) / weight
    return tuple(
        LevelScore(level=scale.level(float(z)), n=int(n), score=float(s), monotone=float(m))
        for z, n, s, m in zip(places, np.bincount(place), mean, model.monotone.score, strict=True)
    )


def _drawn(scale: LevelScale, model: _Model, chance: float) -> DrawnCurve:
    z = np.linspace(model.low, model.high, _POINTS)
    score = chance + (1 - chance) * model.curves.competence(z)
    low, high = np.quantile(score[1:], [LOW, HIGH], axis=0)
    return DrawnCurve(
        level=tuple(scale.level(float(x)) for x in z),
        z=tuple(z.tolist()),
        score=tuple(score[0].tolist()),
        low=tuple(np.minimum(low, score[0]).tolist()),
        high=tuple(np.maximum(high, score[0]).tolist()),
    )


def _pair(scale: LevelScale, first: _Model, second: _Model, at: float, items: int) -> CurvePair:
    low, high = max(first.low, second.low), min(first.high, second.high)
    areas = [model.curves.area(low, high) for model in (first, second)] if low < high else None
    return CurvePair(
        reference=first.name,
        model=second.name,
        items=items,
        area_difference=interval(areas[1] - areas[0]) if areas else UNDEFINED,
        log_edge_ratio=_log_ratio(scale, first, second, at),
        log_edge50_ratio=_log_ratio(scale, first, second, 0.5),
    )


def _log_ratio(scale: LevelScale, first: _Model, second: _Model, at: float) -> Interval:
    def levels(z: Floats) -> Floats:
        return np.array([scale.level(float(x)) if np.isfinite(x) else x for x in z])

    ends = [levels(np.array([model.low, model.high])) for model in (first, second)]
    edges = [levels(model.crossing(at)) for model in (first, second)]
    return log_ratio_interval(edges[0], edges[1], (ends[0], ends[1]))


def _notes(model: _Model, chance: float) -> list[str]:
    """What a reader must know before believing the curve."""
    z = model.z - np.average(model.z, weights=model.weight)
    if float((model.weight * z * model.score).sum() / (model.weight * z**2).sum()) > _RISE:
        return [f"{model.name}: the score rises with the level; the curve can only fall."]
    logistic, monotone = model.curves.area(model.low, model.high)[0], model.monotone.area(chance)
    if abs(logistic - monotone) > _MISFIT:
        return [
            f"{model.name}: the logistic curve has the area {logistic:.2f}, the monotone one"
            f" {monotone:.2f}: trust the raw scores more than its edges."
        ]
    return []
