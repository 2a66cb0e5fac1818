"""What is asked: one verifiable item at a coordinate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from falloff.core.axis import Coordinate
from falloff.core.errors import UsageError

_ID = re.compile(r"(\w+)@(\d+)/((?:\w+=[0-9.]+,?)*)/([0-9a-f]{16})")


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

    @classmethod
    def parse(cls, text: str) -> Probe:
        """The probe of that :attr:`id`. Raises :class:`UsageError` if it is none.

        Whether there is such a family, with such axes and doses, is for others to check.
        """
        found = _ID.fullmatch(text)
        if not found:
            raise UsageError(
                f"'{text}' is no probe.",
                remedy="Give it as reports and exports do: family@version/axis=dose,…/seed.",
            )
        name, version, key, seed = found.groups()
        doses = (part.split("=") for part in key.split(",") if part)
        try:
            coordinate = Coordinate(doses=tuple((axis, float(dose)) for axis, dose in doses))
        except ValueError as problem:
            raise UsageError(
                f"'{text}' has a dose that is no number.", remedy="Write axis=dose."
            ) from problem
        return cls(family=name, version=int(version), coordinate=coordinate, seed=int(seed, 16))
