"""How coordinates become the columns that a region reads.

    [u₁ … u_k, z₁ … z_m]

u: positions on the k dose axes' scales, 0 at the centre. z: one column for each label beyond the
first of every nominal axis, 1 where the coordinate has that label. Labels have no order, so no
position; the centre is all zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from falloff.core import Axis, Coordinate


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The columns of a family with these axes."""

    axes: tuple[Axis, ...]

    @cached_property
    def doses(self) -> tuple[Axis, ...]:
        """The dose axes, in the order of their columns."""
        return tuple(axis for axis in self.axes if axis.kind == "dose")

    @cached_property
    def labels(self) -> int:
        """m, the number of label columns."""
        return sum(len(axis.levels) - 1 for axis in self.axes if axis.kind == "nominal")

    @property
    def width(self) -> int:
        """k + m."""
        return len(self.doses) + self.labels

    def columns(self, coordinates: Sequence[Coordinate]) -> NDArray[np.float64]:
        """[n, k + m] of n coordinates in the family's order of axes."""
        rows = [self._row(at) for at in coordinates]
        return np.array(rows, dtype=np.float64).reshape(len(rows), self.width)

    def _row(self, at: Coordinate) -> list[float]:
        positions: list[float] = []
        cells: list[float] = []
        for axis, (_, dose) in zip(self.axes, at, strict=True):
            if axis.kind == "dose":
                positions.append(axis.u(dose))
            else:
                cells.extend(float(dose == level) for level in axis.levels[1:])
        return positions + cells
