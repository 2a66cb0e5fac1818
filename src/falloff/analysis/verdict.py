"""May the student replace the teacher? One-sided 95 % bounds against a margin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from falloff.analysis.anytime import ALPHA, anytime_bounds
from falloff.analysis.data import Floats
from falloff.analysis.estimates import Verdict

MARGIN = 0.9
Ruling = Literal["pass", "fail", "inconclusive"]

_Z = 1.645
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
    """What a policy sets a margin for: draws of a retention, the first its point estimate."""

    draws: Floats
    margin: float


def judge(scopes: Mapping[str, Scope]) -> tuple[Ruling, tuple[str, ...]]:
    """The ruling over several scopes, and the names of those that fail, or are still open.

    *pass*: every scope is above its margin; each bound is at 95 % without correction, since all
    must hold (intersection–union; Berger 1982). *fail*: some scope is below its margin, by Holm's
    procedure over all scopes (1979), so that a long policy does not fail a good student by chance.
    A scope without draws can neither pass nor fail.
    """
    tails = {name: _tails(scope) for name, scope in scopes.items()}
    failed = _holm({name: above for name, (_, above) in tails.items()})
    if failed:
        return "fail", failed
    open_ = tuple(name for name, (below, _) in tails.items() if below >= ALPHA)
    return ("inconclusive", open_) if open_ or not scopes else ("pass", ())


def _holm(p: Mapping[str, float]) -> tuple[str, ...]:
    rejected: list[str] = []
    for rank, name in enumerate(sorted(p, key=lambda n: p[n])):
        if p[name] >= ALPHA / (len(p) - rank):
            break
        rejected.append(name)
    return tuple(rejected)


def _tails(scope: Scope) -> tuple[float, float]:
    """Probability of a retention below, and above, the margin; 1 and 1 without draws.

    Normal in the draws, whose own tails are too coarse for Holm's levels.
    """
    rest = scope.draws[1:][np.isfinite(scope.draws[1:])]
    if rest.size == 0 or not np.isfinite(scope.draws[0]):
        return 1.0, 1.0
    distance = (scope.draws[0] - scope.margin) / max(float(rest.std()), 1e-9)
    return float(ndtr(-distance)), float(ndtr(distance))


def _ruling(low: float, high: float, margin: float) -> Ruling:
    if low > margin:
        return "pass"
    return "fail" if high < margin else "inconclusive"


def _further(draws: Floats, probes: int, margin: float) -> int | None:
    """Probes after which the verdict is settled in four cases of five, as far as is known now.

    After n′ probes in all the spread is s′ = s√(n/n′), and the estimate will have moved from where
    it is by N(0, s² − s′²): the truth need not be where the estimate stands.
    """
    spread = float(np.nanstd(draws[1:]))
    distance = float(draws[0]) - margin
    if spread == 0 or probes == 0:
        return None
    growth = np.geomspace(1 + 1 / probes, 1 + _MOST_FURTHER / probes, 2000)
    later = spread / np.sqrt(growth)
    move = np.sqrt(spread**2 - later**2)
    passes = ndtr((distance - _Z * later) / move)
    fails = ndtr((-distance - _Z * later) / move)
    settled = np.flatnonzero(passes + fails >= _CONFIDENT)
    return math.ceil(probes * (growth[settled[0]] - 1)) if settled.size else None
