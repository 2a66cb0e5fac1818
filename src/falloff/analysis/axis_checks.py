"""What stands beside a curve: a monotone fit without a form, and the null of compounding.

On an axis that counts dependent steps, competence falls without any edge if each step succeeds
with the same probability p: c = c(0)·p^{n − n₀}. Against it stands the Weibull curve that contains
it, c = c(0)·exp(−(a(n − n₀))^β), by the likelihood ratio (χ², 1 degree of freedom): only β > 1, a
fall *steeper* than compounding, is a finding. With few answers χ² finds it too often; what it finds
is checked against tables drawn from compounding, by whose mean the ratio is divided (Rocke 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from falloff.analysis.data import Floats
from falloff.analysis.estimates import Cell, Compounding
from falloff.analysis.posterior import success
from falloff.core import Axis, child_seed

_CEILINGS = np.linspace(0.3, 1.0, 36)
_HALF_STEPS = np.geomspace(0.1, 300.0, 120)
_SHAPES = np.geomspace(0.25, 8.0, 31)
_COMPOUNDING = int(np.argmin(np.abs(_SHAPES - 1.0)))
_LN2 = float(np.log(2))
# A tail below this is a claim, and worth the tables.
_CLAIM = 0.05
_TABLES = 100


def counts_steps(axis: Axis) -> bool:
    """Whether the axis counts steps each of which needs the one before."""
    return axis.kind == "dose" and axis.unit.startswith("dependent")


def compounding(axis: Axis, cells: Sequence[Cell], chance: float) -> Compounding | None:
    """The test on the raw results along ``axis``; None with fewer than three doses."""
    if not counts_steps(axis) or len(cells) < 3:
        return None
    steps = np.array([cell.coordinate[axis.name] for cell in cells]) - axis.centre
    asked = np.array([float(cell.n) for cell in cells])
    won = np.array([cell.score for cell in cells])
    surface = _Surface(p=_success(steps, chance), asked=asked)
    best, statistic = surface.fit(won[:, None])
    ceiling, half = surface.compounding(won)
    p = float(gammaincc(0.5, statistic[0] / 2))
    if p < _CLAIM and _SHAPES[best[0]] > 1:
        p = max(p, surface.calibrated(statistic[0], ceiling, half))
    return Compounding(
        step_accuracy=float(2 ** (-1 / _HALF_STEPS[half])),
        exponent=float(_SHAPES[best[0]]),
        statistic=float(statistic[0]),
        p=p,
    )


def _success(steps: Floats, chance: float) -> Floats:
    """[shapes, ceilings, half-steps, doses]; half-steps after which half is left."""
    shape, half = _SHAPES[:, None, None], _HALF_STEPS[:, None]
    fall = np.exp(-_LN2 * (steps / half) ** shape)
    return success(_CEILINGS[:, None, None] * fall[:, None], chance, chance)


@dataclass(frozen=True, kw_only=True)
class _Surface:
    """All curves of the grid: ``p`` as of :func:`_success`; ``asked``: [doses]."""

    p: Floats
    asked: Floats

    def fit(self, won: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Of each table [doses, tables]: the best shape and the likelihood ratio."""
        by_shape = np.array([self._likelihood(p, won).max(axis=(0, 1)) for p in self.p])
        return by_shape.argmax(axis=0), 2 * (by_shape.max(axis=0) - by_shape[_COMPOUNDING])

    def compounding(self, won: Floats) -> tuple[int, int]:
        """Indices of the ceiling and the half-steps that fit best."""
        surface = self._likelihood(self.p[_COMPOUNDING], won[:, None])[..., 0]
        ceiling, half = np.unravel_index(surface.argmax(), surface.shape)
        return int(ceiling), int(half)

    def calibrated(self, statistic: float, ceiling: int, half: int) -> float:
        """The tail, the ratio divided by its mean over tables drawn from compounding."""
        rng = np.random.Generator(np.random.PCG64(child_seed("compounding")))
        p = self.p[_COMPOUNDING, ceiling, half]
        drawn = rng.binomial(self.asked.astype(int), p, size=(_TABLES, len(p))).T
        mean = self.fit(drawn.astype(np.float64))[1].mean()
        return float(gammaincc(0.5, statistic / max(float(mean), 1.0) / 2))

    def _likelihood(self, p: Floats, won: Floats) -> Floats:
        """[ceilings, half-steps, tables] log likelihood."""
        return np.asarray(np.log(p) @ won + np.log1p(-p) @ (self.asked[:, None] - won))


def monotone(rates: Floats, weights: Floats) -> Floats:
    """The non-increasing sequence nearest to ``rates`` in weighted squares (pool adjacent
    violators; Ayer et al. 1955)."""
    blocks: list[tuple[float, float, int]] = []
    for rate, weight in zip(rates.tolist(), weights.tolist(), strict=True):
        block = (rate, weight, 1)
        while blocks and blocks[-1][0] < block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            mean = (before[0] * before[1] + block[0] * block[1]) / total
            block = (mean, total, before[2] + block[2])
        blocks.append(block)
    return np.repeat([b[0] for b in blocks], [b[2] for b in blocks])
