"""The seam behind which every design stands: how many probes a family gets, and where they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from falloff.core import Coordinate
from falloff.probes import Family
from falloff.sampling.evidence import FamilyEvidence, Share


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where one probe goes, and why."""

    coordinate: Coordinate
    share: Share


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A headline as a design believes it so far: retention, or the volume of one model alone.

    ± ``half_width`` at 90 %. Not an estimate: the audit and the pairing are left out.
    """

    value: float
    half_width: float

    @property
    def span(self) -> tuple[float, float, float]:
        """Value, low and high; no share is below 0."""
        return self.value, max(self.value - self.half_width, 0.0), self.value + self.half_width


class Design(Protocol):
    """Decides where to ask next.

    A run is reproducible however answers arrive, because a batch may depend on nothing but the
    seed and the complete earlier batches of its own family, and because budget moves between
    families only in ``allocate``, when every batch of the round is complete. What has once been
    placed stands: a run that goes on is never placed anew, whatever its budget.
    """

    def describe(self) -> dict[str, Any]:
        """All that decides its placements, as JSON, except seed and budget. For the manifest."""
        ...

    def allocate(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, int]:
        """Probes for each family in the next round; empty when the design is done.

        ``evidence`` has every family of the run, by name. Raises
        :class:`falloff.core.UsageError` if the budget is too small.
        """
        ...

    def headline(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, Guess]:
        """For progress, by role of each student (or of the one model); empty without beliefs."""
        ...

    def place(self, family: Family, count: int, evidence: FamilyEvidence) -> tuple[Placement, ...]:
        """The next batch of the family: at least one placement and at most ``count``.

        If there are fewer than ``count``, the rest is asked for once the batch is complete.
        """
        ...
