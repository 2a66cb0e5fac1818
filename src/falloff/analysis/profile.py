"""One model on one family: centre, volumes, curves, edges, steepness."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from falloff.analysis.axis_checks import compounding, monotone
from falloff.analysis.contours import contours
from falloff.analysis.data import FamilyData, Floats
from falloff.analysis.draws import Draws, corrected
from falloff.analysis.estimates import UNDEFINED, AxisCurve, Cell, FamilyProfile, Interval, Status
from falloff.analysis.inference import draw
from falloff.analysis.intervals import HIGH, LOW, edge_interval, interval
from falloff.analysis.repeatability import repeat_draws, repeatability
from falloff.core import Axis, Coordinate, Reason

# Points on a drawn curve.
_POINTS = 41
# Fewer probes than this say nothing about a family.
LEAST_PROBES = 8
# A family with more than this share of unanswered probes is not estimated.
_MOST_ERRORS = 0.1
# Above this a box is too easy for its volume to tell models apart.
_SATURATED = 0.97


def profile_family(data: FamilyData, role: str, *, tau: float) -> FamilyProfile:
    """Everything that one model's own answers say about a family."""
    return profile_from(data, role, own_draws(data, role, tau=tau), tau=tau)


def own_draws(data: FamilyData, role: str, *, tau: float) -> Draws | None:
    """Draws from all that one model has answered; None where that is not enough."""
    enough = status_of(data, role) is Status.OK
    return draw(data, (role,), tau=tau)[role] if enough else None


def profile_from(data: FamilyData, role: str, draws: Draws | None, *, tau: float) -> FamilyProfile:
    """The profile that :func:`own_draws` give."""
    status = status_of(data, role)
    centre = interval(draws.centre) if draws else UNDEFINED
    volume = interval(draws.volume) if draws else UNDEFINED
    if draws and (centre.estimate is None or centre.estimate < tau):
        status = Status.CENTRE_NOT_ESTABLISHED
    elif volume.low is not None and volume.low > _SATURATED:
        status = Status.SATURATED
    held = status is not Status.CENTRE_NOT_ESTABLISHED
    return FamilyProfile(
        family=data.name,
        capability=data.capability,
        status=status,
        chance=data.chance,
        probes=int(data.scored(role).sum()),
        centre=centre,
        volume=volume,
        volume_at=interval(draws.volume_at) if draws else UNDEFINED,
        interaction=interval(draws.regions.rho) if draws else UNDEFINED,
        curves=tuple(
            _curve(data, role, i, axis, draws, tau=tau, held=held)
            for i, axis in enumerate(data.layout.doses)
            if draws
        ),
        cells=cells(data, role),
        reasons=dict(Counter(r for r in data.reasons[role] if r is not None)),
        volume_relative=interval(_relative(data, draws, tau)) if draws else UNDEFINED,
        audit=draws.audit if draws else None,
        repeatability=repeatability([(1.0, repeat_draws(data, role))]),
        weight=data.weight,
        contours=contours(data.layout, draws.regions, tau) if draws else (),
    )


def status_of(data: FamilyData, role: str) -> Status:
    """Whether there are enough answers to estimate from."""
    errors = sum(reason is Reason.ERROR for reason in data.reasons[role])
    if errors > _MOST_ERRORS * len(data.coordinates):
        return Status.ERRORS
    scored = data.scored(role)
    if scored.sum() < LEAST_PROBES or not (scored & data.at_centre).any():
        return Status.TOO_FEW
    return Status.OK


def cells(data: FamilyData, role: str) -> tuple[Cell, ...]:
    """Raw results by coordinate, in the order of the grid."""
    scores: defaultdict[int, list[float]] = defaultdict(list)
    for place, score in zip(data.place_of.tolist(), data.scores[role].tolist(), strict=True):
        if not np.isnan(score):
            scores[place].append(score)
    return tuple(
        Cell(coordinate=data.places[place], n=len(got), score=sum(got))
        for place, got in sorted(scores.items())
    )


def _relative(data: FamilyData, draws: Draws, tau: float) -> Floats:
    """μ of the places that keep τ of the centre's competence."""
    ceiling = np.broadcast_to(1 - draws.regions.lapse, len(draws.volume))
    return np.asarray((draws.competence >= tau * ceiling[:, None]) @ data.mu)


def _curve(
    data: FamilyData, role: str, index: int, axis: Axis, draws: Draws, *, tau: float, held: bool
) -> AxisCurve:
    """Where the centre is not ``held`` nothing falls: no edge, no steepness.

    The curve is then the draws' mean: that of the mean parameters would be far from few answers.
    """
    u = np.linspace(0.0, 1.0, _POINTS)
    places = np.zeros((_POINTS, data.layout.width))
    places[:, index] = u
    lines = draws.regions.competence(places)
    low, high = np.quantile(lines[1:], [LOW, HIGH], axis=0)
    line = lines[0] if held else lines[1:].mean(axis=0)
    edge = steepness = cliff = UNDEFINED
    if held:
        edge = edge_interval(draws.regions.edge(index, tau), axis)
        steepness = _inside(draws, index, interval(draws.regions.steepness(index)), share=0.5)
        cliff = _inside(draws, index, interval(_cliff(draws, index)), share=0.25)
    raw = tuple(c for c in cells(data, role) if _on_axis(c.coordinate, axis, data.axes))
    raw = tuple(sorted(raw, key=lambda cell: cell.coordinate[axis.name]))
    return AxisCurve(
        axis=axis.name,
        doses=tuple(axis.dose(float(x)) for x in u),
        u=tuple(u.tolist()),
        competence=tuple(line.tolist()),
        low=tuple(np.minimum(low, line).tolist()),
        high=tuple(np.maximum(high, line).tolist()),
        cells=raw,
        edge=edge,
        steepness=steepness,
        cliff=cliff,
        monotone=_monotone(raw, data.chance),
        compounding=compounding(axis, raw, data.chance),
    )


def _monotone(raw: tuple[Cell, ...], chance: float) -> tuple[float, ...]:
    rates = corrected(np.array([cell.rate for cell in raw]), chance)
    return tuple(monotone(rates, np.array([float(cell.n) for cell in raw])).tolist())


def _cliff(draws: Draws, index: int) -> Floats:
    """1 − (x_¼ − x_¾)/(x_¼ + x_¾): 1 is a cliff, small is gentle."""
    far = draws.regions.share_of_ceiling(index, 0.25)
    near = draws.regions.share_of_ceiling(index, 0.75)
    return np.asarray(1 - (far - near) / (far + near))


def _inside(draws: Draws, index: int, value: Interval, *, share: float) -> Interval:
    """``value`` if the curve falls to ``share`` of its ceiling inside the box, else undefined."""
    return value if draws.regions.share_of_ceiling(index, share)[0] <= 1 else UNDEFINED


def _on_axis(at: Coordinate, axis: Axis, axes: tuple[Axis, ...]) -> bool:
    return all(at[other.name] == other.centre for other in axes if other.name != axis.name)
