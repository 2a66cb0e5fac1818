"""Axes, the ways outward, and coordinates, the places on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from falloff.core.errors import UnknownNameError, UsageError

Kind = Literal["dose", "nominal"]
Role = Literal["difficulty", "shift"]
Scale = Literal["log2", "linear"]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A named way outward from the centre.

    ``levels`` is the default grid of doses in ``unit``, ascending: the first is the centre, the
    last the top of the box. A *dose* axis is ordered; a *nominal* one only names its levels
    (``labels``, doses 0, 1, …) and has neither edge nor steepness. *Difficulty* is the same task,
    more of it; *shift* leads away from what models are trained on.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    description: str
    kind: Kind = "dose"
    role: Role = "difficulty"
    scale: Scale = "log2"
    labels: tuple[str, ...] = ()
    integer: bool = True

    def __post_init__(self) -> None:
        if len(self.levels) < 2 or list(self.levels) != sorted(set(self.levels)):
            raise UsageError(
                f"Axis '{self.name}' has the levels {self.levels}.",
                remedy="Give at least two, ascending and distinct.",
            )
        if self.kind == "nominal" and len(self.labels) != len(self.levels):
            raise UsageError(
                f"Nominal axis '{self.name}' has {len(self.levels)} levels"
                f" and {len(self.labels)} labels.",
                remedy="Give one label a level.",
            )

    @property
    def centre(self) -> float:
        return self.levels[0]

    @property
    def top(self) -> float:
        return self.levels[-1]

    def u(self, dose: float) -> float:
        """Position of a dose on the axis' scale: 0 at the centre, 1 at the top of the box.

        log2 scale: u = log₂((1 + dose)/(1 + centre)) / log₂((1 + top)/(1 + centre)).
        """
        if self.scale == "linear":
            return (dose - self.centre) / (self.top - self.centre)
        return math.log2((1 + dose) / (1 + self.centre)) / self._octaves

    def dose(self, u: float) -> float:
        """The dose at position ``u``, the inverse of :meth:`u`."""
        if self.scale == "linear":
            return self.centre + u * (self.top - self.centre)
        return float((1 + self.centre) * 2.0 ** (u * self._octaves) - 1)

    def check(self, dose: float) -> float:
        """``dose`` if the axis has it; a :class:`UsageError` naming the range otherwise."""
        whole = not self.integer or float(dose).is_integer()
        named = self.kind == "dose" or dose in self.levels
        if math.isfinite(dose) and self.centre <= dose <= self.top and whole and named:
            return dose
        raise UsageError(
            f"Axis '{self.name}' has no dose {format_dose(dose)}.",
            remedy=f"Give {'a whole number' if self.integer else 'a number'} from"
            f" {format_dose(self.centre)} to {format_dose(self.top)} ({self.unit}).",
        )

    @property
    def _octaves(self) -> float:
        return math.log2((1 + self.top) / (1 + self.centre))


@dataclass(frozen=True, kw_only=True)
class Coordinate:
    """One dose per axis of a family, in the family's order of axes."""

    doses: tuple[tuple[str, float], ...]

    def __getitem__(self, axis: str) -> float:
        return dict(self.doses)[axis]

    def __iter__(self) -> Iterator[tuple[str, float]]:
        return iter(self.doses)

    @cached_property
    def key(self) -> str:
        """Canonical text, ``"steps=3,distractors=0"``: part of a probe's identity."""
        return ",".join(f"{axis}={format_dose(dose)}" for axis, dose in self.doses)

    @classmethod
    def at(cls, axes: tuple[Axis, ...], doses: Mapping[str, float]) -> Coordinate:
        """A coordinate from some doses, the other axes at their centre. Checks every dose."""
        by_name = {axis.name: axis for axis in axes}
        for name in doses:
            if name not in by_name:
                raise UnknownNameError("axis", name, by_name)
        return cls(doses=tuple((a.name, a.check(doses.get(a.name, a.centre))) for a in axes))

    @classmethod
    def parse(cls, axes: tuple[Axis, ...], text: str) -> Coordinate:
        """A coordinate from ``"steps=3,distractors=2"``; an empty text is the centre."""
        doses: dict[str, float] = {}
        for part in filter(None, (p.strip() for p in text.split(","))):
            name, equals, value = part.partition("=")
            try:
                doses[name.strip()] = float(value)
            except ValueError:
                equals = ""
            if not equals:
                raise UsageError(
                    f"'{part}' is not a dose.", remedy="Write axis=dose, for example steps=3."
                )
        return cls.at(axes, doses)


def format_dose(dose: float) -> str:
    """A dose as people write it: ``3`` rather than ``3.0``."""
    return str(int(dose)) if float(dose).is_integer() else repr(float(dose))
