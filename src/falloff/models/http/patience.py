"""How long to wait and how often to ask again. Reads no clock but the one it is handed."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# The same every time would bring all calls that failed together back together. No result depends
# on it, and two processes must not share it, so it has no seed.
_JITTER = random.SystemRandom()


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds, but for the counts.

    ``attempts``: of a call that fails; ``first_attempts``: while the endpoint has never answered,
    since then it is probably not there; ``throttled``: of a call that is told to come later.
    ``connect``: for a connection; ``call``: for all of a call; ``body``: from an answer's headers
    to its end. Waits double from ``first`` up to ``most``; ``longest`` is the longest wait that an
    endpoint may ask for.
    """

    attempts: int = 8
    first_attempts: int = 4
    throttled: int = 40
    connect: float = 10.0
    call: float = 600.0
    body: float = 60.0
    first: float = 0.5
    most: float = 60.0
    longest: float = 600.0

    def wait(self, failures: int) -> float:
        """Before trying again after so many failures: half of it certain, half by chance."""
        whole = min(self.most, self.first * 2.0 ** min(failures - 1, 60))
        return whole * (0.5 + _JITTER.random() / 2)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks to wait; None where it does not, or in no known form.

    Dates count from the endpoint's own clock, where it tells it.
    """
    for name, unit in (("Retry-After-Ms", 1000.0), ("Retry-After", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    until = _date(headers.get("Retry-After"))
    if until is None:
        return None
    now = _date(headers.get("Date")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0)


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
