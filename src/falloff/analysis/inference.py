"""Which draws a family gets: posterior where the design looked ahead, else the bootstrap.

Resampling answers of an adaptive design ignores that where a probe went depended on them; the
posterior does not need to know. For fixed designs the bootstrap needs no form to hold.
"""

from __future__ import annotations

from falloff.analysis.data import LOOK, FamilyData
from falloff.analysis.draws import Draws
from falloff.analysis.joint import posterior_draws
from falloff.analysis.resampling import bootstrap_draws


def draw(data: FamilyData, roles: tuple[str, ...], *, tau: float) -> dict[str, Draws]:
    """Joint draws for ``roles`` from the probes that all of them have answered."""
    make = posterior_draws if LOOK in data.shares else bootstrap_draws
    return make(data, roles, tau=tau)
