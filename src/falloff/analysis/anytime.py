"""Bounds that hold however often a run is looked at and continued.

A run that is continued until it is settled looks at its bounds again and again; a 95 % bound then
fails far more often than once in twenty. These bounds hold at all looks together: the one-sided
normal-mixture confidence sequence (Robbins 1970; Waudby-Smith et al. 2024, "Time-uniform central
limit theory"), with s the standard error after n probes:

    estimate ± z(n)·s,   z(n)² = 2 (nρ² + 1)/(nρ²) · log(1 + √(nρ² + 1)/(2α))

ρ makes them tightest at ``TIGHTEST`` probes, where z is 2.8 (1.6 for a single look): continuing at
will costs some three times the probes of one look fixed beforehand. They are asymptotic: valid as
far as s shrinks like 1/√n and estimates are nearly normal.
"""

from __future__ import annotations

import numpy as np

from falloff.analysis.data import Floats

ALPHA = 0.05
# The default budget.
TIGHTEST = 600
# ρ² at which z(n) is smallest at n = TIGHTEST, times TIGHTEST.
_INFORMATION = 7.1
# An exponent that is certain enough.
_OVERFLOW = 500.0


def boundary(probes: int) -> float:
    """z(n)."""
    information = _INFORMATION * max(probes, 1) / TIGHTEST
    spread = 1 + np.sqrt(information + 1) / (2 * ALPHA)
    return float(np.sqrt(2 * (information + 1) / information * np.log(spread)))


def tail(distance: float, probes: int) -> float:
    """The smallest α at which a bound lies beyond an estimate so many standard errors away.

    The inverse of :func:`boundary` in α; 1 where the estimate is on the other side.
    """
    information = _INFORMATION * max(probes, 1) / TIGHTEST
    if distance <= 0:
        return 1.0
    grown = min(distance**2 * information / (2 * (information + 1)), _OVERFLOW)
    return float(min(1.0, np.sqrt(information + 1) / (2 * np.expm1(grown))))


def anytime_bounds(draws: Floats, probes: int) -> tuple[float, float] | None:
    """One-sided bounds of a ratio, low and high, normal in its logarithm.

    ``draws``: the point estimate, then joint draws. None where they are not positive numbers.
    """
    usable = draws[np.isfinite(draws) & (draws > 0)]
    if usable.size < draws.size or draws.size < 3:
        return None
    logs = np.log(draws)
    half = boundary(probes) * logs[1:].std()
    return float(np.exp(logs[0] - half)), float(np.exp(logs[0] + half))
