"""Teacher and students over novelty: curves, edges, and what is kept inside, at and past the rim.

Probes were placed where they tell most of the structured axes, not of novelty: all numbers are of
the probes that were asked, each family weighing what it weighs in the headline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from falloff.analysis.comparison import TAU, weights_of
from falloff.analysis.contrasts import ratio
from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.estimates import UNDEFINED, Interval
from falloff.analysis.fixed import FixedDesign, FixedFit, fit_curves
from falloff.analysis.intervals import interval
from falloff.analysis.novelty.probes import Probes, group_means
from falloff.analysis.novelty.results import (
    ZONES,
    FamilyNovelty,
    Novelty,
    StudentNovelty,
    Zone,
    ZoneShare,
    zone_of,
)
from falloff.analysis.novelty.rim import NEAR_DUPLICATE, Rim
from falloff.analysis.pair_estimates import Comparison

# Probes of a zone below which nothing is said of it, and of a curve.
LEAST_PROBES = 8
# Competence of a teacher below which a ratio to it says nothing.
LEAST_COMPETENCE = 0.1
_RESAMPLES = 400


def along_novelty(
    families: Sequence[FamilyData],
    distances: Mapping[str, Floats],
    rim: Rim,
    comparison: Comparison,
    *,
    roles: Sequence[str],
    view: str,
    sees: str,
    digest: str,
    tau: float = TAU,
) -> tuple[Novelty, Probes]:
    """What novelty says of a run, and the probes it rests on.

    ``distances``: by family, one a probe, NaN where it is not known. ``roles``: those of the
    comparison, the teacher's first. Where the rim is not identifiable there are neither zones nor
    curves.
    """
    probes = Probes.of(families, distances, weights_of(comparison.teacher.families), roles)
    teacher, *students = roles
    fit = _fit(probes, rim, roles, tau)
    novelty = Novelty(
        view=view,
        sees=sees,
        digest=digest,
        prompts=rim.prompts,
        rim=rim.distance,
        why=rim.why,
        probes=len(probes.distance),
        duplicates=int((probes.distance <= NEAR_DUPLICATE).sum()),
        shares=_shares(probes, rim),
        families=tuple(_family(probes, rim, i, data.name) for i, data in enumerate(families)),
        threshold=tau,
        teacher=comparison.teacher.model,
        teacher_edge=_edge(fit, teacher),
        roles=tuple(roles),
        fit=fit,
        students=tuple(
            StudentNovelty(
                model=compared.model,
                zones=_zones(probes, rim, teacher, role),
                edge=_edge(fit, role),
            )
            for role, compared in zip(students, comparison.students, strict=True)
        ),
    )
    return novelty, probes


def _shares(probes: Probes, rim: Rim) -> tuple[ZoneShare, ...]:
    if rim.why:
        return ()
    counts, shares = probes.shares(zone_of(rim.novelty(probes.distance)), len(ZONES))
    return tuple(
        ZoneShare(zone=zone, probes=int(n), share=float(share))
        for zone, n, share in zip(ZONES, counts, shares, strict=True)
    )


def _zones(probes: Probes, rim: Rim, teacher: str, student: str) -> tuple[Zone, ...]:
    if rim.why:
        return ()
    zone = zone_of(rim.novelty(probes.distance))
    counts, means = group_means(probes, (teacher, student), zone, len(ZONES))
    return tuple(
        _zone(i, int(count), means[:, i, 0], means[:, i, 1]) for i, count in enumerate(counts)
    )


def _zone(index: int, count: int, teacher: Floats, student: Floats) -> Zone:
    enough = count >= LEAST_PROBES
    held = enough and teacher[0] >= LEAST_COMPETENCE
    return Zone(
        zone=ZONES[index],
        probes=count,
        teacher=interval(teacher) if enough else UNDEFINED,
        student=interval(student) if enough else UNDEFINED,
        retention=ratio(student, teacher) if held else UNDEFINED,
    )


def _family(probes: Probes, rim: Rim, index: int, name: str) -> FamilyNovelty:
    here = probes.family == index
    distance, centre = probes.distance[here], probes.distance[here & probes.at_centre]
    novelty = rim.novelty(distance)
    known = distance.size > 0 and rim.why is None
    return FamilyNovelty(
        family=name,
        probes=int(here.sum()),
        novelty=float(np.median(novelty)) if known else None,
        centre=float(np.median(rim.novelty(centre))) if known and centre.size else None,
        distance=float(np.median(distance)) if distance.size else float("nan"),
        centre_distance=float(np.median(centre)) if centre.size else None,
        inside=float((novelty < 1).mean()) if known else None,
    )


def _fit(probes: Probes, rim: Rim, roles: Sequence[str], tau: float) -> FixedFit | None:
    """A falling curve of the score over novelty for each role that has enough to fit one to.

    Chance is one number here: the families' mean.
    """
    if rim.why:
        return None
    novelty = rim.novelty(probes.distance)
    rows = {role: np.flatnonzero(probes.scored(role)) for role in roles}
    rows = {r: at for r, at in rows.items() if len(at) >= LEAST_PROBES and np.ptp(novelty[at]) > 0}
    if not rows:
        return None
    every = np.concatenate(list(rows.values()))
    chance = float(np.average(probes.chance[every], weights=probes.weight[every]))
    return fit_curves(
        FixedDesign.of(
            models=[role for role, at in rows.items() for _ in at],
            items=[str(item) for item in probes.item[every]],
            levels=novelty[every].tolist(),
            scores=np.concatenate([probes.scores[role][at] for role, at in rows.items()]).tolist(),
            weights=probes.weight[every].tolist(),
        ),
        criterion=chance + (1 - chance) * tau,
        chance=chance,
        scale="linear",
        resamples=_RESAMPLES,
    )


def _edge(fit: FixedFit | None, role: str) -> Interval:
    edges = (curve.edge for curve in (fit.curves if fit else ()) if curve.model == role)
    return next(edges, UNDEFINED)
