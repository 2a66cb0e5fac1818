"""What two models hold in strips of novelty, each probe standing for its part of the box.

Inside a strip the probes lie where the design put them, and what users ask does not: means of the
answers there are of the design. So competence is the fitted one at each probe's coordinate, with a
trend over novelty, and probes weigh what the box weighs around them. Read a second time, users keep
as much nearer to the centre than the box, or further out, as their novelty leads to think.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import DRAWS, group_weights
from falloff.analysis.estimates import Status
from falloff.analysis.fitted import with_expectations
from falloff.analysis.inference import draw
from falloff.analysis.novelty.probes import Probes
from falloff.analysis.novelty.tilt import expected_novelty, tilts
from falloff.analysis.novelty.trend import with_trend
from falloff.analysis.profile import status_of
from falloff.core import child_seed


def strip_means(
    families: Sequence[FamilyData],
    probes: Probes,
    roles: tuple[str, ...],
    strip: NDArray[np.intp],
    strips: int,
    *,
    along: Floats,
    asked: Floats,
    tau: float,
) -> tuple[NDArray[np.intp], Floats]:
    """[strips] probes that tell something, and [2, 1 + DRAWS, strips, roles] competence.

    Of users who ask what the box has at the same novelty, and of users nearer to the centre or
    further out on all axes. ``families`` are those of ``probes``; ``strip`` and ``along``, its
    novelty: [n]; ``asked``: [prompts] users' novelty. Joint draws: of the fitted regions, and over
    items. 0 in a strip without probes.
    """
    usable = [all(status_of(data, role) is Status.OK for role in roles) for data in families]
    keep = probes.scored(*roles) & np.array(usable, dtype=bool)[probes.family]
    family, place, chance = probes.family[keep], probes.place[keep], probes.chance[keep]
    where, total = strip[keep], int(keep.sum())
    rng = np.random.Generator(np.random.PCG64(child_seed("traffic", *roles)))
    boot = group_weights(probes.item[keep], np.arange(total), rng)
    success = np.zeros((len(roles), 1 + DRAWS, total))
    expected, away = np.zeros((1 + DRAWS, total)), np.zeros(total)
    part = np.zeros(total)
    for i, data in enumerate(with_expectations(families, roles)):
        here = family == i
        if not here.any():
            continue
        # Its weight in the headline, in place of one that is spread over its probes.
        weight = float(probes.weight[probes.family == i].sum())
        part[here] = weight * _parts(data, place[here])
        u = data.u[place[here]]
        expected[:, here] = expected_novelty(u, along[keep][here], boot[:, here] * part[here])
        away[here] = u.mean(axis=1)
        draws = draw(data, roles, tau=tau)
        for j, role in enumerate(roles):
            c = draws[role].competence[:, place[here]]
            success[j][:, here] = data.chance + (1 - data.chance) * c
    part *= total / max(float(part.sum()), 1e-12)
    box = boot * part
    readings = (box, box * tilts(expected, away, box, asked))
    inside = np.zeros((total, strips))
    inside[np.arange(total), where] = 1.0
    means = np.zeros((len(readings), 1 + DRAWS, strips, len(roles)))
    for j, role in enumerate(roles):
        p = with_trend(success[j], probes.scores[role][keep], along[keep], box, rng)
        competence = (p - chance) / (1 - chance)
        for reading, weights in zip(means, readings, strict=True):
            held = weights @ inside
            gained = (weights * competence) @ inside
            np.divide(gained, held, out=reading[:, :, j], where=held > 0)
    return np.bincount(where[part > 0], minlength=strips), means


def _parts(data: FamilyData, place: NDArray[np.intp]) -> Floats:
    """[n] what of μ each probe stands for: the cells to which its place is the nearest asked."""
    asked, at, count = np.unique(place, return_inverse=True, return_counts=True)
    grid = data.u[: len(data.grid)]
    part = np.zeros(len(asked))
    for cell, mu in zip(grid, data.weights, strict=True):
        distance = ((data.u[asked] - cell) ** 2).sum(axis=1)
        nearest = distance <= distance.min() + 1e-9
        part += mu * nearest / nearest.sum()
    return np.asarray((part / count)[at])
