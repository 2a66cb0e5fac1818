"""What stands beside a curve: a monotone fit without a form, and the null of compounding.

On an axis that counts dependent steps, competence falls without any edge if each step succeeds
with the same probability p: c = c(0)·p^{n − n₀}. Against it stands the Weibull curve that contains
it, c = c(0)·exp(−(a(n − n₀))^β), by the likelihood ratio (χ², 1 degree of freedom): only β > 1, a
fall *steeper* than compounding, is a finding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaincc

from falloff.core import Axis
from falloff.measure.data import Floats
from falloff.measure.estimates import Cell, Compounding
from falloff.measure.posterior import success

_CEILINGS = np.linspace(0.3, 1.0, 36)
_HALF_STEPS = np.geomspace(0.1, 300.0, 120)
_SHAPES = np.geomspace(0.25, 8.0, 31)
_COMPOUNDING = int(np.argmin(np.abs(_SHAPES - 1.0)))
_LN2 = float(np.log(2))


def counts_steps(axis: Axis) -> bool:
    """Whether the axis counts steps each of which needs the one before."""
    return axis.kind == "dose" and axis.unit.startswith("dependent")


def compounding(axis: Axis, cells: Sequence[Cell], chance: float) -> Compounding | None:
    """The test on the raw results along ``axis``; None with fewer than three doses."""
    if not counts_steps(axis) or len(cells) < 3:
        return None
    steps = np.array([cell.coordinate[axis.name] for cell in cells]) - axis.centre
    won = np.array([cell.score for cell in cells])
    lost = np.array([cell.n for cell in cells]) - won
    surface = np.stack([_likelihoods(steps, won, lost, chance, beta) for beta in _SHAPES])
    by_shape = surface.reshape(len(_SHAPES), -1).max(axis=1)
    best = int(by_shape.argmax())
    statistic = float(2 * (by_shape[best] - by_shape[_COMPOUNDING]))
    half = _HALF_STEPS[np.unravel_index(surface[_COMPOUNDING].argmax(), surface[0].shape)[1]]
    return Compounding(
        step_accuracy=float(2 ** (-1 / half)),
        exponent=float(_SHAPES[best]),
        statistic=statistic,
        p=float(gammaincc(0.5, statistic / 2)),
    )


def _likelihoods(steps: Floats, won: Floats, lost: Floats, chance: float, beta: float) -> Floats:
    """[ceilings, half-steps] log likelihood; half-steps after which half is left."""
    fall = np.exp(-_LN2 * (steps / _HALF_STEPS[:, None]) ** beta)
    p = success(_CEILINGS[:, None, None] * fall, chance, chance)
    return np.asarray(np.log(p) @ won + np.log1p(-p) @ lost)


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
