"""A fixed design's curves and pairs as one plain JSON object: what ``fit --json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from falloff.analysis.fixed import CurvePair, FittedCurve, FixedFit


def curves_as_dict(fit: FixedFit, *, data: str | None) -> dict[str, Any]:
    """The object of ``fit --json`` for one level column; ``data`` names the file, if any."""
    return {
        "data": data,
        "criterion": fit.criterion,
        "chance": fit.chance,
        "scale": fit.scale.name,
        "resamples": fit.resamples,
        "curves": [_curve(curve) for curve in fit.curves],
        "pairs": [_pair(pair) for pair in fit.pairs],
        "notes": list(fit.notes),
    }


def _curve(curve: FittedCurve) -> dict[str, Any]:
    return {
        "model": curve.model,
        "edge": curve.edge.as_dict(),
        "edge50": curve.edge50.as_dict(),
        "edge80": curve.edge80.as_dict(),
        "steepness": curve.steepness.as_dict(),
        "area": curve.area.as_dict(),
        "ceiling": curve.ceiling.as_dict(),
        "rows": curve.rows,
        "items": curve.items,
        "lowest": curve.lowest,
        "highest": curve.highest,
        "monotone": {"edge": curve.monotone_edge, "area": curve.monotone_area},
        "levels": [
            {"level": at.level, "n": at.n, "score": at.score, "monotone": at.monotone}
            for at in curve.levels
        ],
    }


def _pair(pair: CurvePair) -> dict[str, Any]:
    return {
        "reference": pair.reference,
        "model": pair.model,
        "items": pair.items,
        "area_difference": pair.area_difference.as_dict(),
        "log_edge_ratio": pair.log_edge_ratio.as_dict(),
        "log_edge50_ratio": pair.log_edge50_ratio.as_dict(),
    }
