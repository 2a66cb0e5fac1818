"""Fitting falling curves to weighted copies of the same rows, all copies at once.

Maximum a posteriori by Levenberg–Marquardt steps on the Fisher information. The priors are weak;
they keep every number finite where all answers agree or part without overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from falloff.analysis.ascent import climb
from falloff.analysis.data import Floats
from falloff.analysis.fixed.falling import Falling

# Mean and standard deviation of (m, ln β, logit λ): half-way points from before the first level to
# beyond the last, curves from flat to a step between two levels, lapses of a fraction to a tenth.
_MEAN = np.array([0.5, np.log(6.0), -4.0])
_SD = np.array([1.0, 1.2, 1.5])

_TINY = 1e-9


def fit_falling(z: Floats, successes: Floats, trials: Floats, chance: float) -> Falling:
    """Fit one curve to each copy: p = g + (1 − g)·c(z), the chance level g known.

    z: [places]; successes, trials: [R, places], weighted sums, trials may be 0. All copies start
    from the fit of the first.
    """
    problem = _Problem(z=z, chance=chance)
    point = problem.climb(_MEAN[None, :], successes[:1], trials[:1])
    start = np.repeat(point, successes.shape[0], axis=0)
    return Falling.from_vector(problem.climb(start, successes, trials))


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """What all copies share."""

    z: Floats
    chance: float

    def climb(self, theta: Floats, successes: Floats, trials: Floats) -> Floats:
        """[R, 3] better parameters."""
        return climb(
            theta,
            lambda here, index: self._evaluate(here, successes[index], trials[index]),
            lambda here, index: self._value(here, successes[index], trials[index]),
        )

    def _evaluate(
        self, theta: Floats, successes: Floats, trials: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """[R] log posterior, [R, 3] its gradient, [R, 3, 3] the Fisher information."""
        curves = Falling.from_vector(theta)
        p = self._success(curves)
        slope = (1 - self.chance) * curves.jacobian(self.z)
        residual = ((successes - trials * p) / (p * (1 - p)))[:, None, :]
        gradient = (residual @ slope)[:, 0] - (theta - _MEAN) / _SD**2
        weighted = slope * (trials / (p * (1 - p)))[:, :, None]
        information = slope.swapaxes(1, 2) @ weighted + np.diag(1 / _SD**2)
        return self._posterior(theta, p, successes, trials), gradient, information

    def _value(self, theta: Floats, successes: Floats, trials: Floats) -> Floats:
        return self._posterior(theta, self._success(Falling.from_vector(theta)), successes, trials)

    def _success(self, curves: Falling) -> Floats:
        p = self.chance + (1 - self.chance) * curves.competence(self.z)
        return np.clip(p, _TINY, 1 - _TINY)

    def _posterior(self, theta: Floats, p: Floats, successes: Floats, trials: Floats) -> Floats:
        likelihood = (successes * np.log(p) + (trials - successes) * np.log1p(-p)).sum(axis=1)
        return np.asarray(likelihood - 0.5 * (((theta - _MEAN) / _SD) ** 2).sum(axis=1))
