"""The audit: probes drawn from μ and kept out of the fit, to check the region's form.

    Ŝ_audit = Σ μ ĉ + d,   d = mean over audit probes of (y − p̂)/(1 − g)

It is unbiased whatever the region's form (a difference estimator; Angelopoulos et al. 2023). The
posterior's volume stays the estimate: with few audit probes d is mostly noise. What d can tell is
how far the form may be off. Before any audit that is δ ~ N(0, τ²); after it, δ has the variance
τ²SE²/(τ² + SE²), which widens the interval of the volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from falloff.measure.data import Floats

# Standard deviation of the form's error in S before the audit. Set by simulation on families of
# curves that are not of the region's form (tests/measure/simulated.py).
FORM_ERROR = 0.015
# The same once the alarm has gone off. One alarm in twenty is false, so it may not tear an interval
# open.
_MISFIT = 3 * FORM_ERROR
# A correction beyond this many standard errors is a misfit.
ALARM = 2.0
# ALARM plus this many standard errors is found in four cases of five.
_POWER_80 = 0.84


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What ``probes`` audit probes say: the ``correction`` d, its standard error ``se``.

    ``misfit``: d is further from 0 than chance explains. ``detectable``: the smallest error of S
    that these probes would flag four times in five.
    """

    probes: int
    correction: float
    se: float

    @property
    def misfit(self) -> bool:
        return abs(self.correction) > ALARM * self.se

    @property
    def detectable(self) -> float:
        return (ALARM + _POWER_80) * self.se

    @property
    def variance(self) -> float:
        """E[δ²] after the audit: what the form's error adds to the variance of the volume."""
        prior = (_MISFIT if self.misfit else FORM_ERROR) ** 2
        shrink = prior / (prior + self.se**2)
        shift = shrink * self.correction if self.misfit else 0.0
        return shrink * self.se**2 + shift**2


def audit(scores: Floats, expected: Floats, chance: float) -> Audit | None:
    """From audit probes' ``scores`` [n] and success probabilities ``expected`` [n] by the fit.

    The standard error is the fit's own, √Σ p̂(1 − p̂)/(n(1 − g)): never 0, and right if the form is.
    """
    n = len(scores)
    if n == 0:
        return None
    spread = np.sqrt((expected * (1 - expected)).sum()) / n
    return Audit(
        probes=n,
        correction=float((scores - expected).mean() / (1 - chance)),
        se=float(spread / (1 - chance)),
    )
