"""What is asked: one verifiable item at a coordinate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from falloff.core.axis import Coordinate


@dataclass(frozen=True, kw_only=True)
class Probe:
    """The identity of one item: family, version, coordinate and seed make it, and nothing else."""

    family: str
    version: int
    coordinate: Coordinate
    seed: int

    @cached_property
    def id(self) -> str:
        """Canonical text, unique to the item: the key under which its answers are stored."""
        return f"{self.family}@{self.version}/{self.coordinate.key}/{self.seed:016x}"
