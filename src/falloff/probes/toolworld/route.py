"""Errands as programs: a route from record to record, each named by the one before.

A route is laid backwards: first the change at its end, then the records that lead there. Walking
it on a fresh store gives the end state, the values to report, and the least number of calls.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.office import Store
from falloff.probes.toolworld.schema import Value
from falloff.probes.toolworld.services import SERVICES, Field, service_of
from falloff.probes.toolworld.state import Row, Rows, any_value


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One call: ``service``'s record is opened, or, with a ``field``, that is set to ``value``.

    ``link`` is the field of the record before that names this one; empty at the start.
    """

    service: str
    link: str = ""
    field: str = ""
    value: Value = ""

    @property
    def key(self) -> str:
        """The tool that does it."""
        noun = SERVICES[self.service].noun
        return f"set_{noun}_{self.field}" if self.field else f"get_{noun}"

    def arguments(self, record: str) -> dict[str, Value]:
        change = {self.field: self.value} if self.field else {}
        return {SERVICES[self.service].id_key: record, **change}


@dataclass(frozen=True, kw_only=True)
class Route:
    """A stop at each of ``records``. The calls are as many as the stops."""

    records: tuple[str, ...]
    stops: tuple[Stop, ...]

    @property
    def start(self) -> str:
        return self.records[0]

    @property
    def keys(self) -> tuple[str, ...]:
        """The tools needed, each once, in order of use."""
        return tuple(dict.fromkeys(stop.key for stop in self.stops))

    def walk(self, store: Store) -> list[Row]:
        """Run the program: every record as it was given back; changes the store."""
        rows: list[Row] = []
        for stop in self.stops:
            record = rows[-1][stop.link] if stop.link else self.start
            rows.append(as_row(store.call(stop.key, stop.arguments(record))))
        return rows


# By service: where a link to it can be found, and its name; no service links to itself here.
_INTO: dict[str, list[tuple[str, str]]] = {
    name: [
        (service.name, link.name)
        for service in SERVICES.values()
        for link in service.links
        if link.to == name != service.name
    ]
    for name in SERVICES
}


def lay_route(
    rows: Rows, length: int, rng: random.Random, *, last: str = "", change: bool = True
) -> Route:
    """A route of ``length`` stops, its links written into ``rows``; a change at its last stop.

    ``last`` is the service of the last record, drawn if empty. All records on it differ, and no
    other record names them, so that no wrong turn leads back to it.
    """
    service = last or rng.choice(list(SERVICES))
    free = by_service(rows, rng)
    record = free[service].pop()
    records = [record]
    stops = [_change(rows[record], service, rng) if change else Stop(service=service)]
    for _ in range(length - 1):
        before, link = rng.choice([(s, name) for s, name in _INTO[service] if free[s]])
        stops[0] = replace(stops[0], link=link)
        stops.insert(0, Stop(service=before))
        records.insert(0, free[before].pop())
        service = before
    _seclude(rows, records, free, rng)
    for stop, record, following in zip(stops[1:], records, records[1:], strict=False):
        rows[record][stop.link] = following
    return Route(records=tuple(records), stops=tuple(stops))


def _seclude(
    rows: Rows, records: list[str], free: dict[str, list[str]], rng: random.Random
) -> None:
    """Let links to ``records`` name ``free`` records instead."""
    secluded = frozenset(records)
    for record, row in rows.items():
        for link in service_of(record).links:
            if row[link.name] in secluded:
                row[link.name] = rng.choice(free[link.to])


def by_service(rows: Rows, rng: random.Random) -> dict[str, list[str]]:
    """The ids of every service's records, shuffled."""
    free: dict[str, list[str]] = {name: [] for name in SERVICES}
    for record in rows:
        free[service_of(record).name].append(record)
    for records in free.values():
        rng.shuffle(records)
    return free


def _change(row: Row, service: str, rng: random.Random) -> Stop:
    field = rng.choice(SERVICES[service].fields)
    return Stop(service=service, field=field.name, value=new_value(row, field, rng))


def new_value(row: Row, field: Field, rng: random.Random) -> Value:
    """A value for ``field`` that the record does not have yet."""
    while (value := any_value(field, rng)) == row[field.name]:
        pass
    return value


def said_value(field: Field, value: Any) -> str:
    """A value as people say it."""
    match field.kind:
        case "money":
            return f"{value} euros"
        case "hours":
            return "1 hour" if value == 1 else f"{value} hours"
        case "choice":
            return f"'{value}'"
    return str(value)


def read_value(field: Field, text: str) -> Value:
    """The inverse of :func:`said_value`."""
    if field.kind in ("money", "hours"):
        return int(text.split()[0])
    return text.strip("'")
