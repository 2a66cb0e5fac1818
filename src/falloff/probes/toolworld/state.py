"""The state of the office: its records, by id, and what has changed in them.

A record is a flat mapping: its id, its revision (raised by every change), a ticket number, the
service's fields and links.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from falloff.core import child_rng, child_seed
from falloff.probes.toolworld.schema import Value
from falloff.probes.toolworld.services import SERVICES, Field, Service, service_of

Row = dict[str, Any]
Rows = dict[str, Row]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of one record, before and after; None where the record or field is not there."""

    record: str
    field: str
    before: Any
    after: Any


def make_rows(
    rng: random.Random, *, per_service: int = 12, more: Mapping[str, int] | None = None
) -> Rows:
    """Records of every service, their fields and links drawn at random; ``more`` of some."""
    sizes = dict.fromkeys(SERVICES, per_service) | dict(more or {})
    ids = {
        name: [f"{service.prefix}-{n}" for n in rng.sample(range(1000, 10_000), sizes[name])]
        for name, service in SERVICES.items()
    }
    return {
        record: _row(service, record, ids, rng)
        for name, service in SERVICES.items()
        for record in ids[name]
    }


def _row(service: Service, record: str, ids: Mapping[str, list[str]], rng: random.Random) -> Row:
    row: Row = {
        service.id_key: record,
        "revision": _whole(2, 9, rng),
        "ticket": str(_whole(10_000, 100_000, rng)),
    }
    for field in service.fields:
        row[field.name] = any_value(field, rng)
    for link in service.links:
        row[link.name] = pick(ids[link.to], rng)
    return row


def any_value(field: Field, rng: random.Random) -> Value:
    """A value that ``field`` may have."""
    match field.kind:
        case "choice":
            return pick(field.choices, rng)
        case "money":
            return _whole(10, 100, rng) * 10
        case "hours":
            return _whole(1, 9, rng)
    return f"2026-{_whole(1, 13, rng):02}-{_whole(1, 29, rng):02}"


def pick(options: Sequence[str], rng: random.Random) -> str:
    """As ``rng.choice``, in a third of its time: a world takes hundreds."""
    return options[int(rng.random() * len(options))]


def _whole(low: int, high: int, rng: random.Random) -> int:
    """As ``rng.randrange``, in a third of its time."""
    return low + int(rng.random() * (high - low))


def earlier(
    rows: Rows, record: str, seed: int, *, copy: str, avoid: frozenset[str] = frozenset()
) -> Row:
    """``record`` as it stood at some revision before: every link is another, and none to ``avoid``.

    ``copy`` names which earlier version, so that archive, draft and a stale line do not agree.
    """
    rng = child_rng("earlier", seed, record, copy)
    service, row = service_of(record), rows[record]
    old: Row = row | {"revision": max(1, row["revision"] - 1)}
    for field in service.fields:
        old[field.name] = any_value(field, rng)
    for link in service.links:
        start = f"{SERVICES[link.to].prefix}-"
        kept_out = avoid | {row[link.name]}
        others = [r for r in rows if r.startswith(start) and r not in kept_out]
        old[link.name] = pick(others, rng)
    return old


def receipt(seed: int, row: Mapping[str, Any], record: str) -> str:
    """What a change is confirmed with: six digits, fixed by record and revision."""
    return str(100_000 + child_seed("receipt", seed, record, row["revision"]) % 900_000)


def diff(before: Rows, after: Rows) -> tuple[Change, ...]:
    """All that differs between two states, by record and field."""
    changes = []
    for record in sorted({*before, *after}):
        old, new = before.get(record, {}), after.get(record, {})
        if old == new:
            continue
        changes += [
            Change(record=record, field=field, before=old.get(field), after=new.get(field))
            for field in sorted({*old, *new})
            if old.get(field) != new.get(field)
        ]
    return tuple(changes)


def snapshot(rows: Rows) -> Rows:
    """A copy that later changes do not touch."""
    return {record: dict(row) for record, row in rows.items()}
