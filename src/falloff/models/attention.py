"""Attention over a cache of slots, for new tokens that lie packed in rows without padding.

Pure numerics. ``head`` is the width of one head, ``group`` the number of queries that share a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Indices = npt.NDArray[np.intp]

# Added to the score of what a token must not see. Finite, so that a row that sees nothing (a slot
# computed along) gives no NaN.
_UNSEEN = -1e30


@dataclass(frozen=True, kw_only=True)
class Run:
    """Several new tokens of one slot, the packed rows ``rows``, which see ``seen`` positions.

    ``bias`` [tokens, seen] hides from each token those after it.
    """

    slot: int
    rows: slice
    seen: int
    bias: Array


@dataclass(frozen=True, kw_only=True)
class Singles:
    """One new token of each of several slots, at ``places`` within the slots of ``window``.

    The window is a view, so the cache is never copied; its slots without a new token are computed
    along and dropped. ``bias`` [window, 1, 1, 1, seen] hides what a slot has not reached.
    """

    rows: Indices
    window: slice
    places: Indices
    seen: int
    bias: Array


@dataclass(frozen=True, kw_only=True)
class Plan:
    """New tokens of all slots, a row each, and how they attend. ``last``: each slot's last row."""

    tokens: Indices
    slots: Indices
    positions: Indices
    last: Indices
    singles: Singles | None
    runs: tuple[Run, ...]


@dataclass(frozen=True, kw_only=True)
class Cache:
    """Keys and values of one layer, each [slots, kv_heads, context, head]."""

    keys: Array
    values: Array

    def write(self, plan: Plan, keys: Array, values: Array) -> None:
        """Store the new tokens' keys and values, each [rows, kv_heads, head]."""
        self.keys[plan.slots, :, plan.positions] = keys
        self.values[plan.slots, :, plan.positions] = values

    def read(self, plan: Plan, queries: Array) -> Array:
        """What each new token sees: [rows, kv_heads, group, head], like ``queries``."""
        seen = np.empty_like(queries)
        for run in plan.runs:
            seen[run.rows] = self._run(run, queries)
        if plan.singles is not None:
            seen[plan.singles.rows] = self._singles(plan.singles, queries)
        return seen

    def _run(self, run: Run, queries: Array) -> Array:
        keys = self.keys[run.slot, :, None, : run.seen]
        values = self.values[run.slot, :, None, : run.seen]
        mine = queries[run.rows].transpose(1, 2, 0, 3)
        return attend(mine, keys, values, run.bias).transpose(2, 0, 1, 3)

    def _singles(self, singles: Singles, queries: Array) -> Array:
        keys = self.keys[singles.window, :, None, : singles.seen]
        values = self.values[singles.window, :, None, : singles.seen]
        mine = np.zeros((len(keys), *queries.shape[1:]), dtype=queries.dtype)
        mine[singles.places] = queries[singles.rows]
        return attend(mine[..., None, :], keys, values, singles.bias)[singles.places, :, :, 0]


def attend(queries: Array, keys: Array, values: Array, bias: Array) -> Array:
    """softmax(q·k + bias)·v over the last two axes, [queries, head] against [seen, head]."""
    scores = queries @ keys.swapaxes(-1, -2)
    scores += bias
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)
    mixed: Array = scores @ values
    mixed /= total
    return mixed


def pack(
    slots: Sequence[int], starts: Sequence[int], tokens: Sequence[Sequence[int]], dtype: np.dtype
) -> Plan:
    """The plan by which each of ``slots`` goes on from position ``starts`` with its ``tokens``."""
    slot, start = np.array(slots), np.array(starts)
    counts = np.array([len(new) for new in tokens])
    stops = np.cumsum(counts)
    rows = stops - counts
    alone = np.flatnonzero(counts == 1)
    runs = [
        _run(int(slot[i]), int(start[i]), slice(int(rows[i]), int(stops[i])), dtype)
        for i in np.flatnonzero(counts > 1)
    ]
    return Plan(
        tokens=np.concatenate([np.asarray(new) for new in tokens]),
        slots=np.repeat(slot, counts),
        positions=np.arange(stops[-1]) + np.repeat(start - rows, counts),
        last=stops - 1,
        singles=_singles(slot[alone], start[alone], rows[alone], dtype) if len(alone) else None,
        runs=tuple(runs),
    )


def _run(slot: int, start: int, rows: slice, dtype: np.dtype) -> Run:
    count = rows.stop - rows.start
    bias = np.zeros((count, start + count), dtype=dtype)
    bias[:, start:] = np.triu(np.full((count, count), _UNSEEN, dtype=dtype), 1)
    return Run(slot=slot, rows=rows, seen=start + count, bias=bias)


def _singles(slots: Indices, starts: Indices, rows: Indices, dtype: np.dtype) -> Singles:
    low, high, seen = int(slots.min()), int(slots.max()) + 1, int(starts.max()) + 1
    reached = np.zeros(high - low, dtype=np.intp)
    reached[slots - low] = starts
    bias = np.where(np.arange(seen) > reached[:, None], _UNSEEN, 0.0).astype(dtype)
    return Singles(
        rows=rows,
        window=slice(low, high),
        places=slots - low,
        seen=seen,
        bias=bias[:, None, None, None],
    )
