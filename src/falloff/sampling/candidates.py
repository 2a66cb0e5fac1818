"""Where a probe may go: the listed levels, and doses between them."""

from __future__ import annotations

import itertools

from falloff.core import Axis, Coordinate, child_rng
from falloff.probes import Family

# Candidates of one batch. A fresh subset each time keeps probes from piling up on few points,
# where the estimate would rest on the region's form.
MOST = 128
# So few places are all candidates.
FEW = 32


def candidates(family: Family, *, seed: int, batch: int) -> tuple[Coordinate, ...]:
    """A batch's candidates: half of all places, chosen anew each time, and at most ``MOST``.

    All places are the product of the axes' doses; where they are too many to list, each is drawn.
    """
    rng = child_rng(seed, "candidates", family.name, batch)
    doses = [_doses(axis) for axis in family.axes]
    total = 1
    for choice in doses:
        total *= len(choice)
    count = min(MOST, max(total // 2, min(total, FEW)))
    if total <= 100_000:
        cells = rng.sample(list(itertools.product(*doses)), count)
    else:
        cells = [tuple(rng.choice(choice) for choice in doses) for _ in range(count)]
    names = [axis.name for axis in family.axes]
    return tuple(
        Coordinate(doses=tuple(zip(names, cell, strict=True))) for cell in dict.fromkeys(cells)
    )


def _doses(axis: Axis) -> tuple[float, ...]:
    """The listed levels, and on a dose axis the dose half-way between two on its scale."""
    if axis.kind == "nominal":
        return axis.levels
    between = [
        axis.dose((axis.u(low) + axis.u(high)) / 2) for low, high in itertools.pairwise(axis.levels)
    ]
    if axis.integer:
        between = [float(round(dose)) for dose in between]
    return tuple(sorted({*axis.levels, *between}))
