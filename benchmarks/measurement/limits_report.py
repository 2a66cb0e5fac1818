"""What placement can save, as a table beside what is asked of look-ahead."""

from __future__ import annotations

import numpy as np

from . import edges, limits, verdict
from .records import Table
from .reports import EDGE, HALF_LEVEL, TENTH, VOLUME, VOLUME_AT, markdown
from .summary import DRAWS

_FEW = 8
# No estimate of the edge errs by more than a guess at the middle of the axis does, in levels; none
# of a share by more than the whole of it.
_WORST_EDGE, _WORST_SHARE = 4.75, 1.0
_ASKED = {
    "edge": ("edge", HALF_LEVEL, _WORST_EDGE, {edges.BOX: EDGE}),
    "volume_at": ("V at τ", TENTH, _WORST_SHARE, VOLUME_AT),
    "volume": ("S", TENTH, _WORST_SHARE, VOLUME),
}


def limits_report(table: Table) -> str:
    return "\n\n".join([_calls_report(table), _power_report(table)])


def _power_report(table: Table) -> str:
    rows = []
    for chances in (verdict.CHANCES, *((chance,) for chance in verdict.CHANCES)):
        found = [
            value
            for (subject, method, _), value in table.rows.items()
            if method == "below" and subject.chance in chances
        ]
        if len(found) < _FEW:
            continue
        even, best = np.array(found).T
        shown = [f"{limits.power(sd, n):.2f}" for n in (400, 750) for sd in (even, best)]
        rows.append([" and ".join(f"{c:g}" for c in chances), len(found), *shown])
    head = ["chance", "pairs", "400 even", "400 at its best", "750 even", "750 at its best"]
    return markdown(head, rows)


def _calls_report(table: Table) -> str:
    head = ["of", "box", "observers", "spread evenly", "placed at its best", "ratio"]
    rows = []
    for target, (name, error, worst, bars) in _ASKED.items():
        for box, wanted in bars.items():
            deviations = _deviations(table, target, box)
            if len(deviations) < _FEW:
                continue
            even, best = _calls(deviations, error, worst)
            se = _standard_error(deviations, error, worst)
            found = [f"{even:.0f}", f"{best:.0f}", f"**{even / best:.1f} ± {se:.1f}**"]
            rows.append([name, box, len(deviations), *found, *wanted])
    return markdown([*head, "at least", "aim"], rows)


def _deviations(table: Table, target: str, box: str) -> np.ndarray:
    """[observers, 2]: even, best."""
    found = [
        value
        for (subject, method, _), value in table.rows.items()
        if method == f"limit:{target}" and subject.box == box
    ]
    return np.array(found)


def _calls(deviations: np.ndarray, error: float, worst: float) -> list[float]:
    return [limits.calls(column, error, worst) for column in deviations.T]


def _standard_error(deviations: np.ndarray, error: float, worst: float) -> float:
    """Of the ratio, by a bootstrap over observers."""
    n = len(deviations)
    draws = np.random.default_rng(0).integers(n, size=(DRAWS, n))
    return float(np.std([np.divide(*_calls(deviations[draw], error, worst)) for draw in draws]))
