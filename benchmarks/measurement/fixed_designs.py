"""Designs that no answer changes: scrambled Sobol points, and even grids of the listed levels."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.stats import qmc

from falloff.core import Coordinate, child_seed
from falloff.probes import Family

_SOBOL = 11


def sobol(family: Family, seed: int, count: int) -> tuple[Coordinate, ...]:
    """The first ``count`` ≤ 2048 points; all listed levels of an axis are equally likely."""
    rng = np.random.default_rng(child_seed("sobol", seed))
    points = qmc.Sobol(len(family.axes), scramble=True, rng=rng).random_base2(_SOBOL)[:count]
    return _listed(
        family, [[int(x * len(a.levels)) for x, a in _with_axes(family, p)] for p in points]
    )


def grid(family: Family, seed: int, count: int) -> tuple[Coordinate, ...]:
    """A factorial grid over as many evenly spaced levels an axis as ``count`` pays for.

    What is left after whole passes over the grid goes to cells at random.
    """
    axes = len(family.axes)
    each = max(3, int(count ** (1 / axes) + 1e-9))
    chosen = [_evenly(min(each, len(axis.levels)), len(axis.levels)) for axis in family.axes]
    cells = list(itertools.product(*chosen))
    rng = np.random.default_rng(child_seed("grid", seed, count))
    passes = [rng.permutation(len(cells)) for _ in range(count // len(cells) + 1)]
    return _listed(family, [cells[i] for i in np.concatenate(passes)[:count]])


def levels(family: Family, count: int) -> tuple[Coordinate, ...]:
    """One axis: whole passes over all levels, the rest spread evenly over the axis."""
    many = len(family.axes[0].levels)
    whole, rest = divmod(count, many)
    chosen = [*list(range(many)) * whole, *(_evenly(rest, many) if rest else [])]
    return _listed(family, [[index] for index in chosen])


def _evenly(count: int, of: int) -> list[int]:
    return (
        sorted({round(float(x)) for x in np.linspace(0, of - 1, count)}) if count > 1 else [of // 2]
    )


def _with_axes(family: Family, values):
    return zip(values, family.axes, strict=True)


def _listed(family: Family, cells) -> tuple[Coordinate, ...]:
    return tuple(
        Coordinate(doses=tuple((a.name, a.levels[i]) for i, a in _with_axes(family, cell)))
        for cell in cells
    )
