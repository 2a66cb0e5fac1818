"""The figures of a region: a heat map over a pair of axes, with the contours at τ over it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from falloff.analysis.estimates import Contour, FamilyProfile
from falloff.report.charts import HeatMap, Rim
from falloff.report.family_figures import competence
from falloff.report.lineup import Entry, Panel
from falloff.report.numerals import percent
from falloff.report.scales import Scale, spoken_name

Totals = dict[tuple[int, int], tuple[float, int]]
Spots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class HeatPair:
    """The heat maps of one pair of axes, one a student, with the numbers of their seats.

    ``noted``: whether cells also have the teacher's results. ``rims``: whether there are contours.
    """

    x: Scale
    y: Scale
    pooled: tuple[str, ...]
    maps: tuple[tuple[int, HeatMap], ...]
    noted: bool
    rims: bool


def heat_pairs(panel: Panel, scales: dict[str, Scale]) -> tuple[HeatPair, ...]:
    """For each pair of axes the raw results of every student beside its teacher's, others pooled.

    Over them the contours of both. Of one model alone, its own.
    """
    teacher, *students = panel.claimants
    return tuple(
        HeatPair(
            x=x,
            y=y,
            pooled=tuple(scale.name for scale in scales.values() if scale not in (x, y)),
            maps=tuple(
                (entry.seat.number, _map(entry, teacher if students else None, x, y))
                for entry in (students or [teacher])
            ),
            noted=bool(students),
            rims=any(_contour(entry.profile, x, y) for entry in panel.claimants),
        )
        for x, y in combinations(scales.values(), 2)
    )


def _map(entry: Entry, teacher: Entry | None, x: Scale, y: Scale) -> HeatMap:
    values = _values(entry.profile, x, y)
    beside = _values(teacher.profile, x, y) if teacher else {}
    drawn = [entry] if teacher is None else [teacher, entry]
    rims = [(one, _rim(one, x, y)) for one in drawn]
    family = spoken_name(entry.profile.family)
    over = f" over {teacher.seat.name}" if teacher else ""
    return HeatMap(
        title=f"{entry.seat.name}{over}: {x.name} by {y.name} in {family}",
        description=" ".join(
            [_in_words(values, x, y), *(_rim_in_words(one, x, y) for one in drawn)]
        ).strip(),
        x_label=x.name,
        y_label=y.name,
        columns=tuple(x.label(level) for level in x.levels),
        rows=tuple(y.label(level) for level in y.levels),
        values=values,
        notes={
            place: f"T {percent(value).removesuffix(' %')}" for place, (value, _) in beside.items()
        },
        rims=tuple(rim for _, rim in rims if rim),
    )


def _values(profile: FamilyProfile, x: Scale, y: Scale) -> Totals:
    """Competence and the number of answers by column and row."""
    totals: Totals = {}
    for cell in profile.cells:
        place = (x.nearest(cell.coordinate[x.axis]), y.nearest(cell.coordinate[y.axis]))
        score, n = totals.get(place, (0.0, 0))
        totals[place] = (score + cell.score, n + cell.n)
    chance = profile.chance
    return {place: (competence(score / n, chance), n) for place, (score, n) in totals.items() if n}


def _contour(profile: FamilyProfile, x: Scale, y: Scale) -> Contour | None:
    return next((c for c in profile.contours if (c.x, c.y) == (x.axis, y.axis)), None)


def _rim(entry: Entry, x: Scale, y: Scale) -> Rim | None:
    contour = _contour(entry.profile, x, y)
    if contour is None:
        return None
    line = _line(contour.u, contour.value, x, y)
    if not line:
        return None
    low, high = _line(contour.u, contour.low, x, y), _line(contour.u, contour.high, x, y)
    band = (*(high or _roof(x, y)), *reversed(low or _corner()))
    return Rim(number=entry.seat.number, name=entry.seat.name, points=line, band=band)


def _line(us: tuple[float, ...], values: tuple[float, ...], x: Scale, y: Scale) -> Spots:
    """A contour in columns and rows, from where it enters the map to where it leaves it.

    Empty where it does not cross the map: all of it is held, or none.
    """
    right, top = len(x.levels) - 0.5, len(y.levels) - 0.5
    inside = [i for i, value in enumerate(values) if value <= 1]
    if not inside or values[0] <= 0:
        return ()
    first = inside[0]
    drawn = [
        (x.rank(u), y.rank(v)) for u, v in zip(us[first:], values[first:], strict=True) if v > 0
    ]
    start = (-0.5, drawn[0][1] if drawn else -0.5) if first == 0 else (x.rank(us[first]), top)
    ended = first + len(drawn) < len(us)
    end = (x.rank(us[first + len(drawn)]), -0.5) if ended else (right, drawn[-1][1])
    return (start, *drawn, end)


def _roof(x: Scale, y: Scale) -> Spots:
    """The upper right corner of the map: a contour that lies beyond it."""
    right, top = len(x.levels) - 0.5, len(y.levels) - 0.5
    return ((-0.5, top), (right, top), (right, -0.5))


def _corner() -> Spots:
    """The lower left corner of the map: a contour of nothing."""
    return ((-0.5, -0.5),)


def _rim_in_words(entry: Entry, x: Scale, y: Scale) -> str:
    """How far it holds τ on x, with y least and with y most."""
    contour = _contour(entry.profile, x, y)
    if contour is None:
        return ""
    name = entry.seat.name
    if all(value > 1 for value in contour.value):
        return f"{name} holds τ on the whole map."
    if contour.value[0] <= 0:
        return f"{name} holds τ nowhere."
    least, most = (_reach(contour, x, at) for at in (0.0, 1.0))
    return f"{name} holds τ {least} at the least {y.name}, {most} at the most."


def _reach(contour: Contour, x: Scale, at: float) -> str:
    """The last level of x at which the contour lies above ``at`` on y."""
    held = [u for u, value in zip(contour.u, contour.value, strict=True) if value > at]
    levels = [level for level in x.levels if held and x.u(level) <= held[-1] + 1e-9]
    return f"up to {x.name} {x.label(levels[-1])}" if levels else f"at no {x.name}"


def _in_words(values: Totals, x: Scale, y: Scale) -> str:
    """The mean over the four corners' quarters says more aloud than every cell would."""
    half_x, half_y = len(x.levels) / 2, len(y.levels) / 2
    quarters: dict[tuple[bool, bool], list[float]] = {}
    for (column, row), (value, n) in values.items():
        quarters.setdefault((column >= half_x, row >= half_y), []).extend([value] * n)
    said = [
        f"{'high' if right else 'low'} {x.name}, {'high' if upper else 'low'} {y.name}:"
        f" {percent(sum(seen) / len(seen))}"
        for (right, upper), seen in sorted(quarters.items())
    ]
    return f"Mean competence, {'; '.join(said)}." if said else "Nothing was asked."
