"""From an experiment's ``[mined.NAME]`` to what is mined."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from falloff.core import UnknownNameError
from falloff.lab.experiments.dig import Dig
from falloff.lab.experiments.tables import Table
from falloff.mining import WHERE

_KEYS = ("student", "families", "where", "count", "budget")


def digs_of(table: Table, teacher: str, families: Collection[str]) -> Mapping[str, Dig]:
    """By name. Raises :class:`falloff.core.UsageError` for one that is off."""
    mined = table.table("mined", {})
    return {name: _dig(name, mined.table(name), teacher, families) for name in mined.values}


def _dig(name: str, table: Table, teacher: str, families: Collection[str]) -> Dig:
    table.known(_KEYS)
    chosen = tuple(table.get("families", "texts"))
    for family in chosen:
        if family not in families:
            raise UnknownNameError(
                f"family in {table.file.name}, [{table.where}]:", family, families
            )
    count, budget = table.get("count", "int"), table.get("budget", "int")
    least = {"count": 1, "budget": 8 * len(chosen)}
    for key, given in (("count", count), ("budget", budget)):
        if given < least[key]:
            raise table.wrong(key, f"at least {least[key]}")
    if not chosen:
        raise table.wrong("families", "some of the experiment's")
    return Dig(
        name=name,
        teacher=teacher,
        student=table.get("student", "str"),
        families=chosen,
        where=table.choice("where", WHERE),
        count=count,
        budget=budget,
    )
