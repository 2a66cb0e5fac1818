"""What deciding costs a probe, and what fitting one curve costs: process CPU, one thread.

Not run beside other work of this process, and with the memory allocator as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from falloff.core import child_seed
from falloff.sampling.look_ahead import LookAhead

from . import aepsych_peer, curves
from .fixed_designs import levels
from .observers import box, draw_observer, draw_pair
from .play import Luck, data_of, estimate, play, play_fixed
from .quest import Quest
from .records import RESULTS, Subject, Table, Unit

COLUMNS = ("ms",)
PROBES = 240
QUESTS = 24
ASKS = 24
FITTED = 120


def one_model(subject: Subject) -> list[tuple]:
    family = box(subject.box)
    return _decisions(
        "one_model", {"model": draw_observer(family, "pooled", subject.index)}, subject
    )


def pair(subject: Subject) -> list[tuple]:
    return _decisions("pair", draw_pair(box(subject.box), "pooled", subject.index), subject)


def _decisions(method: str, observers: dict, subject: Subject) -> list[tuple]:
    """Milliseconds a probe over a whole run, allocation included."""
    family, seed = box(subject.box), child_seed("speed", subject.box, subject.index)
    design = LookAhead(families=[family], seed=seed, budget=PROBES)
    return [(method, PROBES, play(design, family, observers, seed=seed).cpu / PROBES * 1e3)]


def quest(subject: Subject) -> list[tuple]:
    family = box(subject.box)
    observers = {"model": draw_observer(family, "pooled", subject.index)}
    axis, luck = family.axes[0], Luck(subject.index)
    plus = Quest(axis.levels, family.chance)
    for _ in range(QUESTS):
        level = plus.next_level()
        u = np.array([[axis.u(level)]])
        plus.tell(level, bool(luck.scores(family, observers, u)["model"][0]))
    return [("quest", QUESTS, plus.cpu / QUESTS * 1e3)]


def eavc(subject: Subject) -> list[tuple]:
    """Its Sobol start is left out: no decision is made in it."""
    family = box(subject.box)
    observers = {"model": draw_observer(family, "pooled", subject.index)}
    luck = Luck(subject.index)
    with aepsych_peer.session(len(family.axes), subject.index) as run:
        for _ in range(ASKS):
            u = aepsych_peer.allowed(family, run.ask())
            run.tell(u, bool(luck.scores(family, observers, u[None])["model"][0]))
    return [("eavc", ASKS, float(np.mean([x for x in run.cpu if x > 0.01])) * 1e3)]


def fit(subject: Subject) -> list[tuple]:
    """falloff's fit from raw answers to edge, volumes and their intervals; no cache is warm."""
    family, evidence = _answers(subject)
    started = time.process_time()
    estimate(data_of(family, evidence), "model")
    return [("fit", FITTED, (time.process_time() - started) * 1e3)]


def psignifit(subject: Subject) -> list[tuple]:
    family, evidence = _answers(subject)
    x = np.array([dose for at in evidence.coordinates for _, dose in at])
    started = time.process_time()
    curves.psignifit(x, evidence.scores["model"], chance=family.chance, top=family.axes[0].top)
    return [("psignifit", FITTED, (time.process_time() - started) * 1e3)]


def _answers(subject: Subject):
    family = box(subject.box)
    observers = {"model": draw_observer(family, "pooled", subject.index)}
    return family, play_fixed(family, observers, levels(family, FITTED), seed=subject.index)


def units(count: int, *, slow: int) -> Iterator[Unit]:
    """``count`` runs each, ``slow`` of AEPsych and psignifit; the first of each only warms up."""
    for index in range(count + 1):
        for axes in (1, 2, 3, 4):
            subject = Subject(f"sim_{axes}d", 0.0, "pooled", index)
            yield Unit("one_model", subject, one_model, ours=True)
            yield Unit("pair", subject, pair, ours=True)
            if axes in (2, 3) and 0 < index <= slow and aepsych_peer.installed():
                yield Unit("eavc", subject, eavc)
        line = Subject("sim_1d", 0.0, "pooled", index)
        yield Unit("fit", line, fit, ours=True)
        if index <= slow:
            yield Unit("quest", line, quest)
            yield Unit("psignifit", line, psignifit)


def table(folder: Path = RESULTS) -> Table:
    return Table("speed", COLUMNS, folder)
