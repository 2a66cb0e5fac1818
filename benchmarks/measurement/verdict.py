"""Verdicts where the truth is known: retention exactly at the margin, and one that should fail.

One family a run, looked at after each of :data:`LOOKS` probes, so that one run gives the verdict of
a single look and of a run that is continued until settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from falloff.analysis.verdict import MARGIN, verdict
from falloff.core import child_seed
from falloff.sampling.look_ahead import LookAhead

from .observers import KINDS, box, draw_pair, kinds_of
from .play import data_of, play, retention_draws
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("low", "high", "anytime_low", "anytime_high")
BOXES = ("sim_1d", "sim_2d", "sim_3d")
CHANCES = (0.0, 0.25)
LOOKS = (100, 150, 200, 250, 300, 400, 500, 600, 750)
# True retention by name of the unit.
KEPT = {"margin": MARGIN, "below": 0.8}


def at_margin(subject: Subject) -> list[tuple]:
    return _run("margin", subject)


def below(subject: Subject) -> list[tuple]:
    return _run("below", subject)


def _run(name: str, subject: Subject) -> list[tuple]:
    family = box(subject.box, chance=subject.chance)
    pair = draw_pair(family, subject.kind, subject.index, kept=KEPT[name])
    seed = child_seed("verdict", name, subject.box, subject.kind, subject.index)
    design = LookAhead(families=[family], seed=seed, budget=LOOKS[-1])
    evidence = play(design, family, pair, seed=seed).evidence
    return [(name, n, *_bounds(data_of(family, evidence, n), n)) for n in LOOKS]


def _bounds(data, probes: int) -> tuple[float, ...]:
    """One-sided 95 % bounds, then those that hold at all looks; open ones where there are none."""
    found = verdict(retention_draws(data), probes=probes)
    ends = (found.low, found.high, found.anytime_low, found.anytime_high)
    return tuple(
        open_ if end is None else end
        for end, open_ in zip(ends, (0.0, np.inf, 0.0, np.inf), strict=True)
    )


def rulings(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """1 pass, −1 fail, 0 inconclusive."""
    return (low > MARGIN).astype(int) - (high < MARGIN).astype(int)


def first_settled(ruled: np.ndarray) -> np.ndarray:
    """[runs] the first ruling of [runs, looks] that is not inconclusive, 0 if there is none."""
    first = (ruled != 0).argmax(axis=1)
    return np.asarray(ruled[np.arange(len(ruled)), first])


def units(count: int) -> Iterator[Unit]:
    """``count`` pairs of every kind on every box, at the margin and below it."""
    for index in range(count):
        for kind in KINDS:
            for name in BOXES:
                if kind in kinds_of(name):
                    subject = Subject(name, CHANCES[index % len(CHANCES)], kind, index)
                    yield Unit("margin", subject, at_margin, ours=True)
                    yield Unit("below", subject, below, ours=True)


def table(folder: Path = RESULTS) -> Table:
    return Table("verdict", COLUMNS, folder)
