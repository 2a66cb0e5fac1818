"""A world that only talks: one who says what there is to say, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from falloff.probes.task import Observation


@dataclass(kw_only=True)
class Teller:
    """Says the ``lines`` one after the other, whatever is said to it; the last is the question."""

    lines: tuple[str, ...]
    said: int = 0

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        del arguments
        return Observation(value=f"there is no tool {tool}", error=True)

    def hear(self, text: str) -> str | None:
        del text
        if self.said == len(self.lines):
            return None
        self.said += 1
        return self.lines[self.said - 1]
