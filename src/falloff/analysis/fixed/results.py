"""What a fit says: curves and pairs, frozen, for the terminal, the plot and JSON alike."""

from __future__ import annotations

from dataclasses import dataclass

from falloff.analysis.estimates import Interval
from falloff.analysis.fixed.scale import LevelScale


@dataclass(frozen=True, kw_only=True)
class LevelScore:
    """The rows at one level: weighted mean ``score`` of ``n``, and the monotone fit there."""

    level: float
    n: int
    score: float
    monotone: float


@dataclass(frozen=True, kw_only=True)
class DrawnCurve:
    """The fitted score along the levels, for drawing: parallel, ascending, band pointwise 90 %."""

    level: tuple[float, ...]
    z: tuple[float, ...]
    score: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class FittedCurve:
    """One model. Edges are levels, censored at the ends of the model's own levels.

    ``edge`` is where the score falls to the criterion, ``edge50`` and ``edge80`` where competence
    falls to .5 and .8. ``steepness`` is −d log odds/d ln level at half the ceiling; ``area`` the
    mean competence over the model's levels. ``monotone_edge`` and ``monotone_area`` are the same by
    the monotone fit: None where there is no crossing.
    """

    model: str
    rows: int
    items: int
    lowest: float
    highest: float
    edge: Interval
    edge50: Interval
    edge80: Interval
    steepness: Interval
    area: Interval
    ceiling: Interval
    monotone_edge: float | None
    monotone_area: float
    levels: tuple[LevelScore, ...]
    drawn: DrawnCurve


@dataclass(frozen=True, kw_only=True)
class CurvePair:
    """``model`` against ``reference``, of which both were asked ``items`` items.

    ``area_difference`` is model − reference, over the levels that both have; ``log_edge_ratio``
    ln(edge of the model / edge of the reference), likewise at 50 %.
    """

    reference: str
    model: str
    items: int
    area_difference: Interval
    log_edge_ratio: Interval
    log_edge50_ratio: Interval


@dataclass(frozen=True, kw_only=True)
class FixedFit:
    """All models of a table. ``criterion`` is a raw score; ``notes`` say what looks wrong."""

    scale: LevelScale
    criterion: float
    chance: float
    resamples: int
    curves: tuple[FittedCurve, ...]
    pairs: tuple[CurvePair, ...]
    notes: tuple[str, ...]
