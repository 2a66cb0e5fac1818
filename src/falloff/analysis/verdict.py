"""May the student replace the teacher? One-sided 95 % bounds against a margin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from falloff.analysis.anytime import ALPHA, anytime_bounds, boundary, tail
from falloff.analysis.data import Floats
from falloff.analysis.pair_estimates import Verdict

MARGIN = 0.9
Ruling = Literal["pass", "fail", "inconclusive"]

_Z = 1.645
# A standard error of nought, and the largest probability that is below 5 %.
_LEAST, _JUST_BELOW = 1e-9, float(np.nextafter(ALPHA, 0))
# Beyond this many more probes "run more" is no advice.
_MOST_FURTHER = 100_000
# Probability with which the probes that are advised settle the verdict.
_CONFIDENT = 0.8


def verdict(draws: Floats, *, probes: int, margin: float = MARGIN) -> Verdict:
    """From joint draws of headline retention, the first its point estimate.

    The 5 % and 95 % quantiles are one-sided 95 % bounds, for a run of a size fixed beforehand. The
    ``anytime`` bounds hold for a run that is continued until settled.
    """
    if draws.size == 0 or not np.isfinite(draws[0]):
        return Verdict(status="inconclusive", margin=margin, low=None, high=None)
    low, high = (float(q) for q in np.nanquantile(draws[1:], [0.05, 0.95]))
    status = _ruling(low, high, margin)
    anytime = anytime_bounds(draws, probes)
    return Verdict(
        status=status,
        margin=margin,
        low=low,
        high=high,
        further_probes=_further(draws, probes, margin) if status == "inconclusive" else None,
        anytime_status=_ruling(*anytime, margin) if anytime else "inconclusive",
        anytime_low=anytime[0] if anytime else None,
        anytime_high=anytime[1] if anytime else None,
    )


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a policy sets a margin for: draws, the first its point estimate; ``probes`` bear on it.

    ``at_least``: good is above the margin; otherwise below. ``ratio``: bounds for a run that is
    continued are of its logarithm.
    """

    draws: Floats
    margin: float
    probes: int = 0
    at_least: bool = True
    ratio: bool = True


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A scope against its margin, with one-sided 95 % bounds; None where nothing can be said.

    ``bad``, ``good``: probability that it is on the wrong, on the right side of the margin.
    ``further``: probes that would settle it, as :class:`Verdict` has them.
    """

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    bad: float = 1.0
    good: float = 1.0
    further: int | None = None


def weigh(scope: Scope, *, anytime: bool = False) -> Weighed:
    """Where a scope stands. ``anytime``: the run was, or may be, looked at and continued."""
    draws = scope.draws
    if draws.size < 2 or not np.isfinite(draws[0]) or not np.isfinite(draws[1:]).any():
        return Weighed()
    found = _at_any_time(scope) if anytime else _at_one_look(scope)
    if found is None:
        return Weighed(estimate=float(draws[0]))
    low, high, below, above = found
    open_ = min(below, above) >= ALPHA
    return Weighed(
        estimate=float(draws[0]),
        low=low,
        high=high,
        bad=below if scope.at_least else above,
        good=above if scope.at_least else below,
        further=_further(draws, scope.probes, scope.margin, anytime=anytime) if open_ else None,
    )


def judge(scopes: Mapping[str, Scope]) -> tuple[Ruling, tuple[str, ...]]:
    """The ruling over several scopes, and the names of those that fail, or are still open.

    *pass*: every scope is above its margin; each bound is at 95 % without correction, since all
    must hold (intersection–union; Berger 1982). *fail*: some scope is below its margin, by Holm's
    procedure over all scopes (1979), so that a long policy does not fail a good student by chance.
    A scope without draws can neither pass nor fail.
    """
    weighed = {name: weigh(scope) for name, scope in scopes.items()}
    failed = holm({name: found.good for name, found in weighed.items()})
    if failed:
        return "fail", failed
    open_ = tuple(name for name, found in weighed.items() if found.bad >= ALPHA)
    return ("inconclusive", open_) if open_ or not scopes else ("pass", ())


def holm(p: Mapping[str, float]) -> tuple[str, ...]:
    """Names that Holm's procedure rejects at 5 % over all, smallest p first."""
    rejected: list[str] = []
    for rank, name in enumerate(sorted(p, key=lambda n: p[n])):
        if p[name] >= ALPHA / (len(p) - rank):
            break
        rejected.append(name)
    return tuple(rejected)


def _at_one_look(scope: Scope) -> tuple[float, float, float, float]:
    """Bounds by quantiles; probabilities below and above the margin.

    Normal in the draws, whose own tails are too coarse for Holm's levels; but on the side of 5 % on
    which the bounds are.
    """
    rest = scope.draws[1:][np.isfinite(scope.draws[1:])]
    low, high = (float(q) for q in np.quantile(rest, [ALPHA, 1 - ALPHA]))
    distance = (scope.draws[0] - scope.margin) / max(float(rest.std()), _LEAST)
    below, above = float(ndtr(-distance)), float(ndtr(distance))
    below = min(below, _JUST_BELOW) if low > scope.margin else max(below, ALPHA)
    above = min(above, _JUST_BELOW) if high < scope.margin else max(above, ALPHA)
    return low, high, below, above


def _at_any_time(scope: Scope) -> tuple[float, float, float, float] | None:
    """The same by bounds that hold at all looks; None where a ratio's draws are not positive."""
    if not scope.ratio:
        point, margin, rest = float(scope.draws[0]), scope.margin, scope.draws[1:]
        half = boundary(scope.probes) * float(np.nanstd(rest))
        low, high = point - half, point + half
        distance = (point - margin) / max(float(np.nanstd(rest)), _LEAST)
    else:
        bounds = anytime_bounds(scope.draws, scope.probes)
        if bounds is None or scope.margin <= 0:
            return None
        low, high = bounds
        logs = np.log(scope.draws)
        distance = (logs[0] - math.log(scope.margin)) / max(float(logs[1:].std()), _LEAST)
    return low, high, tail(distance, scope.probes), tail(-distance, scope.probes)


def _ruling(low: float, high: float, margin: float) -> Ruling:
    if low > margin:
        return "pass"
    return "fail" if high < margin else "inconclusive"


def _further(draws: Floats, probes: int, margin: float, *, anytime: bool = False) -> int | None:
    """Probes after which the verdict is settled in four cases of five, as far as is known now.

    After n′ probes in all the spread is s′ = s√(n/n′), and the estimate will have moved from where
    it is by N(0, s² − s′²): the truth need not be where the estimate stands.
    """
    spread = float(np.nanstd(draws[1:]))
    distance = float(draws[0]) - margin
    if spread == 0 or probes == 0:
        return None
    growth = np.geomspace(1 + 1 / probes, 1 + _MOST_FURTHER / probes, 2000)
    z = np.array([boundary(int(n)) for n in probes * growth]) if anytime else _Z
    later = spread / np.sqrt(growth)
    move = np.sqrt(spread**2 - later**2)
    passes = ndtr((distance - z * later) / move)
    fails = ndtr((-distance - z * later) / move)
    settled = np.flatnonzero(passes + fails >= _CONFIDENT)
    return math.ceil(probes * (growth[settled[0]] - 1)) if settled.size else None
