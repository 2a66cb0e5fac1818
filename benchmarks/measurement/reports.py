"""The tables in Markdown, from the rows of the CSVs: what is asked, what was found, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import aepsych_peer, edges, ratios, speed, volumes
from .observers import KINDS
from .records import Subject, Table
from .summary import Errors, Ratio, aligned, best_of, calls_to, ratio

# (at least, aim): how many times fewer calls. One time: never more.
EDGE = (5, 8)
VOLUME_AT = {"sim_2d": (2, 3), "sim_3d": (3, 6), "sim_4d": (1, 8)}
VOLUME = {"sim_2d": (2, 3), "sim_3d": (3, 5), "sim_4d": (1, 5)}
VOLUME |= {"shipped_2d": (2, 3), "shipped_3d": (3, 5)}
LOG_RATIO = (3, 5)
TENTH = 0.1
HALF_LEVEL = 0.5
_KINDS_AT = 128
# A bootstrap of fewer observers than this knows nothing of its own error.
_FEW = 8


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def verdict(found: Ratio, wanted: tuple[float, float]) -> str:
    """In words. A ratio that is a bound decides only what the bound decides."""
    least, aim = wanted
    if found.observers < _FEW:
        return "too few observers to say"
    if found.bound == "?":
        return "neither gets there" if found.ours.beyond == ">" else "both at the first budget"
    if found.value < 1 - found.se and found.bound != ">":
        return "**the peer needs fewer calls**"
    if found.bound != "<":
        if found.value >= aim:
            return "aim reached"
        if found.value >= least:
            return "at least reached"
        if found.bound == ">":
            return "open: the peer does not get there"
    open_end = found.bound == "<" and found.value >= least
    return "open: look-ahead does not get there" if open_end else "**short of at least**"


def _calls(errors: Errors, target: float) -> str:
    return str(calls_to(errors, target))


def _row(found: Ratio, wanted: tuple[float, float]) -> list[object]:
    return [
        f"{found.ours} ± {found.ours_se:.0f}",
        f"{found.theirs} ± {found.theirs_se:.0f}",
        f"**{found}**",
        *wanted,
        verdict(found, wanted),
    ]


def edges_report(table: Table) -> str:
    """Headline over falls of .5 to 16 levels; compounding, always gentler, apart."""
    methods = ("look_ahead", "default_aim", *edges.GRID_FITS)
    head = [
        "falls",
        "chance",
        "observers",
        "look-ahead",
        "grid, best fit",
        "ratio",
        "at least",
        "aim",
    ]
    head += ["found", "which fit", *edges.GRID_FITS, "look-ahead, default aim"]
    rows = []
    for name, kept in (
        ("0.5–16 levels", lambda s: s.kind != "compounding"),
        ("compounding", lambda s: s.kind == "compounding"),
    ):
        for chances in ((0.0, 0.25), (0.0,), (0.25,)):

            def keep(s: Subject, kept=kept, chances=chances) -> bool:
                return kept(s) and s.chance in chances

            found, common = aligned(table.rows, methods, edges.error, keep=keep)
            if len(common) < 2:
                continue
            best = best_of({m: found[m] for m in edges.GRID_FITS}, HALF_LEVEL)
            # With and without chance the same observers are asked.
            same = [(s.kind, s.index) for s in common]
            r = ratio(found["look_ahead"], found[best], HALF_LEVEL, groups=same)
            rows.append(
                [name, " and ".join(f"{c:g}" for c in chances), len(common), *_row(r, EDGE), best]
                + [_calls(found[m], HALF_LEVEL) for m in (*edges.GRID_FITS, "default_aim")]
            )
    text = markdown(head, rows)
    return "\n\n".join([text, *_edge_peers(table)])


def _edge_peers(table: Table) -> list[str]:
    """QUEST+ and psignifit, which are slow, on the observers that they were given."""
    parts = []
    for peer, budgets in (("quest", edges.QUEST), ("psignifit", edges.PSIGNIFIT)):
        others = ("look_ahead", "bayes", "mle:log", peer)
        found, common = aligned(
            table.rows, others, edges.error, keep=lambda s: s.kind != "compounding"
        )
        if len(common) < 2:
            continue
        rows = [[m, *("{:.2f} ± {:.2f}".format(*found[m].at(n)) for n in budgets)] for m in others]
        shown = markdown([f"{len(common)} observers, error in levels", *budgets], rows)
        if peer == "quest":
            r = ratio(found["look_ahead"], found["quest"], HALF_LEVEL)
            shown += f"\n\nCalls to half a level, QUEST+ over look-ahead: {r.theirs} / {r.ours} ="
            shown += f" {r}; {_who(r)}."
        parts.append(shown)
    return parts


def _who(r: Ratio) -> str:
    if r.observers < _FEW:
        return "too few observers to say"
    if r.bound == "?":
        return "neither gets there"
    if abs(np.log(r.value)) < 2 * r.se / r.value:
        return "no difference beyond two standard errors"
    return "look-ahead needs fewer" if r.value > 1 else "**QUEST+ needs fewer**"


def volumes_report(table: Table, column: int) -> str:
    """Of S (column 0) or V at τ (column 1)."""
    wanted = VOLUME if column == 0 else VOLUME_AT
    extra = ("glm:mean",) if column == 0 else ()
    head = ["box", "observers", "look-ahead", "best peer", "ratio", "at least", "aim", "found"]
    head += ["which peer", "same estimator on Sobol", "ratio to it"]
    rows = []
    for name, goal in wanted.items():
        methods = ("look_ahead", "same_estimator", *volumes.GLMS, *extra)
        found, common = aligned(
            table.rows, methods, volumes.relative(column), keep=lambda s, name=name: s.box == name
        )
        if len(common) < 2:
            continue
        best = best_of({m: found[m] for m in (*volumes.GLMS, *extra)}, TENTH)
        r = ratio(found["look_ahead"], found[best], TENTH)
        own = ratio(found["look_ahead"], found["same_estimator"], TENTH)
        rows.append([name, len(common), *_row(r, goal), best, own.theirs, own])
    return markdown(head, rows)


def kinds_report(table: Table, column: int) -> str:
    """Mean relative error at 128 calls by kind of observer, over all boxes."""
    methods = ("look_ahead", "same_estimator", "glm:sobol:quadratic:0.1", "glm:sobol:linear:0.1")
    rows = []
    for kind in KINDS:
        found, common = aligned(
            table.rows, methods, volumes.relative(column), keep=lambda s, kind=kind: s.kind == kind
        )
        if len(common) >= 2:
            cells = ("{:.3f} ± {:.3f}".format(*found[m].at(_KINDS_AT)) for m in methods)
            rows.append([kind, len(common), *cells])
    return markdown(["kind", "observers", *methods], rows)


def ratios_report(table: Table) -> str:
    head = ["box", "pairs", "look-ahead", "paired Sobol, same estimator", "ratio", "at least"]
    head += ["aim", "found", "best other peer", "its calls", "ratio to it"]
    rows = []
    for name in ratios.BOXES:
        methods = ("look_ahead", "same_estimator", *ratios.PEERS)
        found, common = aligned(
            table.rows, methods, ratios.error, keep=lambda s, name=name: s.box == name
        )
        if len(common) < 2:
            continue
        r = ratio(found["look_ahead"], found["same_estimator"], TENTH)
        best = best_of({m: found[m] for m in ratios.PEERS}, TENTH)
        other = ratio(found["look_ahead"], found[best], TENTH)
        rows.append([name, len(common), *_row(r, LOG_RATIO), best, other.theirs, other])
    return markdown(head, rows)


def eavc_report(table: Table) -> str:
    if not table.rows:
        return f"Not measured. {aepsych_peer.MISSING}, then make bench-measurement."
    rows = []
    for name in aepsych_peer.BOXES:
        for column, what in ((1, "V"), (0, "S")):
            found, common = aligned(
                table.rows,
                ("look_ahead", "eavc"),
                volumes.relative(column),
                keep=lambda s, name=name: s.box == name,
            )
            if len(common) < 2:
                continue
            for method, errors in found.items():
                cells = ("{:.3f} ± {:.3f}".format(*errors.at(n)) for n in aepsych_peer.BUDGETS)
                rows.append([name, what, len(common), method, *cells])
    return markdown(["box", "of", "observers", "method", *aepsych_peer.BUDGETS], rows)


def speed_report(table: Table, curves: Table) -> str:
    def of(method: str, box: str) -> np.ndarray:
        """Milliseconds, without the run that warms up."""
        return np.array(
            [v[0] for (s, m, _), v in table.rows.items() if (m, s.box) == (method, box) and s.index]
        )

    def times(peer: np.ndarray, own: np.ndarray, least: int) -> str:
        if not len(peer):
            return "not run"
        value = peer.mean() / own.mean()
        parts = [x.std(ddof=1) / np.sqrt(len(x)) / x.mean() for x in (peer, own) if len(x) > 1]
        word = "reached" if value >= least else "**short**"
        return f"{peer.mean():.0f} ms: {value:.0f} ± {value * np.linalg.norm(parts):.0f} × ({word})"

    rows = []
    for axes in (1, 2, 3, 4):
        name = f"sim_{axes}d"
        alone, pairs = of("one_model", name), of("pair", name)
        if not len(alone):
            continue
        peer = times(of("quest", name), alone, 50) if axes == 1 else ""
        eavc = times(of("eavc", name), alone, 300) if axes in (2, 3) else ""
        word = "aim" if pairs.mean() <= 1 else "at least" if pairs.mean() <= 2 else "**short**"
        rows.append([axes, _mean(alone), _mean(pairs), "≤ 2 ms", "≤ 1 ms", word, peer, eavc])
    head = ["axes", "one model, ms", "teacher and student, ms", "at least", "aim", "found"]
    text = markdown([*head, "QUEST+ (50 ×)", "AEPsych EAVC (300 ×)"], rows)
    if not any(len(of("eavc", f"sim_{axes}d")) for axes in (2, 3)):
        text += f"\n\n{aepsych_peer.MISSING}"
    own, peer = of("fit", "sim_1d"), of("psignifit", "sim_1d")
    if len(own) and len(peer):
        text += f"\n\nOne fit of {speed.FITTED} answers: falloff {_mean(own)} ms, psignifit"
        text += f" {times(peer, own, 100)}; at least 100 ×, aim 1000 ×."
    return text + "\n\n" + _coverage(curves)


def _coverage(table: Table) -> str:
    """Of the 90 % intervals of the edge by both fits on the same grid answers."""

    def inside(exact, values) -> float:
        return float(values[1] <= exact[0] <= values[2])

    def width(_, values) -> float:
        return values[2] - values[1]

    def keep(s: Subject) -> bool:
        return s.kind in ("pooled", "weighted")

    rows = []
    for method in ("bayes", "psignifit"):
        found, common = aligned(table.rows, ("bayes", "psignifit"), inside, keep=keep)
        if len(common) < 2:
            return ""
        widths, _ = aligned(table.rows, ("bayes", "psignifit"), width, keep=keep)
        for n in edges.PSIGNIFIT:
            share, se = found[method].at(n)
            rows.append(
                [method, n, len(common), f"{share:.2f} ± {se:.2f}", _wide(widths[method], n)]
            )
    return markdown(
        ["fit", "answers", "observers", "90 % intervals that hold", "levels wide"], rows
    )


def _wide(errors: Errors, n: int) -> str:
    return f"{np.median(errors.values[:, errors.budgets.index(n)]):.2f}"


def _mean(values: np.ndarray) -> str:
    if len(values) < 2:
        return f"{values.mean():.2f}"
    return f"{values.mean():.2f} ± {values.std(ddof=1) / np.sqrt(len(values)):.2f}"
