"""The fault layer: calls that fail, say so or not, for once or for good, and the ways around.

A fault strikes one tool on one record. Every tool can be had over nine lines: its own, and eight
backups (tools that name the tool they stand in for). Faults that pass strike the first attempts on
the tool's own line; faults that stay strike the own line and the first backups. What a silent fault
gives looks like a result; ``audit_record``, which never fails, shows that it is none.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from falloff.core import child_seed
from falloff.probes.task import Observation
from falloff.probes.toolworld.office import TOOLS, Layer, Store, refused, shown
from falloff.probes.toolworld.schema import Param, Tool
from falloff.probes.toolworld.services import service_of
from falloff.probes.toolworld.state import receipt

FaultKind = Literal["refuses_once", "refuses", "deceives_once", "deceives", "closed"]
KINDS: tuple[FaultKind, ...] = ("refuses_once", "refuses", "deceives_once", "deceives", "closed")
LABELS = (
    "explicit transient",
    "explicit permanent, with an alternative",
    "implicit transient",
    "implicit permanent",
    "no way left: failure must be reported",
)
BACKUPS = 8
# How the messages begin by which an agent can tell the three explicit faults apart.
BUSY = "busy just now, try again"
NOT_HERE = "cannot serve this record on this line today; another line may"
CLOSED = "this record is closed on all lines today, nothing can be done with it"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``count`` faults of one kind in a row. ``tool`` and ``record`` say which call is struck."""

    tool: str
    record: str
    kind: FaultKind
    count: int


def spread(
    calls: list[tuple[str, str]], kind: FaultKind, count: int, rng: random.Random
) -> tuple[Fault, ...]:
    """``count`` faults over (tool, record) ``calls``, as evenly as can be; in the calls' order.

    Of the kind ``closed`` the last call struck is closed, those before it fail in passing.
    """
    each, rest = divmod(count, len(calls))
    more = set(rng.sample(range(len(calls)), rest))
    counts = [each + (i in more) for i in range(len(calls))]
    last = max((i for i, n in enumerate(counts) if n), default=-1)
    passing: FaultKind = "refuses_once" if kind == "closed" else kind
    return tuple(
        Fault(tool=tool, record=record, kind=kind if i == last else passing, count=counts[i])
        for i, (tool, record) in enumerate(calls)
        if counts[i]
    )


def backup_tools(tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    """The eight backup lines, each of which can do whatever ``tools`` do."""
    params = (
        Param(
            key="tool",
            kind="choice",
            about="the tool to stand in for",
            choices=tuple(sorted(tool.key for tool in tools)),
        ),
        Param(key="record_id", kind="id", about="id of the record"),
        Param(key="value", kind="text", about="for a change, the new value", required=False),
    )
    return tuple(
        Tool(
            key=f"backup_{line}",
            about=f"Backup line {line}: does what another tool does, over another line.",
            params=params,
        )
        for line in range(1, BACKUPS + 1)
    )


class Faults:
    """The layer that strikes the calls of ``plan``, and serves the backup lines."""

    def __init__(self, inner: Layer, store: Store, plan: tuple[Fault, ...]) -> None:
        self.inner = inner
        self.store = store
        self.plan = {(fault.tool, fault.record): fault for fault in plan}
        self.attempts: Counter[tuple[str, str]] = Counter()
        self._incidents = 0

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        line = 0
        if tool.startswith("backup_"):
            line = int(tool.removeprefix("backup_"))
            tool, arguments = _stood_in_for(arguments)
        record = str(next(iter(arguments.values()), ""))
        fault = self.plan.get((tool, record))
        sound = TOOLS[tool].decode(arguments) if tool in TOOLS else ""
        if fault is None or isinstance(sound, str) or not self._strikes(fault, line):
            return self.inner.call(tool, arguments)
        match fault.kind:
            case "refuses_once":
                return self._refused(BUSY)
            case "refuses":
                return self._refused(NOT_HERE)
            case "closed":
                return self._refused(CLOSED)
        return self._deceived(tool, record, sound)

    def _strikes(self, fault: Fault, line: int) -> bool:
        if fault.kind == "closed":
            return True
        if fault.kind in ("refuses", "deceives"):
            return line < fault.count
        key = (fault.tool, fault.record)
        self.attempts[key] += line == 0
        return line == 0 and self.attempts[key] <= fault.count

    def _refused(self, why: str) -> Observation:
        """Each refusal has its own incident number, so that trying again is no loop."""
        self._incidents += 1
        number = 1000 + child_seed("incident", self.store.seed, self._incidents) % 9000
        return refused(f"{why} (incident {self._incidents}-{number})")

    def _deceived(self, tool: str, record: str, meant: Mapping[str, Any]) -> Observation:
        """What looks like a result: an old revision, another record, or a change not made."""
        if tool.startswith("set_"):
            (_, (field, value)) = meant.items()
            row = self.store.rows[record]
            claimed = row | {field: value, "revision": row["revision"] + 1}
            return shown(claimed | {"receipt": receipt(self.store.seed + 1, claimed, record)})
        others = _unlike(record, self.store)
        if not others or child_seed("deceived", self.store.seed, record) % 2:
            return shown(self.store.earlier(record, copy="line"))
        other = others[child_seed("mistaken", self.store.seed, record) % len(others)]
        return self.inner.call(tool, {service_of(record).id_key: other})


def _unlike(record: str, store: Store) -> list[str]:
    """Records of the same service off the errand that name no record which ``record`` names."""
    service, true = service_of(record), store.rows[record]
    return [
        other
        for other, row in store.rows.items()
        if service.id_key in row
        and other not in store.secluded
        and all(row[link.name] != true[link.name] for link in service.links)
    ]


def _stood_in_for(arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The call that one over a backup line asks for; its value as text may be a number."""
    tool = str(arguments["tool"])
    keys = [param.key for param in TOOLS[tool].params]
    values: list[Any] = [arguments["record_id"]]
    if "value" in arguments:
        kind = TOOLS[tool].params[-1].kind
        text = str(arguments["value"]).strip()
        number = kind in ("money", "hours", "count") and text.isascii() and text.isdigit()
        values.append(int(text[:9]) if number else text)
    return tool, dict(zip(keys, values, strict=False))


def why_refused(observation: Observation) -> str:
    """Which explicit fault a refusal speaks of; empty where it speaks of none."""
    said = [why for why in (BUSY, NOT_HERE, CLOSED) if observation.value.startswith(why)]
    return said[0] if observation.error and said else ""


def as_row(observation: Observation) -> dict[str, Any]:
    """The record that a result shows."""
    row: dict[str, Any] = json.loads(observation.value.splitlines()[0])
    return row
