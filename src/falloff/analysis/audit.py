"""The audit: probes drawn from μ and kept out of the fit, to check the region's form.

    Ŝ_audit = Σ μ ĉ + d,   d = mean over audit probes of (y − p̂)/(1 − g)

It is unbiased whatever the region's form (a difference estimator; Angelopoulos et al. 2023), and
noisy: SE is about .08 from 24 probes. The fit is narrow, and off by its form's error δ ~ N(0, τ²).
The two are weighed as Gaussians: with V the variance of the fitted volume, δ included,

    S = Ŝ + G d,   Var S = (1 − G) V,   G = V/(V + SE²),   all in log odds

so that few audit probes barely move the estimate, and many take it over from a form that is wrong.
A correction beyond 2 SE is a misfit: τ is then taken to be larger, which widens the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from falloff.analysis.data import Floats

# τ, the standard deviation of the form's error in S, before and after the alarm has gone off. One
# alarm in twenty is false, so it may not tear an interval open. Set by simulation on curves that
# are not of the region's form.
FORM_ERROR = 0.014
_MISFIT = 0.04
# A correction beyond this many standard errors is a misfit.
ALARM = 2.0
# ALARM plus this many standard errors is found in four cases of five.
_POWER_80 = 0.84


@dataclass(frozen=True, kw_only=True)
class InOdds:
    """An audit in log odds, in which a volume stays inside (0, 1) and a ratio finite.

    ``seen``: the fitted volume corrected, with its standard error ``se``, which grows where the
    audit sees more failures than the fit does. ``form_error``: τ, towards the middle.
    """

    fit: float
    seen: float
    se: float
    form_error: float

    def gain(self, variance: float) -> float:
        """G, the weight of the audit against a fit with this variance, form error included."""
        return variance / (variance + self.se**2)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What ``probes`` audit probes say: the ``correction`` d and its standard error ``se``.

    ``misfit``: d is further from 0 than chance explains. ``detectable``: the smallest error of S
    that these probes would flag four times in five. ``se`` is infinite without probes.
    """

    probes: int
    correction: float
    se: float

    @property
    def misfit(self) -> bool:
        return abs(self.correction) > ALARM * self.se + self._half_step

    @property
    def detectable(self) -> float:
        return (ALARM + _POWER_80) * self.se + self._half_step

    @property
    def _half_step(self) -> float:
        """Half of what one answer moves d: where nearly all are right, chance comes in steps."""
        return 0.5 / self.probes if self.probes else 0.0

    @property
    def form_error(self) -> float:
        return _MISFIT if self.misfit else FORM_ERROR

    def in_odds(self, fit: float) -> InOdds:
        """The audit of a volume ``fit``, in (0, 1), in log odds."""
        least = 0.5 / (self.probes + 1)
        at = min(max(fit + self.correction, min(least, fit)), max(1 - least, fit))
        inward = fit + (self.form_error if fit < 0.5 else -self.form_error)
        return InOdds(
            fit=float(logit(fit)),
            seen=float(logit(at)),
            se=float(self.se / np.sqrt(at * (1 - at) * fit * (1 - fit))),
            form_error=abs(float(logit(inward) - logit(fit))),
        )


def audit(scores: Floats, expected: Floats, chance: float) -> Audit:
    """From audit probes' ``scores`` [n] and success probabilities ``expected`` [n] by the fit.

    The standard error is the fit's own, √Σ p̂(1 − p̂)/(n(1 − g)): never 0, and right if the form is.
    """
    n = len(scores)
    if n == 0:
        return Audit(probes=0, correction=0.0, se=float("inf"))
    spread = np.sqrt((expected * (1 - expected)).sum()) / n
    return Audit(
        probes=n,
        correction=float((scores - expected).mean() / (1 - chance)),
        se=float(spread / (1 - chance)),
    )
