"""What users ask, along a student's novelty: how much of it lies where the student holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from falloff.analysis.contrasts import ratio
from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.novelty.along import LEAST_PROBES
from falloff.analysis.novelty.probes import Probes
from falloff.analysis.novelty.results import ZONES, Novelty, Traffic, ZoneShare, zone_of
from falloff.analysis.novelty.rim import Rim
from falloff.analysis.novelty.strips import strip_means

# Probes in a strip of novelty, within which traffic and probes are matched. Narrow strips: within a
# wide one probes lie further out than traffic does.
_EACH = 20


def traffic_of(
    novelty: Novelty,
    families: Sequence[FamilyData],
    probes: Probes,
    rim: Rim,
    roles: tuple[str, ...],
    distance: Floats,
) -> Novelty:
    """``novelty`` with its ``traffic``: one a student, or of the one model that was measured.

    ``families``, ``probes``, ``rim``, ``roles`` are those that ``novelty`` was found from;
    ``distance``: [prompts] of what users asked. Nothing where the rim is not identifiable.
    """
    if rim.why or not len(distance):
        return novelty
    asked = rim.novelty(distance)
    teacher, *students = roles
    of = [(role, s.model, s.edge) for role, s in zip(students, novelty.students, strict=True)]
    of = of or [(teacher, novelty.teacher, novelty.teacher_edge)]
    found = []
    for role, model, edge in of:
        kept = kept_of(
            families, probes, rim, tuple(dict.fromkeys((teacher, role))), asked, novelty.threshold
        )
        safe, doubtful = _sides(edge, asked)
        found.append(
            Traffic(
                model=model,
                prompts=len(asked),
                shares=_shares(asked),
                safe=safe,
                doubtful=doubtful,
                unsafe=None if safe is None or doubtful is None else max(1 - safe - doubtful, 0.0),
                retention=kept.retention,
                apart=kept.apart,
                covered=kept.covered,
            )
        )
    return replace(novelty, traffic=tuple(found))


def _shares(asked: Floats) -> tuple[ZoneShare, ...]:
    zones = np.bincount(zone_of(asked), minlength=len(ZONES))
    return tuple(
        ZoneShare(zone=zone, probes=int(n), share=float(n / len(asked)))
        for zone, n in zip(ZONES, zones, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class Kept:
    """``retention`` weighted by the ``covered`` share of traffic, its interval over two readings.

    ``apart``: how far the two estimates lie from each other; None where there are none.
    """

    retention: Interval
    covered: float
    apart: float | None


def kept_of(
    families: Sequence[FamilyData],
    probes: Probes,
    rim: Rim,
    roles: tuple[str, ...],
    asked: Floats,
    tau: float,
) -> Kept:
    """Retention weighted by traffic, undefined for a model alone.

    Novelty does not tell whether users ask what the box has at the same novelty, or keep nearer to
    the centre on all axes; the second is the estimate, and the interval covers both.
    """
    along = rim.novelty(probes.distance)
    ends = strip_ends(probes, rim, roles)
    strip = np.searchsorted(ends, along, side="right")
    placed = asked[asked < ends[-1]]
    counts, readings = strip_means(
        families, probes, roles, strip, len(ends) + 1, along=along, asked=placed, tau=tau
    )
    users = np.bincount(np.searchsorted(ends, asked, side="right"), minlength=len(ends) + 1)
    # The last strip begins at the farthest probe: of what lies past it nothing is known.
    known = np.where((counts >= LEAST_PROBES) & (np.arange(len(counts)) < len(ends)), users, 0)
    known = known / len(asked)
    covered = float(known.sum())
    if not covered or len(roles) == 1:
        return Kept(retention=UNDEFINED, covered=covered, apart=None)
    found = [ratio(*(means[:, :, i] @ known for i in (1, 0))) for means in readings]
    retention, apart = _over(*found)
    return Kept(retention=retention, covered=covered, apart=apart)


def _over(as_box: Interval, nearer: Interval) -> tuple[Interval, float | None]:
    """The second with an interval that covers both, and how far apart they are."""
    if as_box.estimate is None or nearer.estimate is None:
        return UNDEFINED, None
    low = min(bound for bound in (as_box.low, nearer.low) if bound is not None)
    high = max(bound for bound in (as_box.high, nearer.high) if bound is not None)
    return replace(nearer, low=low, high=high), abs(nearer.estimate - as_box.estimate)


def strip_ends(probes: Probes, rim: Rim, roles: tuple[str, ...]) -> Floats:
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
