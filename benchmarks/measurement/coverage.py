"""Coverage, width and interval score of the 90 % intervals, on one to five axes.

A teacher and its student are asked together, as ``falloff compare`` asks them; one run gives the
intervals at all budgets. Every subject has models and luck of its own, its chance level included.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from falloff.core import Axis, child_seed
from falloff.sampling.look_ahead import LookAhead

from .observers import KINDS, SIMULATED, box, draw_pair, kinds_of, truth
from .play import Estimate, data_of, estimate, log_volume_ratio, play
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("exact", "value", "low", "high")
BUDGETS = (48, 120, 240)
CHANCES = (0.0, 0.25, 0.5)
QUANTITIES = ("volume", "volume_at", "edge", "retention")
LEVEL = 0.9
# The kind whose region has the form that falloff fits.
MATCHED = "pooled"


def run(subject: Subject) -> list[tuple]:
    """Rows ``run:quantity:whose``; edges in shares of their axis, those beyond the box left out."""
    family = box(subject.box, chance=subject.chance)
    pair = draw_pair(family, subject.kind, subject.index)
    seed = child_seed("coverage", subject.box, subject.kind, subject.index)
    design = LookAhead(families=[family], seed=seed, budget=BUDGETS[-1])
    evidence = play(design, family, pair, seed=seed).evidence
    exact = {role: truth(family, observer) for role, observer in pair.items()}
    kept = exact["student"].volume / exact["teacher"].volume
    rows = []
    for n in BUDGETS:
        data = data_of(family, evidence, n)
        rows.append(("run:retention:both", n, kept, *np.exp(_ends(log_volume_ratio(data)))))
        for role in pair:
            found, known = estimate(data, role), exact[role]
            rows.append((f"run:volume:{role}", n, known.volume, *_ends(found.volume)))
            rows.append((f"run:volume_at:{role}", n, known.volume_at, *_ends(found.volume_at)))
            for i, (axis, at) in enumerate(zip(family.axes, known.edges, strict=True)):
                if at is not None:
                    ends = (_share(axis, dose) for dose in (axis.dose(at), *_ends(found.edges[i])))
                    rows.append((f"run:edge:{role}:{i}", n, *ends))
    return rows


def _ends(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def _share(axis: Axis, dose: float) -> float:
    return (dose - axis.centre) / (axis.top - axis.centre)


def interval_score(exact: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Width plus 2/α times what an interval misses by (Gneiting & Raftery 2007): less is better."""
    missed = np.maximum(low - exact, 0) + np.maximum(exact - high, 0)
    return np.asarray(high - low + 2 / (1 - LEVEL) * missed)


def units(count: int) -> Iterator[Unit]:
    """``count`` pairs of every kind on every box; chance levels take turns."""
    for index in range(count):
        for kind in KINDS:
            for name in SIMULATED:
                if kind in kinds_of(name):
                    chance = CHANCES[index % len(CHANCES)]
                    yield Unit("run", Subject(name, chance, kind, index), run, ours=True)


def table(folder: Path = RESULTS) -> Table:
    return Table("coverage", COLUMNS, folder)
