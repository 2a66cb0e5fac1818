"""Calls to 10 % error of the volume at τ and of the capability volume S, look-ahead and peers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from falloff.core import child_seed
from falloff.sampling.look_ahead import LookAhead

from . import glm
from .fixed_designs import grid, sobol
from .observers import BOXES, KINDS, box, draw_observer, truth
from .play import data_of, estimate, play, play_fixed
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("volume", "volume_at", "low", "high", "low_at", "high_at")
BUDGETS = (16, 32, 48, 64, 96, 128, 192, 256, 384, 480)
FIXED = (*BUDGETS, 960)
PEER = (*FIXED, 1920)
VOLUME_BOXES = tuple(name for name in BOXES if name not in ("sim_1d", "sim_5d"))
_NONE = (float("nan"),) * 4


def subject_of(subject: Subject):
    """The family, its observer, and a seed for designs and luck."""
    family = box(subject.box, chance=subject.chance)
    observer = draw_observer(family, subject.kind, subject.index)
    seed = child_seed("measurement", subject.box, subject.chance, subject.kind, subject.index)
    return family, {"model": observer}, seed


def truths(subject: Subject) -> list[tuple]:
    family, observers, _ = subject_of(subject)
    exact = truth(family, observers["model"])
    return [("truth", 0, exact.volume, exact.volume_at, *_NONE)]


def look_ahead(subject: Subject) -> list[tuple]:
    family, observers, seed = subject_of(subject)
    design = LookAhead(families=[family], seed=seed, budget=BUDGETS[-1])
    evidence = play(design, family, observers, seed=seed).evidence
    return _falloff("look_ahead", family, evidence, BUDGETS)


def same_estimator(subject: Subject) -> list[tuple]:
    """falloff's estimator on scrambled Sobol points: what looking ahead adds, and nothing else."""
    family, observers, seed = subject_of(subject)
    evidence = play_fixed(family, observers, sobol(family, seed, FIXED[-1]), seed=seed)
    return _falloff("same_estimator", family, evidence, FIXED)


def glms(subject: Subject) -> list[tuple]:
    """Each design with each degree and ridge; the plain mean over Sobol points beside them."""
    family, observers, seed = subject_of(subject)
    points = sobol(family, seed, PEER[-1])
    spread = play_fixed(family, observers, points, seed=seed)
    rows = []
    for n in PEER:
        cells = grid(family, seed, n)
        on_grid = play_fixed(family, observers, cells, seed=child_seed("grid", seed, n))
        data = {
            "sobol": (points[:n], spread.scores["model"][:n]),
            "grid": (cells, on_grid.scores["model"]),
        }
        for design, (coordinates, scores) in data.items():
            for degree in glm.DEGREES:
                for ridge in glm.RIDGES:
                    both = glm.volumes(family, coordinates, scores, degree=degree, ridge=ridge)
                    rows.append((f"glm:{design}:{degree}:{ridge}", n, *both, *_NONE))
        mean = (data["sobol"][1].mean() - family.chance) / (1 - family.chance)
        rows.append(("glm:mean", n, mean, float("nan"), *_NONE))
    return rows


def _falloff(method: str, family, evidence, budgets) -> list[tuple]:
    rows = []
    for n in budgets:
        s, v = (lambda e: (e.volume, e.volume_at))(estimate(data_of(family, evidence, n), "model"))
        rows.append((method, n, s.value, v.value, s.low, s.high, v.low, v.high))
    return rows


def units(count: int, *, boxes=VOLUME_BOXES, chance: float = 0.0) -> Iterator[Unit]:
    """``count`` observers of every kind on every box, all peers of one before the next."""
    for index in range(count):
        for kind in KINDS:
            for name in boxes:
                subject = Subject(name, chance, kind, index)
                yield Unit("truth", subject, truths)
                yield Unit("look_ahead", subject, look_ahead, ours=True)
                yield Unit("same_estimator", subject, same_estimator, ours=True)
                yield Unit("glm", subject, glms)


def table(folder: Path = RESULTS) -> Table:
    return Table("volumes", COLUMNS, folder)


def relative(column: int):
    """The relative error of a column of values."""
    return lambda exact, values: abs(values[column] - exact[column]) / exact[column]


GLMS = tuple(
    f"glm:{design}:{degree}:{ridge}"
    for design in ("sobol", "grid")
    for degree in glm.DEGREES
    for ridge in glm.RIDGES
)
