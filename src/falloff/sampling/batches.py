"""Where a family's batches end: small at first, when every answer changes where to ask next."""

from __future__ import annotations

from itertools import pairwise

# A batch later on, and the least of a family's share of a round.
BATCH = 16
# The first batch fills space; four more probes are enough to look again.
_EARLY = (0, 8, 12, 16, 20, 24, 28, 32, 40, 48)


def batch_of(position: int) -> tuple[int, int]:
    """Start and stop of the batch that probe number ``position`` of a family is in."""
    for start, stop in pairwise(_EARLY):
        if start <= position < stop:
            return start, stop
    start = position // BATCH * BATCH
    return start, start + BATCH
