"""Curves from outcomes that somebody else's design has placed: imported logs, published tables.

Nothing here was chosen by falloff, so nothing is adaptive: a falling logistic curve per model, a
monotone one beside it, and intervals by resampling whole items, paired across models. Where items
have levels on several axes, a region per model.
"""

from falloff.analysis.fixed.box import FittedRegion, RegionFit, RegionPair, fit_regions
from falloff.analysis.fixed.design import FixedDesign
from falloff.analysis.fixed.fit import fit_curves
from falloff.analysis.fixed.results import CurvePair, DrawnCurve, FittedCurve, FixedFit, LevelScore
from falloff.analysis.fixed.scale import LevelScale, choose_scale

__all__ = [
    "CurvePair",
    "DrawnCurve",
    "FittedCurve",
    "FittedRegion",
    "FixedDesign",
    "FixedFit",
    "LevelScale",
    "LevelScore",
    "RegionFit",
    "RegionPair",
    "choose_scale",
    "fit_curves",
    "fit_regions",
]
