"""Services that know what items are worth, and the ways in which they fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from falloff.core import child_seed
from falloff.probes.task import Observation

# Kinds of fault, as numbered on the axis of the family fault_chain.
DOWN, BUSY, ASTRAY, NO_WAY = range(4)
ITEMS = "#$%&*+/<>@^_~"
VALUES = 100
ASK = "ask_service"
# The answer where nothing can be done.
FAILED = "FAILED"


def value_of(item: str, seed: int) -> str:
    """Two digits, not to be guessed."""
    return f"{child_seed('desk', seed, item) % VALUES:02}"


@dataclass(kw_only=True)
class Desk:
    """The services; the first ``count`` of ``path`` fail for ``item``, as ``kind`` says.

    ``asked``: how often the first was. ``given``: answers and reports that are earned.
    """

    kind: int
    count: int
    item: str
    services: frozenset[str]
    path: tuple[str, ...]
    seed: int
    asked: int = 0
    given: set[str] = field(default_factory=set)

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        service, item = str(arguments.get("service")), str(arguments.get("item"))
        if tool != ASK:
            return Observation(value=f"there is no tool {tool}", error=True)
        if service not in self.services:
            return Observation(value="there is no such service", error=True)
        if len(item) != 1 or item not in ITEMS:
            return Observation(value="there is no such item", error=True)
        if item != self.item:
            return self._about(item)
        if self.kind == BUSY and service == self.path[0]:
            return self._busy()
        if self.kind != BUSY and service not in self.path[: self.count]:
            return self._about(item)
        if self.kind == ASTRAY:
            place = child_seed("astray", self.seed, service) % (len(ITEMS) - 1)
            return self._about(ITEMS.replace(item, "")[place])
        if self.kind == NO_WAY and service == self.path[-1]:
            self.given.add(FAILED)
        return Observation(value="down", error=True)

    def hear(self, text: str) -> None:
        del text

    def _busy(self) -> Observation:
        """Busy ``count`` times; the backups of a service that is merely busy are down."""
        before = self.count - self.asked
        self.asked += 1
        if before <= 0:
            return self._about(self.item)
        return Observation(value=f"busy, ask again ({before} before you)", error=True)

    def _about(self, item: str) -> Observation:
        value = value_of(item, self.seed)
        if item == self.item:
            self.given.add(value)
        return Observation(value=f"{item}{value}")
