"""What has been learned so far of one family: all that a design may look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    shape (n,) a role, in [0, 1], NaN where the model could not be asked.
    """

    family: str
    coordinates: tuple[Coordinate, ...]
    shares: tuple[Share, ...]
    scores: Mapping[str, NDArray[np.float64]]

    @property
    def count(self) -> int:
        """The number of probes, n."""
        return len(self.coordinates)

    @classmethod
    def none_yet(cls, family: str, roles: Iterable[str]) -> FamilyEvidence:
        """What is known before the first probe."""
        return cls(
            family=family, coordinates=(), shares=(), scores={role: np.empty(0) for role in roles}
        )
