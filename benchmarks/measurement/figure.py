"""``docs/measurement.svg``: mean error against calls, log–log, look-ahead and its peers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from falloff.report.charts.canvas import frame, join, legend, path, rule, series, text

from . import edges, ratios, volumes
from .records import Subject, Table
from .reports import HALF_LEVEL, TENTH
from .summary import Errors, aligned, best_of

_NAMES = ("look-ahead", "falloff's own estimator, fixed design", "best other peer, fixed design")
_WIDTH, _HEIGHT = 250.0, 180.0
_LEFT, _TOP, _GAP_X, _GAP_Y = 56.0, 34.0, 70.0, 86.0
_CALLS = (15, 30, 60, 120, 240, 480, 960)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """``lines``: errors in the order of the legend; ``goal``: to which calls are counted."""

    title: str
    unit: str
    goal: float
    ticks: tuple[float, ...]
    lines: tuple[Errors, ...]


def figure(tables: dict[str, Table]) -> str:
    panels = [panel for panel in _panels(tables) if panel]
    rows = math.ceil(len(panels) / 2)
    bottom = _TOP + rows * (_HEIGHT + _GAP_Y) - 10
    names, height = legend(enumerate(_NAMES), _LEFT, bottom + 10)
    drawn = [
        _draw(p, _LEFT + i % 2 * (_WIDTH + _GAP_X), _TOP + i // 2 * (_HEIGHT + _GAP_Y))
        for i, p in enumerate(panels)
    ]
    described = "; ".join(f"{p.title}: {_spoken(p)}" for p in panels)
    width = _LEFT + 2 * _WIDTH + _GAP_X + 20
    title = "Mean error against calls, look-ahead and peers"
    return str(frame(title, described, width, bottom + height + 16, *drawn, names, standalone=True))


def _panels(tables: dict[str, Table]) -> list[Panel | None]:
    tenths = (0.02, 0.05, 0.1, 0.2, 0.5)
    return [
        _panel(
            "Edge, one axis", "levels", HALF_LEVEL, (0.1, 0.2, 0.5, 1, 2, 5), tables["edges"],
            edges.error, "bayes", ("mle:level", "mle:log", "metr"),
            lambda s: s.kind != "compounding",
        ),
        _panel(
            "Volume at τ, three axes", "relative", TENTH, tenths, tables["volumes"],
            volumes.relative(1), "same_estimator", volumes.GLMS, lambda s: s.box == "sim_3d",
        ),
        _panel(
            "Capability volume S, three axes", "relative", TENTH, tenths, tables["volumes"],
            volumes.relative(0), "same_estimator", (*volumes.GLMS, "glm:mean"),
            lambda s: s.box == "sim_3d",
        ),
        _panel(
            "Student over teacher, three axes", "log", TENTH, tenths, tables["ratios"],
            ratios.error, "same_estimator", ratios.PEERS, lambda s: s.box == "sim_3d",
        ),
    ]  # fmt: skip


def _panel(
    title: str,
    unit: str,
    goal: float,
    ticks: tuple[float, ...],
    table: Table,
    error: Callable,
    own: str,
    peers: Sequence[str],
    keep: Callable[[Subject], bool],
) -> Panel | None:
    found, common = aligned(table.rows, ("look_ahead", own, *peers), error, keep=keep)
    if not common:
        return None
    best = best_of({m: found[m] for m in peers}, goal)
    lines = (found["look_ahead"], found[own], found[best])
    return Panel(title=title, unit=unit, goal=goal, ticks=ticks, lines=lines)


def _draw(panel: Panel, left: float, top: float) -> str:
    right, bottom = left + _WIDTH, top + _HEIGHT

    def x(n: float) -> float:
        return left + _WIDTH * math.log(n / _CALLS[0]) / math.log(_CALLS[-1] / _CALLS[0])

    def y(error: float) -> float:
        low, high = panel.ticks[0], panel.ticks[-1]
        share = math.log(min(max(error, low), high) / low) / math.log(high / low)
        return bottom - _HEIGHT * share

    parts = [text(panel.title, left, top - 12, class_="ink strong")]
    for tick in panel.ticks:
        parts.append(rule(left, y(tick), right, y(tick), class_="grid"))
        label = f"{tick:g}" if panel.unit == "levels" else f"{100 * tick:g} %"
        parts.append(text(label, left - 8, y(tick) + 4, text_anchor="end", class_="muted"))
    for n in _CALLS:
        parts.append(rule(x(n), bottom, x(n), bottom + 4, class_="axis"))
        parts.append(text(str(n), x(n), bottom + 18, text_anchor="middle", class_="muted"))
    parts.append(rule(left, bottom, right, bottom, class_="axis"))
    parts.append(rule(left, y(panel.goal), right, y(panel.goal), class_="threshold"))
    middle, below = (left + right) / 2, bottom + 36
    words = "calls (error in levels)" if panel.unit == "levels" else "calls"
    parts.append(text(words, middle, below, text_anchor="middle", class_="muted"))
    for number, errors in enumerate(panel.lines):
        shown = [
            (x(max(n, _CALLS[0])), y(m))
            for n, m in zip(errors.budgets, errors.values.mean(axis=0), strict=True)
            if n <= _CALLS[-1]
        ]
        parts.append(series(number, path(shown, class_="line")))
    return join(parts)


def _spoken(panel: Panel) -> str:
    """Errors at 120 to 130 calls, for those who cannot see the lines."""
    parts = []
    for name, errors in zip(_NAMES, panel.lines, strict=True):
        n = min(errors.budgets, key=lambda b: abs(b - 128))
        parts.append(f"{name} {errors.at(n)[0]:.2g} at {n} calls")
    return ", ".join(parts)
