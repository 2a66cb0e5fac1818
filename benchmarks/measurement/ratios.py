"""Calls to 10 % error of a student's volume over its teacher's, S_student/S_teacher.

Look-ahead asks both models the same probes; the peers take paired Sobol points, on which both
models answer the same items. Calls are probes put to each model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from falloff.core import child_seed
from falloff.sampling.look_ahead import LookAhead

from . import glm
from .fixed_designs import sobol
from .observers import KINDS, box, draw_pair, truth
from .play import data_of, log_volume_ratio, play, play_fixed
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("log_ratio", "low", "high")
BOXES = ("sim_2d", "sim_3d", "shipped_2d", "shipped_3d")
BUDGETS = (16, 32, 48, 64, 96, 128, 192, 256, 384, 480)
FIXED = (*BUDGETS, 960)
PEER = (*FIXED, 1920)
_NONE = (float("nan"),) * 2


def pair_of(subject: Subject):
    family = box(subject.box, chance=subject.chance)
    pair = draw_pair(family, subject.kind, subject.index)
    return family, pair, child_seed("ratios", subject.box, subject.kind, subject.index)


def truths(subject: Subject) -> list[tuple]:
    family, pair, _ = pair_of(subject)
    kept = truth(family, pair["student"]).volume / truth(family, pair["teacher"]).volume
    return [("truth", 0, float(np.log(kept)), *_NONE)]


def look_ahead(subject: Subject) -> list[tuple]:
    family, pair, seed = pair_of(subject)
    design = LookAhead(families=[family], seed=seed, budget=BUDGETS[-1])
    return _falloff("look_ahead", family, play(design, family, pair, seed=seed).evidence, BUDGETS)


def same_estimator(subject: Subject) -> list[tuple]:
    family, pair, seed = pair_of(subject)
    evidence = play_fixed(family, pair, sobol(family, seed, FIXED[-1]), seed=seed)
    return _falloff("same_estimator", family, evidence, FIXED)


def peers(subject: Subject) -> list[tuple]:
    """A GLM for each model, and the ratio of plain means."""
    family, pair, seed = pair_of(subject)
    points = sobol(family, seed, PEER[-1])
    evidence = play_fixed(family, pair, points, seed=seed)
    rows = []
    for n in PEER:
        scores = {role: values[:n] for role, values in evidence.scores.items()}
        for degree in glm.DEGREES:
            for ridge in glm.RIDGES:
                teacher, student = (
                    glm.volumes(family, points[:n], scores[role], degree=degree, ridge=ridge)[0]
                    for role in ("teacher", "student")
                )
                rows.append((f"peer:{degree}:{ridge}", n, np.log(student / teacher), *_NONE))
        wins = [max(scores[role].sum(), 0.5) for role in ("student", "teacher")]
        rows.append(("peer:mean", n, np.log(wins[0] / wins[1]), *_NONE))
    return rows


def _falloff(method: str, family, evidence, budgets) -> list[tuple]:
    rows = []
    for n in budgets:
        found = log_volume_ratio(data_of(family, evidence, n))
        rows.append((method, n, found.value, found.low, found.high))
    return rows


def units(count: int) -> Iterator[Unit]:
    """``count`` pairs of every kind on every box."""
    for index in range(count):
        for kind in KINDS:
            for name in BOXES:
                subject = Subject(name, 0.0, kind, index)
                yield Unit("truth", subject, truths)
                yield Unit("look_ahead", subject, look_ahead, ours=True)
                yield Unit("same_estimator", subject, same_estimator, ours=True)
                yield Unit("peer", subject, peers)


def table(folder: Path = RESULTS) -> Table:
    return Table("ratios", COLUMNS, folder)


def error(exact, values) -> float:
    """Of the log ratio: .1 is 10 %."""
    return abs(values[0] - exact[0])


PEERS = (*(f"peer:{d}:{r}" for d in glm.DEGREES for r in glm.RIDGES), "peer:mean")
