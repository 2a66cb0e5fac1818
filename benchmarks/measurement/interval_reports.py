"""Tables of coverage and of verdicts, from the rows of the CSVs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from . import coverage, verdict
from .observers import KINDS, SIMULATED
from .records import Subject, Table
from .reports import markdown

_NAMES = {
    "volume": "Capability volume S",
    "volume_at": "Volume at τ",
    "edge": "Edges",
    "retention": "Retention",
}
_GROUPS: dict[str, Callable[[Subject], bool]] = {
    "matched": lambda s: s.kind == coverage.MATCHED,
    "misspecified": lambda s: s.kind != coverage.MATCHED,
}
# (at least, aim) for the share of intervals that hold the truth.
_WANTED = {
    "matched": ((0.87, 0.93), (0.88, 0.92)),
    "misspecified": ((0.85, 1.0), (0.88, 0.92)),
}
# Of fewer pairs a share of .9 is not told from one of .8.
_FEW = 30
_ALPHA = 0.05
_RECOGNISED = 0.9
_RECOGNISED_AT = (750, 400)
# Looks shown one by one.
_SHOWN = (100, 200, 400, 750)
_KINDS_AT = 120


def _everyone(subject: Subject) -> bool:
    del subject
    return True


@dataclass(frozen=True, kw_only=True)
class Held:
    """Intervals of one quantity at one budget, all [n]; ``group``: the pair that each is of."""

    exact: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    group: np.ndarray

    def share(self) -> tuple[float, float]:
        """Of intervals that hold the truth, with its standard error over pairs."""
        inside = (self.low <= self.exact) & (self.exact <= self.high)
        return float(inside.mean()), clustered(inside.astype(float), self.group)

    def bias(self) -> tuple[float, float]:
        """Mean error over mean truth, with its standard error over pairs."""
        off = (self.value - self.exact) / self.exact.mean()
        return float(off.mean()), clustered(off, self.group)

    @property
    def width(self) -> float:
        return float(np.median(self.high - self.low))

    @property
    def score(self) -> float:
        return float(coverage.interval_score(self.exact, self.low, self.high).mean())


def clustered(values: np.ndarray, group: np.ndarray) -> float:
    """Standard error of the mean of values [n] that come in groups [n] of any size."""
    _, index = np.unique(group, return_inverse=True)
    sums = np.bincount(index, weights=values - values.mean())
    count = len(sums)
    return float(np.sqrt((sums**2).sum() * count / max(count - 1, 1)) / len(values))


def held(table: Table, quantity: str, n: int | None, keep: Callable[[Subject], bool]) -> Held:
    """At a budget, or at all."""
    found = [
        (*values, hash(subject))
        for (subject, method, at), values in table.rows.items()
        if method.split(":")[1] == quantity and (n is None or at == n) and keep(subject)
    ]
    exact, value, low, high, _ = np.array(found, dtype=float).reshape(-1, 5).T
    group = np.array([row[-1] for row in found], dtype=np.int64)
    return Held(exact=exact, value=value, low=low, high=high, group=group)


def coverage_report(table: Table) -> str:
    parts = []
    for quantity, title in _NAMES.items():
        head = ["axes", "kinds", "pairs", *(f"{n} calls" for n in coverage.BUDGETS)]
        head += [f"width {n}" for n in coverage.BUDGETS]
        head += [f"score {n}" for n in coverage.BUDGETS]
        rows = [
            _coverage_row(table, quantity, axes, group)
            for axes in range(1, len(SIMULATED) + 1)
            for group in _GROUPS
        ]
        shown = markdown([*head, "found"], [row for row in rows if row])
        parts.append(f"**{title}**\n\n{shown}")
    parts.append(_split(table, "kind", {k: (lambda s, k=k: s.kind == k) for k in KINDS}))
    chances = {f"{g:g}": (lambda s, g=g: s.chance == g) for g in coverage.CHANCES}
    parts.append(_split(table, "chance", chances))
    return "\n\n".join(parts)


def _coverage_row(table: Table, quantity: str, axes: int, group: str) -> list[object]:
    def keep(s: Subject) -> bool:
        return s.box == f"sim_{axes}d" and _GROUPS[group](s)

    found = [held(table, quantity, n, keep) for n in coverage.BUDGETS]
    if any(len(np.unique(h.group)) < 2 for h in found):
        return []
    shares = [h.share() for h in found]
    return [
        *(axes, group, len(np.unique(found[0].group))),
        *(f"{share:.3f} ± {se:.3f}" for share, se in shares),
        *(f"{h.width:.3f}" for h in found),
        *(f"{h.score:.3f}" for h in found),
        _ruled(shares, group) if len(np.unique(found[0].group)) >= _FEW else "too few pairs to say",
    ]


def _ruled(shares: Sequence[tuple[float, float]], group: str) -> str:
    """In words, by the worst of the budgets; two standard errors decide."""

    def outside(bounds: tuple[float, float], errors: float) -> bool:
        low, high = bounds
        return any(x + errors * se < low or x - errors * se > high for x, se in shares)

    least, aim = _WANTED[group]
    if any(x + 2 * se < least[0] for x, se in shares):
        return "**short**"
    if outside(least, 2):
        return "**too wide**"
    if outside(least, 0):
        return "open"
    return "at least" if outside(aim, 0) else "aim"


def _split(table: Table, by: str, groups: dict[str, Callable[[Subject], bool]]) -> str:
    """All boxes together, at one budget; with the bias of S."""
    rows = []
    for name, keep in groups.items():
        found = {q: held(table, q, _KINDS_AT, keep) for q in _NAMES}
        pairs = len(np.unique(found["volume"].group))
        if pairs < 2:
            continue
        cells = ["{:.3f} ± {:.3f}".format(*found[q].share()) for q in _NAMES]
        off, se = found["volume"].bias()
        rows.append([name, pairs, *cells, f"{100 * off:+.1f} ± {100 * se:.1f} %"])
    head = [by, "pairs", *(f"{title}, {_KINDS_AT} calls" for title in _NAMES.values())]
    return markdown([*head, "bias of S"], rows)


def verdict_report(table: Table) -> str:
    return (
        "\n\n".join(part for part in (_at_margin(table), _below(table)) if part) or "Not measured."
    )


def _bounds_of(table: Table, name: str, keep: Callable[[Subject], bool]) -> np.ndarray:
    """[runs, looks, 4] the bounds of whole runs."""
    runs: dict[Subject, list[tuple[float, ...]]] = {}
    for (subject, method, _), values in sorted(table.rows.items()):
        if method == name and keep(subject):
            runs.setdefault(subject, []).append(values)
    whole = [rows for rows in runs.values() if len(rows) == len(verdict.LOOKS)]
    return np.array(whole, dtype=float).reshape(-1, len(verdict.LOOKS), 4)


def _at_margin(table: Table) -> str:
    rows = []
    for group, keep in (*_GROUPS.items(), ("all", _everyone)):
        bounds = _bounds_of(table, "margin", keep)
        if len(bounds) < 2:
            continue
        once = verdict.rulings(bounds[..., 0], bounds[..., 1])
        always = verdict.rulings(bounds[..., 2], bounds[..., 3])
        looks = {f"single, {n} probes": once[:, verdict.LOOKS.index(n)] for n in _SHOWN}
        looks["continued, anytime bounds"] = verdict.first_settled(always)
        looks["continued, single-look bounds"] = verdict.first_settled(once)
        for look, ruled in looks.items():
            wrong = [(ruled == 1), (ruled == -1)]
            found = "not claimed" if look.endswith("single-look bounds") else _at_most(wrong)
            rows.append([group, len(ruled), look, *map(_rate, wrong), found])
    head = ["kinds", "runs", "look", "false pass", "false fail", "≤ 5 % each"]
    return f"True retention {verdict.MARGIN}.\n\n{markdown(head, rows)}" if rows else ""


def _below(table: Table) -> str:
    rows = []
    for group, keep in (*_GROUPS.items(), ("all", _everyone)):
        bounds = _bounds_of(table, "below", keep)
        if len(bounds) < 2:
            continue
        once = verdict.rulings(bounds[..., 0], bounds[..., 1])
        always = verdict.rulings(bounds[..., 2], bounds[..., 3])
        reached = [(always[:, : i + 1] == -1).any(axis=1) for i in range(len(verdict.LOOKS))]
        for name, cells in (
            ("single look", [once[:, i] == -1 for i in range(len(verdict.LOOKS))]),
            ("continued, anytime bounds", reached),
        ):
            shares = [f"{cell.mean():.2f} ± {_se(cell):.2f}" for cell in cells]
            rows.append([group, len(bounds), name, *shares, _recognised(cells)])
    head = ["kinds", "runs", "failed by", *verdict.LOOKS, "90 % within 750, aim 400"]
    kept = verdict.KEPT["below"]
    return f"True retention {kept}: share recognised.\n\n{markdown(head, rows)}" if rows else ""


def _recognised(cells: Sequence[np.ndarray]) -> str:
    least, aim = (cells[verdict.LOOKS.index(n)] for n in _RECOGNISED_AT)
    if aim.mean() >= _RECOGNISED:
        return "aim"
    if least.mean() >= _RECOGNISED:
        return "at least"
    return "open" if least.mean() + 2 * _se(least) >= _RECOGNISED else "**short**"


def _se(cell: np.ndarray) -> float:
    return float(cell.std(ddof=1) / np.sqrt(len(cell)))


def _ends(cell: np.ndarray) -> tuple[float, float]:
    """One-sided 95 % bounds of a rate (Clopper & Pearson 1934)."""
    k, n = int(cell.sum()), len(cell)
    low = betaincinv(k, n - k + 1, _ALPHA) if k else 0.0
    high = betaincinv(k + 1, n - k, 1 - _ALPHA) if k < n else 1.0
    return float(low), float(high)


def _rate(cell: np.ndarray) -> str:
    low, high = _ends(cell)
    return f"{100 * cell.mean():.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def _at_most(cells: Sequence[np.ndarray]) -> str:
    ends = [_ends(cell) for cell in cells]
    if any(low > _ALPHA for low, _ in ends):
        return "**short**"
    if all(high <= _ALPHA for _, high in ends):
        return "reached"
    within = all(cell.mean() <= _ALPHA for cell in cells)
    return "as found, open" if within else "open"
