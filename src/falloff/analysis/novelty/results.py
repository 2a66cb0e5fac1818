"""What novelty says: frozen, for the page, the terminal and JSON alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import Floats
from falloff.analysis.estimates import Interval
from falloff.analysis.fixed import FixedFit

ZoneName = Literal["inside", "at", "beyond"]
ZONES: tuple[ZoneName, ...] = ("inside", "at", "beyond")
# Where one zone ends and the next begins, in units of the rim.
RIM, PAST = 1.0, 1.5


def zone_of(novelty: Floats) -> NDArray[np.intp]:
    """[n] 0 inside the rim (< 1), 1 at it (1 to 1.5), 2 beyond."""
    return np.searchsorted([RIM, PAST], novelty, side="right")


@dataclass(frozen=True, kw_only=True)
class ZoneShare:
    """``probes`` in a zone, and their ``share`` by the families' weights."""

    zone: ZoneName
    probes: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Zone:
    """Teacher and student on the ``probes`` of a zone that both have a score on.

    ``teacher``, ``student``: mean competence. ``retention``: their ratio, undefined where the
    teacher itself solves next to nothing or probes are few.
    """

    zone: ZoneName
    probes: int
    teacher: Interval
    student: Interval
    retention: Interval


@dataclass(frozen=True, kw_only=True)
class StudentNovelty:
    """A student along novelty. ``edge``: the novelty at which its competence falls to τ."""

    model: str
    zones: tuple[Zone, ...]
    edge: Interval


@dataclass(frozen=True, kw_only=True)
class FamilyNovelty:
    """A family's prompts: median novelty of all ``probes``, of those at its centre, and inside.

    Novelty is None where the rim is not identifiable; distances stand in any case.
    """

    family: str
    probes: int
    novelty: float | None
    centre: float | None
    distance: float
    centre_distance: float | None
    inside: float | None


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What users ask, along a student's novelty curve.

    ``shares`` by zone; ``safe``, ``doubtful``, ``unsafe``: the shares before the student's edge
    (its lower bound), within the edge's interval, and past it. ``retention`` is weighted by
    traffic, over the part of it (``covered``) that probes say something about; ``apart`` is how far
    two readings of it differ, between which novelty does not decide.
    """

    model: str
    prompts: int
    shares: tuple[ZoneShare, ...]
    safe: float | None
    doubtful: float | None
    unsafe: float | None
    retention: Interval
    apart: float | None
    covered: float


@dataclass(frozen=True, kw_only=True)
class Novelty:
    """All that novelty says of a run.

    ``prompts`` are the distinct training prompts, ``digest`` that of their file, ``rim`` the unit,
    a distance; ``why`` says why there is none. ``duplicates`` counts probes that say what a
    training prompt says. ``roles`` has the teacher's first; curves of ``fit`` are named by role:
    None without any. ``said``: what a reader must know of the files.
    """

    view: str
    sees: str
    digest: str
    prompts: int
    rim: float
    why: str | None
    probes: int
    duplicates: int
    shares: tuple[ZoneShare, ...]
    families: tuple[FamilyNovelty, ...]
    threshold: float
    teacher: str
    teacher_edge: Interval
    roles: tuple[str, ...]
    fit: FixedFit | None
    students: tuple[StudentNovelty, ...]
    traffic: tuple[Traffic, ...] = ()
    said: tuple[str, ...] = ()
