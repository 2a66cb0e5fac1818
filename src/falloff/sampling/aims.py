"""What a run is for: the volume, which is the headline, or the edges alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from falloff.core import UnknownNameError
from falloff.sampling.evidence import Share


@dataclass(frozen=True, kw_only=True)
class Aim:
    """``pattern``: what each of 16 probes is for. The numbers weigh the targets of the looks, each
    as a share of its own present variance; all edges together weigh ``edges``."""

    name: str
    pattern: tuple[Share, ...]
    volume: float
    volume_at: float
    edges: float

    def describe(self) -> dict[str, Any]:
        """For the manifest: nothing of the first aim there was, so that its runs go on."""
        return {} if self == VOLUME else {"aim": self.name}


VOLUME = Aim(
    name="volume",
    pattern=(
        "box", "centre", "look", "look", "box", "look", "look", "box",
        "look", "centre", "box", "box", "box", "look", "box", "box",
    ),
    volume=1.0,
    volume_at=0.5,
    edges=0.5,
)  # fmt: skip
# One probe at the centre, which an edge needs to be one, and one in the box, so that a form that
# does not fit may show.
EDGES = Aim(
    name="edges",
    pattern=(
        "look", "centre", "look", "look", "look", "look", "look", "box",
        "look", "look", "look", "look", "look", "look", "look", "look",
    ),
    volume=0.0,
    volume_at=0.0,
    edges=1.0,
)  # fmt: skip

AIMS = {aim.name: aim for aim in (VOLUME, EDGES)}


def find_aim(name: str) -> Aim:
    """The aim of that name. Raises :class:`UnknownNameError`."""
    if name not in AIMS:
        raise UnknownNameError("aim", name, AIMS)
    return AIMS[name]
