"""From an experiment's TOML to an :class:`Experiment`.

extends = "small"            # a packaged setting or experiment, or a file beside this
families = ["rule_chain", "tool_chain"]
seeds = [1, 2, 3, 4, 5]
teacher = "teacher"          # the model that others are held against

[slices.narrow]              # how far out on axes of either role, or on one by its name
difficulty = {scale = 0.5, top = 6}
shift = {scale = 0.5, top = 2}

[corpora.narrow]
slice = "narrow"
size = 2000

[models.kd-narrow]
recipe = "logit-kd"
start = "base"
teacher = "teacher"
corpus = "narrow"
schedule = "short"

[measure]
box = 112
centre = 60
tail = "narrow"

[hypothesis]
name = "H1"
claim = "…"

[[hypothesis.contrasts]]
name = "narrow data"
measure = "retention"
plus = ["kd-broad"]
minus = ["kd-narrow"]        # or "kd-narrow:rule_chain", of one family
at_least = 0.05
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from falloff.core import UnknownNameError, UsageError
from falloff.lab.experiments.claim_tables import claim_of
from falloff.lab.experiments.dig_tables import digs_of
from falloff.lab.experiments.experiment import Experiment, Measurement, Member
from falloff.lab.experiments.recipe_tables import Parts, recipe_of
from falloff.lab.experiments.tables import Table
from falloff.probes import FAMILIES

_KEYS = (
    "extends", "purpose", "families", "seeds", "teacher",
    "slices", "corpora", "schedules", "shapes", "mined", "models", "measure", "hypothesis",
)  # fmt: skip
_MOST_EXTENSIONS = 8


def packaged() -> Mapping[str, Path]:
    """Experiments and settings that come with the package, by name."""
    folder = Path(str(files("falloff.lab.experiments")))
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}


def read_experiment(which: str, *, setting: str | None = None) -> Experiment:
    """An experiment by its packaged name or as a TOML file.

    ``setting``: extend this one instead of what the file says. Raises
    :class:`falloff.core.UsageError` for a file that is off, with the place and what to write.
    """
    file = _find(which)
    if setting is not None and setting.endswith(".toml"):
        setting = str(_find(setting).absolute())  # beside whoever asks, not beside the experiment
    values, above = _read(file, setting)
    return _experiment(Table(file, "", values), above)


def _find(which: str, beside: Path | None = None) -> Path:
    if which.endswith(".toml"):
        return (beside or Path()) / Path(which).expanduser()
    known = packaged()
    if which not in known:
        raise UnknownNameError("experiment", which, known)
    return known[which]


def _read(file: Path, setting: str | None) -> tuple[dict[str, Any], str]:
    """The file's values laid over those that it extends, and the name of what it extends."""
    values = _toml(file)
    extends = setting or values.get("extends")
    name, seen, place = file.stem if extends is None else str(extends), 0, file
    while extends is not None:
        seen += 1
        if not isinstance(extends, str) or seen > _MOST_EXTENSIONS:
            raise UsageError(
                f"{place.name}: extends is {extends!r:.80}.",
                remedy="Name one packaged setting or a TOML file, and no circle of them.",
            )
        place = _find(extends, place.parent)
        under = _toml(place)
        extends = under.get("extends")
        values = _laid_over(under, values)
    return values, Path(name).stem


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise UsageError(
            f"The experiment '{file}' cannot be read: {problem.strerror}.",
            remedy=f"Give a TOML file, or one of: {', '.join(packaged())}.",
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"'{file}' is no TOML: {problem}.", remedy="Mend it there.") from problem


def _laid_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = _laid_over(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _experiment(table: Table, setting: str) -> Experiment:
    table.known(_KEYS)
    families = tuple(table.get("families", "texts"))
    for family in families:
        if family not in FAMILIES or "micro" not in FAMILIES[family].renderers:
            micro = [name for name in FAMILIES if "micro" in FAMILIES[name].renderers]
            raise UnknownNameError(
                f"family of the micro dialect in {table.file.name}:", family, micro
            )
    seeds = tuple(table.get("seeds", "ints"))
    if not families or not seeds or len(set(seeds)) < len(seeds) or min(seeds) < 1:
        raise table.wrong(
            "seeds" if families else "families", "a list of distinct ones; seeds from 1"
        )
    teacher = table.choice("teacher", table.table("models").values)
    parts = Parts(
        families=families,
        mined=digs_of(table, teacher, families),
        **{name: table.table(name, {}) for name in ("slices", "corpora", "schedules", "shapes")},
    )
    members = _members(table.table("models"), teacher, parts)
    return Experiment(
        name=table.file.stem,
        setting=setting,
        purpose=table.get("purpose", "str", ""),
        families=families,
        seeds=seeds,
        teacher=teacher,
        members=members,
        measurement=_measurement(table.table("measure"), parts),
        claim=claim_of(table, members, families),
    )


def _measurement(table: Table, parts: Parts) -> Measurement:
    table.known(("box", "centre", "tail"))
    tail = parts.corpus(table.choice("tail", parts.corpora.values))
    if tail(0).size is None:
        raise table.wrong("tail", "a corpus with a size, since near is what it holds")
    for key in ("box", "centre"):
        if table.get(key, "int") < 1:
            raise table.wrong(key, "at least 1")
    return Measurement(box=table.get("box", "int"), centre=table.get("centre", "int"), tail=tail)


def _members(models: Table, teacher: str, parts: Parts) -> dict[str, Member]:
    """In an order in which each comes after those that it needs."""
    made = {name: _member(name, models.table(name), teacher, parts) for name in models.values}
    for name, member in made.items():
        for needed in (*sorted(member.needs), member.against):
            if needed not in made:
                raise UnknownNameError(f"model of '{name}' in {models.file.name}:", needed, made)
            if member.once and needed in member.needs and not made[needed].once:
                raise UsageError(
                    f"{models.file.name}: '{name}' is grown once, but needs '{needed}', which is"
                    " grown for every seed.",
                    remedy=f"Say once = true of both, or of neither '{name}'.",
                )
    ordered: dict[str, Member] = {}
    while len(ordered) < len(made):
        ready = [n for n in made if n not in ordered and made[n].needs <= ordered.keys()]
        if not ready:
            left = ", ".join(n for n in made if n not in ordered)
            raise UsageError(
                f"{models.file.name}: {left} need one another.", remedy="Break the circle."
            )
        ordered |= {name: made[name] for name in ready}
    return ordered


def _member(name: str, table: Table, teacher: str, parts: Parts) -> Member:
    return Member(
        name=name,
        kind=table.get("recipe", "str"),
        recipe=recipe_of(name, table, parts),
        once=table.get("once", "bool", False),
        against=table.get("against", "str", teacher),
        dig=parts.mined[table.get("extra", "str")] if "extra" in table.values else None,
    )
