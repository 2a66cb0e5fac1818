"""What a model's answers took, summed up from the run file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from falloff.core import Usage

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
_TOKENS = """
    SELECT a.role, sum(a.prompt_tokens),
           coalesce(sum(json_extract(d.counts, '$.cached')), 0), sum(a.completion_tokens)
    FROM answers a LEFT JOIN token_details d USING (role, repeat, probe) GROUP BY a.role
"""
_AGAIN = """
    SELECT g.role, p.family, sum(g.prompt_tokens), sum(g.cached_tokens), sum(g.completion_tokens)
    FROM asked_again g JOIN probes p ON p.number = g.probe GROUP BY g.role, p.family
"""
_SECONDS = """
    SELECT p.family, a.seconds FROM answers a JOIN probes p ON p.number = a.probe
    WHERE a.role = ? AND a.score IS NOT NULL
"""


def used(rows: Rows) -> dict[str, Usage]:
    """What each role has used, in all sessions; of those that have used anything."""
    busy: dict[str, float] = dict(rows("SELECT role, sum(seconds) FROM busy GROUP BY role"))
    found = {
        role: _tokens(*counts) + Usage(busy=busy.get(role, 0.0)) for role, *counts in rows(_TOKENS)
    }
    for (role, _), usage in used_again(rows).items():
        found[role] = found.get(role, Usage()) + usage
    return found


def used_again(rows: Rows) -> dict[tuple[str, str], Usage]:
    """By role and family, the tokens of answers that failed and in whose place others stand."""
    return {(role, family): _tokens(*counts) for role, family, *counts in rows(_AGAIN)}


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
    for (asked, family), usage in used_again(rows).items():
        if asked == role:
            parts[family] = parts[family].and_used(usage)
    whole = together(parts.values())
    # Families are asked side by side: each has of the busy time what it has of the summed.
    shares = {
        family: replace(part, busy=busy * part.seconds / whole.seconds if whole.seconds else 0.0)
        for family, part in parts.items()
    }
    every = [taken for family in seconds.values() for taken in family]
    return replace(_with_latency(whole, every), busy=busy, by_family=shares)


def _tokens(prompt: int, cached: int, completion: int) -> Usage:
    return Usage(prompt_tokens=prompt, cached_tokens=cached, completion_tokens=completion)


def _with_latency(spending: Spending, seconds: list[float]) -> Spending:
    if not seconds:
        return spending
    median, late = np.quantile(seconds, [0.5, 0.9])
    return replace(spending, median_seconds=float(median), p90_seconds=float(late))
