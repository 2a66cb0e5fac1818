"""The scale on which levels are spaced: logarithmic or linear, 0 at the lowest and 1 at the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from falloff.analysis.data import Floats
from falloff.core import UsageError

ScaleName = Literal["log", "linear"]

# Levels that span more than this are doublings rather than steps.
_LOG_FROM = 4.0


@dataclass(frozen=True, kw_only=True)
class LevelScale:
    """z = (x − x_low)/(x_high − x_low); x = level if linear, log₂(offset + level) if log.

    ``offset`` is 0, and 1 where a level is 0.
    """

    name: ScaleName
    offset: float
    low: float
    high: float

    def z(self, level: Floats) -> Floats:
        """Positions of levels: 0 at the lowest of the table, 1 at the highest."""
        ends = self._x(np.array([self.low, self.high]))
        return np.asarray((self._x(np.asarray(level)) - ends[0]) / (ends[1] - ends[0]))

    def level(self, z: float) -> float:
        """The level at a position, the inverse of :meth:`z`, to 12 digits: 4096 stays 4096."""
        low, high = (float(x) for x in self._x(np.array([self.low, self.high])))
        x = low + z * (high - low)
        level = x if self.name == "linear" else 2.0**x - self.offset
        return float(f"{level:.12g}")

    def position(self, level: float) -> float:
        """:meth:`z` of one level."""
        return float(self.z(np.array(level)))

    def z_per_efold(self, level: Floats) -> Floats:
        """dz/d ln level: how far e times the level is, on this scale."""
        low, high = self._x(np.array([self.low, self.high]))
        if self.name == "linear":
            return np.asarray(level / (high - low))
        return np.asarray(level / (self.offset + level) / np.log(2) / (high - low))

    @property
    def words(self) -> str:
        """``log₂(level)``, ``log₂(1 + level)`` or ``level``, as output states it."""
        if self.name == "linear":
            return "level (linear)"
        return "log₂(1 + level)" if self.offset else "log₂(level)"

    def _x(self, level: Floats) -> Floats:
        return level if self.name == "linear" else np.log2(self.offset + level)


def choose_scale(levels: Sequence[float] | Floats, wanted: ScaleName | None = None) -> LevelScale:
    """The scale for these levels: what is ``wanted``, else log where all levels are above 0 and
    span more than a factor of 4, else linear.

    Raises :class:`falloff.core.UsageError` for fewer than two levels, or a log of negative ones.
    """
    low, high = float(np.min(levels)), float(np.max(levels))
    if low == high:
        raise UsageError(
            f"All rows have the same level, {low:g}.",
            remedy="A curve needs at least two levels; check that the level column is the right"
            " one, or name it with --level-column.",
        )
    if wanted == "log" and low < 0:
        raise UsageError(
            f"A log scale has no place for the level {low:g}.", remedy="Use --scale linear."
        )
    automatic: ScaleName = "log" if low > 0 and high > _LOG_FROM * low else "linear"
    name = wanted or automatic
    offset = 1.0 if name == "log" and low == 0 else 0.0
    return LevelScale(name=name, offset=offset, low=low, high=high)
