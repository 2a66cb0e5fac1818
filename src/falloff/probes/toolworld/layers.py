"""Small layers between agent and store: notices that come along, and summaries that are stale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from falloff.probes.task import Observation
from falloff.probes.toolworld.office import Layer, Store
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
