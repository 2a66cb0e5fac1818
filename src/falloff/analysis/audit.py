"""The audit: are probes that were drawn from μ solved as often as the fitted region says?

    d = mean over audit probes of (y − p̂)/(1 − g),   p̂ the posterior mean of success

A region of the right form is off by chance alone; d further from 0 than chance explains is a
misfit: the form's own error is then taken to be larger, which widens the interval of S. Models of
one comparison are fitted in one form, so they share its error, but for a misfit of one's own: a
ratio of volumes is hardly off by it. The probes
are in the fit as well: half of all come from μ, so a form that is wrong errs where it matters least
to the mean over the box, and S stays the posterior's. A fit follows its answers, so d varies less
than answers do: to first order p̂ moves by Cov(p̂, pⱼ)/(pⱼ(1 − pⱼ)) with an answer yⱼ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from falloff.analysis.data import Floats

# Standard deviation of the form's error in S, before and after the alarm has gone off. One alarm in
# twenty is false, so it may not tear an interval open. Set by simulation on curves that are not of
# the region's form.
FORM_ERROR = 0.014
_MISFIT = 0.04
# What a misfit adds.
_OWN_ERROR = (_MISFIT**2 - FORM_ERROR**2) ** 0.5
# A correction beyond this many standard errors is a misfit.
ALARM = 2.0
# ALARM plus this many standard errors is found in four cases of five.
_POWER_80 = 0.84


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
    def own_error(self) -> float:
        """Standard deviation of this model's own form's error in S; 0 unless there is a misfit."""
        return _OWN_ERROR if self.misfit else 0.0


def in_log_odds(errors: Floats, volume: float) -> Floats:
    """Signed ``errors`` of a ``volume`` in (0, 1), in its log odds, where it stays inside (0, 1).

    As large as the errors are towards the middle; as large in log odds the other way.
    """
    inward = volume + np.abs(errors) * (1 if volume < 0.5 else -1)
    return np.asarray(np.sign(errors) * np.abs(logit(inward) - logit(volume)))


def audit(
    success: Floats,
    place: NDArray[np.intp],
    scores: Floats,
    checking: NDArray[np.bool_],
    chance: float,
    item: NDArray[np.intp] | None = None,
) -> Audit:
    """From all fitted answers, of which those ``checking`` [n] are audit probes.

    ``success`` [K, places]: of equally likely particles; ``place``, ``scores`` [n] of each answer;
    ``item`` [n], where items are asked more than once: answers to one of them go together.
    """
    probes = int(checking.sum())
    if not probes:
        return Audit(probes=0, correction=0.0, se=float("inf"))
    p = success.mean(axis=0)
    variance = p * (1 - p)
    checked = np.bincount(place[checking], minlength=len(p)) / probes
    overall = success @ checked
    follows = (overall - overall.mean()) @ success / len(success) / variance
    moves = checking / probes - follows[place]
    se = float(np.sqrt((variance[place] * moves**2).sum()))
    if item is not None:
        se = max(se, float(np.sqrt((np.bincount(item, moves * (scores - p[place])) ** 2).sum())))
    correction = (scores - p[place])[checking].mean()
    return Audit(probes=probes, correction=float(correction / (1 - chance)), se=se / (1 - chance))
