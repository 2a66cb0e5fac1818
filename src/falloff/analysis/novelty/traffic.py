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

# Probes in a strip of novelty, within which traffic and probes are matched. Narrow strips: within a
# wide one probes lie further out than traffic does.
_EACH = 20


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
    ends = _strips(probes, rim, roles)
    strip = np.searchsorted(ends, rim.novelty(probes.distance), side="right")
    counts, means = group_means(probes, roles, strip, len(ends) + 1)
    users = np.bincount(np.searchsorted(ends, asked, side="right"), minlength=len(ends) + 1)
    # The last strip begins at the farthest probe: of what lies past it nothing is known.
    known = np.where((counts >= LEAST_PROBES) & (np.arange(len(counts)) < len(ends)), users, 0)
    known = known / len(asked)
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


def _strips(probes: Probes, rim: Rim, roles: tuple[str, ...]) -> Floats:
    """Where one strip ends and the next begins: about as many probes in each."""
    novelty = rim.novelty(probes.distance[probes.scored(*roles)])
    count = max(len(novelty) // _EACH, 1)
    inner = np.quantile(novelty, np.arange(1, count) / count) if len(novelty) else np.empty(0)
    last = np.nextafter(novelty.max(initial=0.0), np.inf)
    return np.unique(np.append(inner, last))


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
