"""Calls to half a level of error of the edge, on one axis of 20 levels, chance 0 and ¼."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from falloff.core import child_seed
from falloff.sampling.aims import EDGES, VOLUME, Aim
from falloff.sampling.look_ahead import LookAhead

from . import curves
from .fixed_designs import levels
from .observers import KINDS_1D, box, draw_observer, truth
from .play import Luck, data_of, estimate, play, play_fixed
from .quest import Quest
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("edge", "low", "high")
BOX = "sim_1d"
CHANCES = (0.0, 0.25)
BUDGETS = (15, 24, 32, 48, 64, 96, 128, 192, 256, 384, 480)
FIXED = (*BUDGETS, 960)
QUEST = (15, 24, 32, 48, 64, 96, 128, 192, 256)
PSIGNIFIT = (64, 128, 256)
GRID_FITS = ("mle:level", "mle:log", "metr", "bayes")
_NONE = (float("nan"),) * 2


def subject_of(subject: Subject):
    family = box(subject.box, chance=subject.chance)
    observer = draw_observer(family, subject.kind, subject.index)
    seed = child_seed("edges", subject.chance, subject.kind, subject.index)
    return family, {"model": observer}, seed


def truths(subject: Subject) -> list[tuple]:
    family, observers, _ = subject_of(subject)
    (edge,) = truth(family, observers["model"]).edges
    return [("truth", 0, family.axes[0].dose(edge), *_NONE)]


def look_ahead(subject: Subject) -> list[tuple]:
    """As ``--aim edges`` runs it."""
    return _look_ahead("look_ahead", subject, EDGES)


def default_aim(subject: Subject) -> list[tuple]:
    return _look_ahead("default_aim", subject, VOLUME)


def _look_ahead(method: str, subject: Subject, aim: Aim) -> list[tuple]:
    family, observers, seed = subject_of(subject)
    design = LookAhead(families=[family], seed=seed, budget=BUDGETS[-1], aim=aim)
    evidence = play(design, family, observers, seed=seed).evidence
    return [(method, n, *_edge(estimate(data_of(family, evidence, n), "model"))) for n in BUDGETS]


def bayes(subject: Subject) -> list[tuple]:
    """falloff's own fit on the uniform grid."""
    rows = []
    for n, family, evidence in _on_grids(subject, FIXED):
        rows.append(("bayes", n, *_edge(estimate(data_of(family, evidence), "model"))))
    return rows


def likelihood(subject: Subject) -> list[tuple]:
    rows = []
    for n, family, evidence in _on_grids(subject, FIXED):
        x, scores = _levels(evidence), evidence.scores["model"]
        known = {"chance": family.chance, "top": family.axes[0].top}
        for scale in curves.SCALES:
            edge = curves.maximum_likelihood(x, scores, scale=scale, **known)
            rows.append((f"mle:{scale}", n, edge, *_NONE))
    return rows


def metr(subject: Subject) -> list[tuple]:
    return [
        ("metr", n, curves.metr(
            _levels(evidence), evidence.scores["model"],
            chance=family.chance, top=family.axes[0].top,
        ), *_NONE)
        for n, family, evidence in _on_grids(subject, FIXED)
    ]  # fmt: skip


def psignifit(subject: Subject) -> list[tuple]:
    rows = []
    for n, family, evidence in _on_grids(subject, PSIGNIFIT):
        known = {"chance": family.chance, "top": family.axes[0].top}
        found = curves.psignifit(_levels(evidence), evidence.scores["model"], **known)
        rows.append(("psignifit", n, *found))
    return rows


def quest(subject: Subject) -> list[tuple]:
    family, observers, seed = subject_of(subject)
    axis, luck = family.axes[0], Luck(seed)
    plus = Quest(axis.levels, family.chance)
    rows = []
    for n in range(1, QUEST[-1] + 1):
        level = plus.next_level()
        score = luck.scores(family, observers, np.array([[axis.u(level)]]))["model"][0]
        plus.tell(level, bool(score))
        if n in QUEST:
            rows.append(("quest", n, *plus.edge(axis.top)))
    return rows


def _on_grids(subject: Subject, budgets):
    """The same answers for every fit: (n, family, evidence)."""
    family, observers, seed = subject_of(subject)
    for n in budgets:
        luck = child_seed("grid", seed, n)
        yield n, family, play_fixed(family, observers, levels(family, n), seed=luck)


def _levels(evidence) -> np.ndarray:
    return np.array([dose for at in evidence.coordinates for _, dose in at], dtype=float)


def _edge(found) -> tuple[float, float, float]:
    edge = found.edges[0]
    return edge.value, edge.low, edge.high


def units(count: int, *, quests: int, psignifits: int) -> Iterator[Unit]:
    """``count`` observers of every kind and chance; then the slow peers, on the first of them."""
    for subject in _subjects(count):
        yield Unit("truth", subject, truths)
        yield Unit("look_ahead", subject, look_ahead, ours=True)
        yield Unit("default_aim", subject, default_aim, ours=True)
        yield Unit("bayes", subject, bayes, ours=True)
        yield Unit("mle", subject, likelihood)
        yield Unit("metr", subject, metr)
    for subject in _subjects(max(quests, psignifits)):
        if subject.index < quests:
            yield Unit("quest", subject, quest)
        if subject.index < psignifits:
            yield Unit("psignifit", subject, psignifit)


def _subjects(count: int) -> Iterator[Subject]:
    for index in range(count):
        for kind in KINDS_1D:
            for chance in CHANCES:
                yield Subject(BOX, chance, kind, index)


def table(folder: Path = RESULTS) -> Table:
    return Table("edges", COLUMNS, folder)


def error(exact, values) -> float:
    """In levels; an estimate stands inside the axis."""
    return abs(values[0] - exact[0])
