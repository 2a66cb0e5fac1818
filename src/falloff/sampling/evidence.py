"""What has been learned so far of one family: all that a design may look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from falloff.core import Coordinate

# Why a probe stands where it stands: at the centre, out along one axis, where it promises to teach
# most, or drawn from the box under μ. Only the last is an unbiased sample of the box.
Share = Literal["centre", "axis", "look", "box"]


@dataclass(frozen=True, kw_only=True)
class FamilyEvidence:
    """Probes of one family in canonical order, with the scores of every model.

    ``coordinates`` and ``shares`` have one entry a probe, n in all. ``scores`` has one array of
    shape (n,) a role, in [0, 1], NaN where the model could not be asked. ``calls`` likewise has the
    calls that each answer took; a role may be missing where they are not known.
    """

    family: str
    coordinates: tuple[Coordinate, ...]
    shares: tuple[Share, ...]
    scores: Mapping[str, NDArray[np.float64]]
    calls: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of probes, n."""
        return len(self.coordinates)

    @property
    def all_calls(self) -> NDArray[np.float64]:
        """(n,) the calls that each probe took of all models together, NaN where not known."""
        if any(role not in self.calls for role in self.scores):
            return np.full(self.count, np.nan)
        return np.asarray(sum(self.calls[role] for role in self.scores), dtype=np.float64)

    def first(self, count: int) -> FamilyEvidence:
        """The evidence of the first ``count`` probes."""
        return FamilyEvidence(
            family=self.family,
            coordinates=self.coordinates[:count],
            shares=self.shares[:count],
            scores={role: scores[:count] for role, scores in self.scores.items()},
            calls={role: calls[:count] for role, calls in self.calls.items()},
        )

    def is_start_of(self, other: FamilyEvidence) -> bool:
        """Whether ``other`` has the same probes with the same results, and perhaps more."""
        start = other.first(self.count)
        return (
            (start.coordinates, start.shares) == (self.coordinates, self.shares)
            and _equal(start.scores, self.scores)
            and _equal(start.calls, self.calls)
        )

    @classmethod
    def none_yet(cls, family: str, roles: Iterable[str]) -> FamilyEvidence:
        """What is known before the first probe."""
        nothing = {role: np.empty(0) for role in roles}
        return cls(family=family, coordinates=(), shares=(), scores=nothing, calls=nothing)


def _equal(
    one: Mapping[str, NDArray[np.float64]], other: Mapping[str, NDArray[np.float64]]
) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(values, other[role], equal_nan=True) for role, values in one.items()
    )
