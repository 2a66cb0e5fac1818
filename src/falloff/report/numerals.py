"""Numbers as people read them: one spelling for page, terminal and Markdown.

A number that is undefined (or not finite) is a dash. Percentages have no decimals unless their
interval is narrower than two points, where rounding would swallow it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeGuard

from falloff.analysis.estimates import Interval

DASH = "–"
_NARROW = 0.02
# Shares are from 0 to 1, and so is what a ratio of them is asked for.
_WIDE = 1.0
# Shares nearer than this many decimals of a percentage are equal.
_MOST_DECIMALS = 6

Format = Callable[[float], str]


def defined(value: float | None) -> TypeGuard[float]:
    """Whether there is a finite number."""
    return value is not None and math.isfinite(value)


def bounded(interval: Interval) -> bool:
    """Whether estimate and both bounds are there."""
    return defined(interval.estimate) and defined(interval.low) and defined(interval.high)


def percent(value: float | None, decimals: int = 0) -> str:
    """``41 %``."""
    if not defined(value):
        return DASH
    return f"{_signed(100 * value, decimals)} %"


def percent_beside(value: float, *limits: float) -> str:
    """``89.96 %``: as many decimals as show on which side of each limit a share lies.

    A share that is a limit has none.
    """
    decimals = next((d for d in range(_MOST_DECIMALS) if _sides_show(value, d, limits)), 0)
    return percent(value, decimals)


def percent_exact(share: float) -> str:
    """``90 %``, ``97.5 %``: a number that somebody has set, not rounded."""
    text = f"{100 * share:.{_MOST_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{text} %"


def _sides_show(value: float, decimals: int, limits: tuple[float, ...]) -> bool:
    shown = float(f"{100 * value:.{decimals}f}")
    known = (round(100 * limit, _MOST_DECIMALS) for limit in limits if limit != value)
    return all(shown != at and (shown < at) == (100 * value < at) for at in known)


def percent_decimals(interval: Interval) -> int:
    if not (defined(interval.low) and defined(interval.high)):
        return 0
    return 1 if interval.high - interval.low < _NARROW else 0


def percent_span(interval: Interval) -> str:
    """The interval alone: ``37–45 %``, or ``−3 to 5 %`` where a dash could be read as a minus.

    One wider than the whole scale says little, and is said to: ``3–900 %, not measured well
    enough``.
    """
    decimals = percent_decimals(interval)
    text = f"{_span(interval, lambda value: _signed(100 * value, decimals))} %"
    return f"{text}, not measured well enough" if _is_vague(interval) else text


def percent_interval(interval: Interval) -> str:
    """``41 % (37–45 %)``."""
    text = percent(interval.estimate, percent_decimals(interval))
    return f"{text} ({percent_span(interval)})" if bounded(interval) else text


def _is_vague(interval: Interval) -> bool:
    """Whether nearly anything is inside: from nothing kept to all of it."""
    return defined(interval.low) and defined(interval.high) and interval.high - interval.low > _WIDE


def points_interval(interval: Interval) -> str:
    """A difference of two shares, in percentage points: ``56 points (52–60)``."""
    if not defined(interval.estimate):
        return DASH
    decimals = percent_decimals(interval)
    text = points(interval.estimate, decimals)
    if not bounded(interval):
        return text
    return f"{text} ({_span(interval, lambda value: _signed(100 * value, decimals))})"


def points(share: float, decimals: int = 0) -> str:
    """A difference of two shares: ``1 point``, ``56 points``."""
    text = _signed(100 * share, decimals)
    return f"{text} point{'' if text.lstrip('−') == '1' else 's'}"


def number_interval(interval: Interval) -> str:
    """A plain quantity such as a steepness: ``4.1 (3.2–5.5)``, ``> 9``."""
    estimate = interval.estimate
    if not defined(estimate):
        return DASH
    if interval.censored:
        return _censored(interval, estimate)
    text = quantity(estimate)
    if bounded(interval):
        return f"{text} ({_span(interval, quantity)})"
    if defined(interval.low):
        return f"{text} (at least {quantity(interval.low)})"
    if defined(interval.high):
        return f"{text} (at most {quantity(interval.high)})"
    return text


def number_estimate(interval: Interval) -> str:
    """The estimate of a plain quantity without its interval: ``4.1``, ``> 9``."""
    if not defined(interval.estimate):
        return DASH
    sign = {"above": "> ", "below": "< ", None: ""}[interval.censored]
    return f"{sign}{quantity(interval.estimate)}"


def quantity(value: float) -> str:
    """Three significant digits, thousands kept whole: ``0.25``, ``3.2``, ``12``, ``8,192``."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    text = _signed(value, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def dose_label(dose: float) -> str:
    """A dose on an axis, short enough for a tick: ``0.25``, ``16``, ``32k``."""
    if dose >= 1024 and dose % 1024 == 0:
        return f"{dose / 1024:.0f}k"
    if dose >= 10000:
        return f"{dose / 1000:.3g}k"
    return f"{dose:g}"


def count(number: int) -> str:
    return f"{number:,}"


def roughly(number: int) -> str:
    """Two significant digits: a forecast knows no more."""
    return f"{float(f'{number:.2g}'):,.0f}"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """``1 probe``, ``2 probes``; ``nouns`` where an s does not make it."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def _censored(interval: Interval, bound: float) -> str:
    """``> 16``, with the inner bound where the interval reaches back into the box."""
    inner = interval.low if interval.censored == "above" else interval.high
    text = number_estimate(interval)
    if not defined(inner) or quantity(inner) == quantity(bound):
        return text
    word = "at least" if interval.censored == "above" else "at most"
    return f"{text} ({word} {quantity(inner)})"


def _span(interval: Interval, shown: Format) -> str:
    if not (defined(interval.low) and defined(interval.high)):
        return DASH
    return span(shown(interval.low), shown(interval.high))


def span(low: str, high: str) -> str:
    """Two bounds: ``37–45``, or ``−3 to 5`` where the dash would stand beside a minus."""
    return f"{low} to {high}" if low.startswith("−") else f"{low}–{high}"


def _signed(value: float, decimals: int) -> str:
    """Fixed decimals with a real minus sign, and never a negative nought."""
    rounded = round(value, decimals)
    text = f"{abs(rounded):.{decimals}f}"
    return f"−{text}" if rounded < 0 else text
