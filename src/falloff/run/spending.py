"""What a model's answers took, summed up from the run file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from falloff.analysis import Spending

Rows = Callable[..., Iterator[tuple[Any, ...]]]

# By family: answers and errors alike, since both were paid for.
_SUMS = """
    SELECT p.family, count(*), sum(a.calls), sum(a.prompt_tokens), sum(a.completion_tokens),
           total(a.seconds), coalesce(sum(json_extract(d.counts, '$.cached')), 0),
           coalesce(sum(json_extract(d.counts, '$.thinking')), 0)
    FROM answers a JOIN probes p ON p.number = a.probe
    LEFT JOIN token_details d ON d.role = a.role AND d.repeat = a.repeat AND d.probe = a.probe
    WHERE a.role = ? GROUP BY p.family ORDER BY p.family
"""
_SECONDS = """
    SELECT p.family, a.seconds FROM answers a JOIN probes p ON p.number = a.probe
    WHERE a.role = ? AND a.score IS NOT NULL
"""


def spending_of(rows: Rows, role: str) -> Spending:
    """From the rows of an open run; its money is not known yet."""
    from falloff.analysis import Spending, together  # they load scipy, and asking needs none

    seconds: dict[str, list[float]] = defaultdict(list)
    for family, taken in rows(_SECONDS, role):
        seconds[family].append(taken)
    busy = next(rows("SELECT total(seconds) FROM busy WHERE role = ?", role))[0]
    parts = {
        family: _with_latency(
            Spending(
                probes=probes,
                calls=calls,
                prompt_tokens=prompt,
                completion_tokens=completion,
                seconds=summed,
                cached_tokens=cached,
                thinking_tokens=thinking,
            ),
            seconds[family],
        )
        for family, probes, calls, prompt, completion, summed, cached, thinking in rows(_SUMS, role)
    }
    whole = together(parts.values())
    # Families are asked side by side: each has of the busy time what it has of the summed.
    shares = {
        family: replace(part, busy=busy * part.seconds / whole.seconds if whole.seconds else 0.0)
        for family, part in parts.items()
    }
    every = [taken for family in seconds.values() for taken in family]
    return replace(_with_latency(whole, every), busy=busy, by_family=shares)


def _with_latency(spending: Spending, seconds: list[float]) -> Spending:
    if not seconds:
        return spending
    median, late = np.quantile(seconds, [0.5, 0.9])
    return replace(spending, median_seconds=float(median), p90_seconds=float(late))
