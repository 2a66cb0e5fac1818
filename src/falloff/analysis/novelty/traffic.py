"""What users ask, along a student's novelty: how much of it lies where the student holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from falloff.analysis.contrasts import ratio
from falloff.analysis.data import Floats
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.novelty.along import LEAST_PROBES
from falloff.analysis.novelty.probes import Probes, group_means
from falloff.analysis.novelty.results import ZONES, Novelty, Traffic, ZoneShare, zone_of
from falloff.analysis.novelty.rim import Rim

# Ends of the strips within which traffic and probes are matched, in units of the rim.
_STRIPS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)


def traffic_of(
    novelty: Novelty, probes: Probes, rim: Rim, roles: tuple[str, ...], distance: Floats
) -> Novelty:
    """``novelty`` with its ``traffic``: one a student, or of the one model that was measured.

    ``distance``: [prompts] of what users asked. Nothing where the rim is not identifiable.
    """
    if rim.why or not len(distance):
        return novelty
    asked = rim.novelty(distance)
    teacher, *students = roles
    of = [(role, s.model, s.edge) for role, s in zip(students, novelty.students, strict=True)]
    of = of or [(teacher, novelty.teacher, novelty.teacher_edge)]
    found = tuple(
        _traffic(probes, rim, (teacher, role), model, edge, asked) for role, model, edge in of
    )
    return replace(novelty, traffic=found)


def _traffic(
    probes: Probes,
    rim: Rim,
    roles: tuple[str, str],
    model: str,
    edge: Interval,
    asked: Floats,
) -> Traffic:
    zones = np.bincount(zone_of(asked), minlength=len(ZONES))
    strip = np.searchsorted(_STRIPS, rim.novelty(probes.distance), side="right")
    counts, means = group_means(probes, roles, strip, len(_STRIPS) + 1)
    users = np.bincount(
        np.searchsorted(_STRIPS, asked, side="right"), minlength=len(_STRIPS) + 1
    ) / len(asked)
    known = np.where(counts >= LEAST_PROBES, users, 0.0)
    covered = float(known.sum())
    filled = np.nan_to_num(means, nan=0.0)
    teacher, student = (filled[:, :, i] @ known for i in (0, 1))
    safe, doubtful = _sides(edge, asked)
    return Traffic(
        model=model,
        prompts=len(asked),
        shares=tuple(
            ZoneShare(zone=zone, probes=int(n), share=float(n / len(asked)))
            for zone, n in zip(ZONES, zones, strict=True)
        ),
        safe=safe,
        doubtful=doubtful,
        unsafe=None if safe is None or doubtful is None else max(1 - safe - doubtful, 0.0),
        retention=ratio(student, teacher) if covered and roles[0] != roles[1] else UNDEFINED,
        covered=covered,
    )


def _sides(edge: Interval, asked: Floats) -> tuple[float | None, float | None]:
    """Shares of traffic before the edge and within its interval; None where there is no edge.

    An edge past all probes is known to be at least as far as they go; one before them is unsafe
    from the start.
    """
    if edge.estimate is None:
        return None, None
    if edge.censored == "below":
        high = edge.high if edge.high is not None else edge.estimate
        return 0.0, float((asked < high).mean())
    low = edge.low if edge.low is not None else 0.0
    high = edge.high if edge.high is not None else np.inf
    safe = float((asked < low).mean())
    return safe, float((asked < high).mean()) - safe
