"""Where doses stand on an axis: positions, levels and labels, declared or read off the results."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from falloff.analysis.estimates import AxisCurve, FamilyProfile
from falloff.core import Axis, Coordinate
from falloff.report.numerals import dose_label
from falloff.report.visible import one_line

# More levels than this cannot be told apart in a heat map.
_MOST_LEVELS = 12


@dataclass(frozen=True, kw_only=True)
class Scale:
    """One axis as it is drawn. ``levels`` are the doses that get a tick; ``u`` places any dose."""

    axis: str
    levels: tuple[float, ...]
    u: Callable[[float], float]
    unit: str = ""
    role: str = ""
    description: str = ""
    labels: dict[float, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return spoken_name(self.axis)

    def label(self, dose: float) -> str:
        return self.labels.get(dose) or dose_label(dose)

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        return tuple(zip(self._places, map(self.label, self.levels), strict=True))

    @cached_property
    def _places(self) -> tuple[float, ...]:
        return tuple(self.u(level) for level in self.levels)

    def rank(self, u: float) -> float:
        """A position as a number of levels from the first, straight between two levels."""
        return _interpolate(u, self._places, tuple(map(float, range(len(self._places)))))

    def nearest(self, dose: float) -> int:
        """Index of the level that is nearest to ``dose`` in u."""
        here = self.u(dose)
        gaps = [abs(place - here) for place in self._places]
        return gaps.index(min(gaps))


def family_scales(
    profiles: Iterable[FamilyProfile], axes: tuple[Axis, ...] = ()
) -> dict[str, Scale]:
    """The scales of a family by axis: from its declared axes, else from curves and cells."""
    if axes:
        return {axis.name: _declared(axis) for axis in axes}
    profiles = tuple(profiles)
    doses: dict[str, set[float]] = {}
    for cell in (cell for profile in profiles for cell in profile.cells):
        for axis, dose in cell.coordinate:
            doses.setdefault(axis, set()).add(dose)
    curves = {curve.axis: curve for profile in profiles for curve in profile.curves}
    for name, curve in curves.items():
        doses.setdefault(name, set()).update(curve.doses[:1] + curve.doses[-1:])
    return {name: _observed(name, sorted(seen), curves.get(name)) for name, seen in doses.items()}


def spoken_place(coordinate: Coordinate, scales: dict[str, Scale]) -> str:
    """``steps 8 · distractors 2``."""
    return " · ".join(
        f"{spoken_name(axis)} {scales[axis].label(dose) if axis in scales else dose_label(dose)}"
        for axis, dose in coordinate
    )


def spoken_name(name: str) -> str:
    """An identifier as words: ``tool_set_size`` is "tool set size"."""
    return one_line(name.replace("_", " "), limit=40)


def spoken_axis(family: str, axis: str) -> str:
    """``tool chain · chain``; a stressor's family and axis have one name, said once."""
    return " · ".join(dict.fromkeys((spoken_name(family), spoken_name(axis))))


def _declared(axis: Axis) -> Scale:
    nominal = axis.kind == "nominal"
    ranks = {level: i / (len(axis.levels) - 1) for i, level in enumerate(axis.levels)}
    return Scale(
        axis=axis.name,
        levels=axis.levels,
        u=(lambda dose: ranks.get(dose, 0.0)) if nominal else axis.u,
        unit=one_line(axis.unit),
        role=axis.role,
        description=one_line(axis.description, limit=200),
        labels=dict(zip(axis.levels, map(one_line, axis.labels), strict=False)),
    )


def _observed(name: str, doses: list[float], curve: AxisCurve | None) -> Scale:
    """The scale of an axis that nobody declared: u from the curve's own points, else by rank."""
    if curve is not None and curve.doses:
        knots, positions = curve.doses, curve.u
    else:
        knots = tuple(doses)
        positions = tuple(i / max(len(doses) - 1, 1) for i in range(len(doses)))

    def place(dose: float) -> float:
        return _interpolate(dose, knots, positions)

    return Scale(axis=name, levels=_thinned(doses, place), u=place)


def _interpolate(x: float, knots: tuple[float, ...], values: tuple[float, ...]) -> float:
    right = bisect_left(knots, x)
    if right == 0:
        return values[0]
    if right == len(knots):
        return values[-1]
    left = right - 1
    share = (x - knots[left]) / (knots[right] - knots[left])
    return values[left] + share * (values[right] - values[left])


def _thinned(doses: list[float], u: Callable[[float], float]) -> tuple[float, ...]:
    """At most so many levels as can be drawn: those nearest to evenly spaced positions."""
    if len(doses) <= _MOST_LEVELS:
        return tuple(doses)
    wanted = [i / (_MOST_LEVELS - 1) for i in range(_MOST_LEVELS)]
    return tuple(sorted({min(doses, key=lambda dose: abs(u(dose) - at)) for at in wanted}))
