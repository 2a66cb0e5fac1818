"""Places that transcripts can be filtered by: opaque tokens, so no name reaches a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from falloff.core import Coordinate
from falloff.report.contents import Divergence
from falloff.report.scales import Scale, spoken_name, spoken_place

Scales = Mapping[str, dict[str, Scale]]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One entry of a filter."""

    token: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Group:
    label: str
    options: tuple[Option, ...]


class Places:
    """Tokens of all cells and all doses at which some transcript is shown."""

    def __init__(self, shown: Iterable[Divergence], scales: Scales) -> None:
        shown = tuple(shown)
        self._scales = scales
        cells = {(d.family, d.coordinate.key): d.coordinate for d in shown}
        doses = {(d.family, axis, dose) for d in shown for axis, dose in d.coordinate}
        order = {family: i for i, family in enumerate(dict.fromkeys(d.family for d in shown))}
        self._coordinates = {
            key: cells[key]
            for key in sorted(cells, key=lambda k: (order[k[0]], [v for _, v in cells[k]]))
        }
        self._cells = {key: f"c{i}" for i, key in enumerate(self._coordinates)}
        ordered = sorted(doses, key=lambda d: (order[d[0]], d[1], d[2]))
        self._doses = {dose: f"d{i}" for i, dose in enumerate(ordered)}

    def tokens(self, divergence: Divergence) -> list[str]:
        """The cell of a divergence, and its dose on every axis."""
        at = divergence.coordinate
        doses = [self._doses[divergence.family, axis, dose] for axis, dose in at]
        return [self._cells[divergence.family, at.key], *doses]

    def link(self, family: str, coordinate: Coordinate, seat: int | None = None) -> str:
        """Where the transcripts of a cell are shown; empty where there are none."""
        token = self._cells.get((family, coordinate.key))
        if token is None:
            return ""
        return f"#show:place={token}" + (f",student=m{seat}" if seat else "")

    def spoken(self, family: str, coordinate: Coordinate) -> str:
        return spoken_place(coordinate, self._scales.get(family, {}))

    @property
    def groups(self) -> tuple[Group, ...]:
        """The options of the filter: doses by family and axis, then cells by family."""
        groups: dict[str, list[Option]] = {}
        for (family, axis, dose), token in self._doses.items():
            scale = self._scales.get(family, {}).get(axis)
            label = scale.label(dose) if scale else f"{dose:g}"
            name = f"{spoken_name(family)}: {spoken_name(axis)}"
            option = Option(token=token, label=f"{spoken_name(axis)} {label}")
            groups.setdefault(name, []).append(option)
        for (family, key), token in self._cells.items():
            label = self.spoken(family, self._coordinates[family, key])
            option = Option(token=token, label=label)
            groups.setdefault(f"{spoken_name(family)}: single cells", []).append(option)
        return tuple(Group(label=name, options=tuple(made)) for name, made in groups.items())
