"""Where a model's volumes are to be expected, by its other families.

    z = (logit S − m_f)/s_f ~ N(mean, sd²)      over the families f of one model

m_f and s_f are the moments of logit S under the prior of the family's region. Without this every
family's prior pulls its volume towards the middle by itself. Such pulls do not cancel: a good
teacher is read too low in all families and a weak student too high, so that retention, which sums
over them, comes out too high. ``mean`` and ``sd`` are fitted over the families by marginal
likelihood (empirical Bayes: Robbins 1956; Efron and Morris 1973), under a prior of their own that
keeps them near 0 and 1 where there are few families. An error of ``mean`` moves all of the model's
volumes together: by Var(z)/sd² of it, Var(z) the variance of z given the family's answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import logit, softmax

Floats = NDArray[np.float64]

# Fewer families say little of the next one.
LEAST_FAMILIES = 3
# Priors on mean and log sd: standard deviations around 0.
_PRIOR_MEAN, _PRIOR_LOG_SD = 1.5, 0.35
_TINY = 1e-4
# Share of the draws that have to carry an estimate.
_LEAST_ESS = 0.1
# Where the search begins: steps from no shift at all.
_SIMPLEX = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.3))


@dataclass(frozen=True, kw_only=True)
class Ability:
    """The distribution of z over a model's families; ``error``: the standard error of ``mean``."""

    mean: float
    sd: float
    error: float = 0.0

    def weights(self, z: Floats) -> Floats:
        """[K] weights, adding up to 1, that turn draws of z under N(0, 1) into draws under this.

        Only so far as draws bear it: where few reach what is expected, the ratio of the two is
        raised to a power below 1, so that the effective sample is a tenth of them at least.
        """
        log_ratio = _log_ratio(z, self.mean, self.sd)
        return np.asarray(softmax(log_ratio * _bearable(log_ratio)))

    def follows(self, z: Floats) -> float:
        """Var(z)/sd², in [0, 1]: by how much a family's z moves with ``mean``."""
        weight = self.weights(z)
        variance = float(weight @ (z - weight @ z) ** 2)
        return min(variance / self.sd**2, 1.0)


def _bearable(log_ratio: Floats) -> float:
    """The largest power in [0, 1] that leaves the least effective sample."""

    def excess(power: float) -> float:
        return 1 / float((softmax(power * log_ratio) ** 2).sum()) - _LEAST_ESS * len(log_ratio)

    return 1.0 if excess(1.0) >= 0 else float(brentq(excess, 0.0, 1.0))


def log_odds(volume: Floats) -> Floats:
    """Logit of volumes in [0, 1], kept finite."""
    return np.asarray(logit(np.clip(volume, _TINY, 1 - _TINY)), dtype=np.float64)


def ability(families: Sequence[Floats]) -> Ability | None:
    """From posterior draws of z of each family, [K] each; None where there are too few."""
    if len(families) < LEAST_FAMILIES:
        return None

    def cost(at: Floats) -> float:
        mean, sd = float(at[0]), float(np.exp(at[1]))
        evidence = sum(_log_mean_ratio(z, mean, sd) for z in families)
        return 0.5 * float((at[0] / _PRIOR_MEAN) ** 2 + (at[1] / _PRIOR_LOG_SD) ** 2) - evidence

    best = minimize(
        cost,
        np.zeros(2),
        method="Nelder-Mead",
        options={"initial_simplex": _SIMPLEX, "xatol": 0.01, "fatol": 0.01},
    )
    found = Ability(mean=float(best.x[0]), sd=float(np.exp(best.x[1])))
    known = sum(1 - found.follows(z) for z in families) / found.sd**2 + _PRIOR_MEAN**-2
    return replace(found, error=known**-0.5)


def _log_mean_ratio(z: Floats, mean: float, sd: float) -> float:
    """log of the mean of N(z; mean, sd²)/N(z; 0, 1) over draws."""
    log_ratio = _log_ratio(z, mean, sd)
    most = log_ratio.max()
    return float(np.log(np.exp(log_ratio - most).mean()) + most - np.log(sd))


def _log_ratio(z: Floats, mean: float, sd: float) -> Floats:
    return np.asarray(0.5 * (z**2 - ((z - mean) / sd) ** 2))
