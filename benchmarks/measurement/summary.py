"""From errors to calls: how many calls a method needs to reach an error, with its standard error.

The mean error over observers, made non-increasing in n, is interpolated on log–log scales and never
extrapolated: a method that does not get there within its budgets needs "> the largest".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 400


@dataclass(frozen=True, kw_only=True)
class Errors:
    """Absolute errors of one method: ``values`` [observers, budgets]."""

    budgets: tuple[int, ...]
    values: np.ndarray

    def take(self, index: np.ndarray) -> Errors:
        return Errors(budgets=self.budgets, values=self.values[index])

    def at(self, n: int) -> tuple[float, float]:
        """Mean and standard error at a budget."""
        column = self.values[:, self.budgets.index(n)]
        return float(column.mean()), float(column.std(ddof=1) / np.sqrt(len(column)))


@dataclass(frozen=True, kw_only=True)
class Calls:
    """``n`` calls, at a bound where ``beyond`` is "<" or ">"."""

    n: float
    beyond: str = ""

    def __str__(self) -> str:
        return f"{self.beyond}{' ' if self.beyond else ''}{self.n:.0f}"


def calls_to(errors: Errors, target: float) -> Calls:
    mean = _falling(np.log(np.maximum(errors.values.mean(axis=0), 1e-9)))
    goal, x = np.log(target), np.log(errors.budgets)
    if mean[-1] > goal:
        return Calls(n=errors.budgets[-1], beyond=">")
    if mean[0] <= goal:
        return Calls(n=errors.budgets[0], beyond="<" if mean[0] < goal else "")
    i = int(np.flatnonzero(mean <= goal)[0])
    share = (mean[i - 1] - goal) / (mean[i - 1] - mean[i])
    return Calls(n=float(np.exp(x[i - 1] + share * (x[i] - x[i - 1]))))


def best_of(methods: Mapping[str, Errors], target: float) -> str:
    """The method that needs fewest calls; among those that do not get there, the most exact."""

    def rank(name: str) -> tuple[float, float]:
        calls = calls_to(methods[name], target)
        never = np.inf if calls.beyond == ">" else calls.n
        return never, float(methods[name].values[:, -1].mean())

    return min(methods, key=rank)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Calls of a peer over those of falloff, with a bootstrap standard error over observers.

    ``ours`` and ``theirs`` with their own. A ratio is a bound if either is.
    """

    value: float
    se: float
    ours: Calls
    theirs: Calls
    ours_se: float
    theirs_se: float
    observers: int

    @property
    def bound(self) -> str:
        """ ">" or "<" where the ratio is only a bound, "?" where both ends are open."""
        sides = {
            (side == ">") == theirs
            for calls, theirs in ((self.theirs, True), (self.ours, False))
            if (side := calls.beyond)
        }
        return "" if not sides else "?" if len(sides) > 1 else ">" if True in sides else "<"

    def __str__(self) -> str:
        if self.bound == "?":
            return "open"
        return f"{self.bound}{' ' if self.bound else ''}{self.value:.1f} ± {self.se:.1f}"


def ratio(
    ours: Errors,
    theirs: Errors,
    target: float,
    *,
    groups: Sequence[object] | None = None,
    seed: int = 0,
) -> Ratio:
    """The same observers in both; resampled together, and whole ``groups`` of them if given."""
    rng = np.random.default_rng(seed)
    count = len(ours.values)
    names = [repr(name) for name in (range(count) if groups is None else groups)]
    _, group_of = np.unique(names, return_inverse=True)
    members = [np.flatnonzero(group_of == g) for g in range(group_of.max() + 1)]
    drawn = []
    for _ in range(DRAWS):
        index = np.concatenate([members[g] for g in rng.integers(len(members), size=len(members))])
        drawn.append([calls_to(e.take(index), target).n for e in (ours, theirs)])
    mine, peer = np.array(drawn).T
    a, b = calls_to(ours, target), calls_to(theirs, target)
    value = b.n / a.n
    return Ratio(
        value=value,
        se=float(value * np.log(peer / mine).std()),
        ours=a,
        theirs=b,
        ours_se=float(mine.std()),
        theirs_se=float(peer.std()),
        observers=count,
    )


def _falling(values: np.ndarray) -> np.ndarray:
    """The non-increasing sequence nearest to ``values`` (pool adjacent violators)."""
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value), 1])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            last, size = blocks.pop()
            before, count = blocks[-1]
            blocks[-1] = [(before * count + last * size) / (count + size), count + size]
    return np.repeat([b[0] for b in blocks], [int(b[1]) for b in blocks])


def aligned(
    rows: Mapping, methods: Sequence[str], error, *, keep
) -> tuple[dict[str, Errors], list]:
    """Errors by method over the subjects that all ``methods`` have done; and these subjects.

    ``rows``: of a table. ``error(truth, values)``; ``keep(subject)`` chooses subjects.
    """
    by_method: dict[str, dict] = {}
    for (subject, method, n), values in rows.items():
        if keep(subject):
            by_method.setdefault(method, {}).setdefault(subject, {})[n] = values
    truths = {s: v[0] for s, v in by_method.pop("truth", {}).items()}
    if any(m not in by_method for m in methods):
        return {}, []
    common = sorted(set(truths).intersection(*(by_method[m] for m in methods)))
    found = {}
    for m in methods:
        budgets = tuple(sorted({n for s in common for n in by_method[m][s]}))
        values = np.array([[error(truths[s], by_method[m][s][n]) for n in budgets] for s in common])
        found[m] = Errors(budgets=budgets, values=values)
    return found, common
