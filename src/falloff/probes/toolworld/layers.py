"""Small layers: notices that come along, summaries that are stale, transfers that are cut off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from falloff.core import child_seed
from falloff.probes.task import Observation
from falloff.probes.toolworld.office import Layer, Store, refused
from falloff.probes.toolworld.user import User


class Desk:
    """One episode's world: the outermost layer for calls, the user for words, the store beneath."""

    def __init__(self, front: Layer, store: Store, user: User) -> None:
        self.front = front
        self.store = store
        self.user = user

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        return self.front.call(tool, arguments)

    def hear(self, text: str) -> str | None:
        return self.user.hear(text)


class Notices:
    """Lines that come along with results: those of ``lines`` at a record's first result."""

    def __init__(self, inner: Layer, lines: Mapping[str, tuple[str, ...]]) -> None:
        self.inner = inner
        self.lines = dict(lines)

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        result = self.inner.call(tool, arguments)
        record = str(next(iter(arguments.values()), ""))
        if result.error or record not in self.lines:
            return result
        return Observation(value="\n".join([result.value, *self.lines.pop(record)]))


class Stale:
    """Summaries that are out of date: fields of ``false`` by record, in what ``tool`` shows."""

    def __init__(self, inner: Layer, *, tool: str, false: Mapping[str, Mapping[str, Any]]) -> None:
        self.inner = inner
        self.tool = tool
        self.false = false

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        result = self.inner.call(tool, arguments)
        record = str(next(iter(arguments.values()), ""))
        if tool != self.tool or result.error or record not in self.false:
            return result
        return Observation(value=json.dumps(json.loads(result.value) | self.false[record]))


class Cuts:
    """Calls of ``tool`` that are cut off: ``counts[i]`` of them before the i-th that succeeds."""

    def __init__(self, inner: Layer, counts: tuple[int, ...], *, tool: str, seed: int) -> None:
        self.inner = inner
        self.counts = dict(enumerate(counts))
        self.tool = tool
        self.seed = seed
        self.done = self.cut = 0

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        if tool == self.tool and self.counts.get(self.done, 0):
            self.counts[self.done] -= 1
            self.cut += 1
            number = 1000 + child_seed("cut", self.seed, self.cut) % 9000
            return refused(f"{tool} failed and nothing was moved (incident {self.cut}-{number})")
        result = self.inner.call(tool, arguments)
        self.done += tool == self.tool and not result.error
        return result
