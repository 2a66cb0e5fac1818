"""Novelty as plain JSON objects: what ``--json`` prints, and the safe region for a router."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from falloff.analysis.estimates import Interval
from falloff.analysis.fixed import FittedCurve
from falloff.analysis.novelty import (
    FamilyNovelty,
    Novelty,
    StudentNovelty,
    Traffic,
    Zone,
    ZoneShare,
)
from falloff.report.novelty_wording import judged, unbounded_sentence


def with_novelty(written: dict[str, Any], novelty: Novelty | None) -> dict[str, Any]:
    """The object of ``compare --json`` or ``measure --json``, with ``novelty`` where it belongs.

    On the whole, and on each student; null where there is no training data.
    """
    whole = None if novelty is None else novelty_as_dict(novelty)
    for index, student in enumerate(written.get("students", ())):
        student["novelty"] = None if novelty is None else _student(novelty, index)
    return {**written, "novelty": whole}


def novelty_as_dict(novelty: Novelty) -> dict[str, Any]:
    """What holds for all models: the training data, the probes, and the teacher's curve."""
    alone = not novelty.students
    return {
        "view": novelty.view,
        "sees": novelty.sees,
        "training_digest": novelty.digest,
        "training_prompts": novelty.prompts,
        "rim": novelty.rim,
        "identifiable": novelty.why is None,
        "why": novelty.why,
        "probes": novelty.probes,
        "near_duplicates": novelty.duplicates,
        "shares": _shares(novelty.shares),
        "families": [_family(family) for family in novelty.families],
        "edge": novelty.teacher_edge.as_dict(),
        "curve": _curve(novelty, 0),
        "traffic": _traffic(novelty.traffic[0]) if alone and novelty.traffic else None,
        "said": list(novelty.said),
    }


def safe_region(novelty: Novelty) -> dict[str, Any]:
    """For a router: up to which novelty each model holds, and how novelty is measured.

    ``safe_below`` is the lower bound of the edge: null where there is none. ``said``: that no edge
    was found as far as was asked, so that ``safe_below`` ends there for want of probes.

    A router that has the training data (``training_digest``) measures a prompt with
    :func:`falloff.training_data`.
    """
    traffic = {found.model: _traffic(found) for found in novelty.traffic}
    return {
        "unit": "1 is the rim: the 95th percentile of training prompts' distance to the nearest",
        "view": novelty.view,
        "sees": novelty.sees,
        "training_digest": novelty.digest,
        "rim": novelty.rim,
        "identifiable": novelty.why is None,
        "threshold": novelty.threshold,
        "models": [
            {
                "model": model,
                "safe_below": _safe_below(edge),
                "edge": edge.as_dict(),
                "said": unbounded_sentence(model, edge) or None,
                "traffic": traffic.get(model),
            }
            for model, edge in judged(novelty)
        ],
    }


def _safe_below(edge: Interval) -> float | None:
    """The lower bound of the edge; none where competence is too low from the start."""
    return 0.0 if edge.censored == "below" else edge.low


def _student(novelty: Novelty, index: int) -> dict[str, Any]:
    student: StudentNovelty = novelty.students[index]
    return {
        "zones": {zone.zone: _zone(zone) for zone in student.zones},
        "edge": student.edge.as_dict(),
        "curve": _curve(novelty, 1 + index),
        "traffic": _traffic(novelty.traffic[index]) if novelty.traffic else None,
    }


def _zone(zone: Zone) -> dict[str, Any]:
    return {
        "probes": zone.probes,
        "teacher": zone.teacher.as_dict(),
        "student": zone.student.as_dict(),
        "retention": zone.retention.as_dict(),
    }


def _curve(novelty: Novelty, index: int) -> list[dict[str, float]] | None:
    """Points of the fitted score, chance included; null where there is no curve."""
    if novelty.fit is None:
        return None
    fitted = {curve.model: curve for curve in novelty.fit.curves}
    curve: FittedCurve | None = fitted.get(novelty.roles[index])
    if curve is None:
        return None
    drawn = curve.drawn
    rows = zip(drawn.level, drawn.score, drawn.low, drawn.high, strict=True)
    return [
        {"novelty": at, "score": score, "low": low, "high": high} for at, score, low, high in rows
    ]


def _shares(shares: Sequence[ZoneShare]) -> dict[str, Any]:
    return {s.zone: {"prompts": s.probes, "share": s.share} for s in shares}


def _family(family: FamilyNovelty) -> dict[str, Any]:
    return {
        "family": family.family,
        "probes": family.probes,
        "novelty": family.novelty,
        "centre": family.centre,
        "inside": family.inside,
        "distance": family.distance if family.probes else None,
        "centre_distance": family.centre_distance,
    }


def _traffic(traffic: Traffic) -> dict[str, Any]:
    return {
        "prompts": traffic.prompts,
        "shares": _shares(traffic.shares),
        "before_edge": traffic.safe,
        "at_edge": traffic.doubtful,
        "past_edge": traffic.unsafe,
        "retention": traffic.retention.as_dict(),
        "readings_apart": traffic.apart,
        "covered": traffic.covered,
    }
