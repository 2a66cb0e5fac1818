"""A suite from a TOML file: families, the part of their boxes that matters, and their weights.

    name = "support"
    version = "2"
    dialect = "chat"

    [families.reasoning_steps]
    version = 1                       # an error if falloff now has another; may be left out
    weight = 2                        # in the headline, within its capability; 1 unless said
    axes.steps = {from = 2, to = 16}  # the listed levels in this range; the first is the centre
    axes.magnitude = [1, 2, 3]        # or levels of one's own
    axes.distractors = false          # left out: always at its centre

Axes that are not named keep all their levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from falloff.core import Axis, UnknownNameError, UsageError, format_dose, missing_extra
from falloff.probes.family import FAMILIES, Family
from falloff.probes.own import load_installed
from falloff.probes.suite import SUITES, Suite
from falloff.toml_file import read_toml

_KEYS = ("name", "version", "dialect", "families")
_FAMILY_KEYS = ("version", "weight", "axes")


def find_suite(name: str) -> Suite:
    """The suite of that name, or in the TOML file of that path; of installed packages too.

    Raises :class:`falloff.core.UsageError` for a name or file that is not there, or a file with
    anything in it that falloff does not know, and :class:`falloff.core.SetupError` for ``gym``
    without its extra.
    """
    if name not in SUITES:
        load_installed()
    if name.endswith(".toml"):
        return read_suite(Path(name))
    if name == "gym" and name not in SUITES:
        raise missing_extra("reasoning-gym", "gym", "The suite gym")
    return SUITES[name]


def read_suite(path: Path) -> Suite:
    """The suite that the file declares. Raises as :func:`find_suite`."""
    where = f"suite file {path}"
    written = read_toml(
        path, where, remedy=f"Give a TOML file, or one of the suites {', '.join(SUITES)}."
    )
    _check_keys(where, written, _KEYS)
    families = written.get("families")
    if not isinstance(families, dict) or not families:
        raise UsageError(f"The {where} names no families.", remedy="Add [families.NAME].")
    dialect = _text(where, written, "dialect", "chat")
    boxes = {name: _located_box(where, name, given, dialect) for name, given in families.items()}
    return Suite(
        name=_text(where, written, "name", path.stem),
        version=_text(where, written, "version", "1"),
        dialect=dialect,
        family_names=tuple(families),
        boxes=boxes,
        weights={name: _weight(where, name, given) for name, given in families.items()},
    )


def _located_box(where: str, name: str, given: Any, dialect: str) -> tuple[Axis, ...]:
    """As :func:`_box`; what an axis or registry complains of is told with its place."""
    try:
        return _box(where, name, given, dialect)
    except UsageError as problem:
        if where in problem.message:
            raise
        place = f"family '{name}' in {where}"
        raise UsageError(f"{problem.message} ({place})", remedy=problem.remedy) from problem


def _box(where: str, name: str, given: Any, dialect: str) -> tuple[Axis, ...]:
    family = FAMILIES[name]
    if not isinstance(given, dict):
        raise UsageError(f"Family '{name}' in {where} is no table.", remedy=f"[families.{name}]")
    _check_keys(f"family {name} in {where}", given, _FAMILY_KEYS)
    family.renderer(dialect)
    _check_version(where, family, given)
    axes = given.get("axes", {})
    if not isinstance(axes, dict):
        raise UsageError(f"The axes of '{name}' in {where} are no table.", remedy="axes.NAME = …")
    _check_keys(f"axes of {name} in {where}", axes, [axis.name for axis in family.axes])
    box = [_axis(where, name, axis, axes.get(axis.name, True)) for axis in family.axes]
    left = tuple(axis for axis in box if axis is not None)
    if not left:
        raise UsageError(
            f"The box of family '{name}' in {where} is empty.", remedy="Leave it at least one axis."
        )
    return left


def _axis(where: str, family: str, axis: Axis, given: Any) -> Axis | None:
    """The axis as the suite wants it; None where it is left out."""
    if given is True:
        return axis
    if given is False:
        return None
    if isinstance(given, dict):
        _check_keys(f"axis {axis.name} of {family} in {where}", given, ("from", "to"))
        low, high = given.get("from", axis.centre), given.get("to", axis.top)
        levels = _numbers(where, family, axis, [low, high])
        levels = [level for level in axis.levels if levels[0] <= level <= levels[1]]
    else:
        levels = _numbers(where, family, axis, given)
    if levels != sorted(set(levels)):
        raise UsageError(
            f"The levels of axis '{axis.name}' of '{family}' in {where} are {given!r}.",
            remedy="Give each once, the centre first, then outward: ascending.",
        )
    if len(levels) < 2:
        raise UsageError(
            f"Axis '{axis.name}' of '{family}' in {where} has fewer than two levels.",
            remedy=f"It has the levels {', '.join(format_dose(x) for x in axis.levels)};"
            " leave it out with false.",
        )
    labels = tuple(axis.labels[axis.levels.index(x)] for x in levels) if axis.labels else ()
    return replace(axis, levels=tuple(levels), labels=labels)


def _numbers(where: str, family: str, axis: Axis, given: Any) -> list[float]:
    numbers = isinstance(given, list) and all(
        isinstance(x, int | float) and not isinstance(x, bool) for x in given
    )
    if not numbers:
        raise UsageError(
            f"Axis '{axis.name}' of '{family}' in {where} is {given!r}.",
            remedy="Give a list of levels, {from = …, to = …}, or false.",
        )
    return [axis.check(float(x)) for x in given]


def _check_version(where: str, family: Family, given: Mapping[str, Any]) -> None:
    wanted = given.get("version", family.version)
    if wanted != family.version:
        raise UsageError(
            f"The {where} wants version {wanted} of family '{family.name}'; this falloff has"
            f" version {family.version}.",
            remedy=f"Results of the two are not comparable: write version = {family.version}, or"
            " install the falloff that has the other.",
        )


def _weight(where: str, name: str, given: Mapping[str, Any]) -> float:
    weight = given.get("weight", 1)
    if not isinstance(weight, int | float) or isinstance(weight, bool) or not weight > 0:
        raise UsageError(
            f"The weight of family '{name}' in {where} is {weight!r}.",
            remedy="Give a number above 0, or leave the family out.",
        )
    return float(weight)


def _text(where: str, written: Mapping[str, Any], key: str, default: str) -> str:
    value = written.get(key, default)
    if not isinstance(value, str) or not value:
        raise UsageError(f"'{key}' in {where} is {value!r}.", remedy="Give a text.")
    return value


def _check_keys(where: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise UnknownNameError(f"entry of {where}:", key, known)
