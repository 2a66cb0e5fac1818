"""What a measurement says: centre, volume and retention against a reference, and what was lost.

Means over the same probes, weighted by the Bayesian bootstrap: the weights are the same at every
measurement, so that two of them differ by what the model does and not by what it was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis import TAU, Interval
from falloff.analysis.draws import item_means
from falloff.analysis.intervals import interval
from falloff.callback.panel import FamilyPanel, Panel
from falloff.core import UsageError, child_seed

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A model at one step of its training.

    ``centre``: mean competence at the centre; ``volume``: over the box; ``retention``: the volume
    over the reference's; ``lost``: how far retention is below the best so far, paired; 0 where it
    is the best. ``families``: volume of each. ``competence`` of every probe, by family.
    """

    step: int
    centre: Interval
    volume: Interval
    retention: Interval
    lost: Interval
    families: Mapping[str, float]
    seconds: float
    competence: Mapping[str, Floats]

    def as_logs(self) -> dict[str, float]:
        """Numbers under ``falloff/``, as trainers log them."""
        logs = {
            "falloff/centre": self.centre.estimate,
            "falloff/volume": self.volume.estimate,
            "falloff/retention": self.retention.estimate,
            "falloff/retention_low": self.retention.low,
            "falloff/retention_high": self.retention.high,
            "falloff/lost": self.lost.estimate,
            **{f"falloff/volume/{name}": volume for name, volume in self.families.items()},
            "falloff/seconds": self.seconds,
        }
        return {name: float(value) for name, value in logs.items() if value is not None}


class Ruler:
    """Measures answers against those of a ``reference`` on the same panel.

    Families whose centre the reference does not hold are left out; their weight goes to the others.
    Raises :class:`falloff.core.UsageError` where it holds none.
    """

    def __init__(self, panel: Panel, reference: Mapping[str, Floats], *, name: str) -> None:
        self._reference = reference
        self.families = [
            family
            for family in panel.families
            if reference[family.name][: family.centre].mean() >= TAU
        ]
        if not self.families:
            held = ", ".join(
                f"{family.name} {reference[family.name][: family.centre].mean():.2f}"
                for family in panel.families
            )
            raise UsageError(
                f"'{name}' holds the centre of no family of '{panel.suite.name}' ({held}), so"
                " nothing can be kept of it.",
                remedy="Name a reference that does, or a suite that it can answer.",
            )
        self._total = sum(family.weight for family in self.families)

    @property
    def left_out(self) -> list[str]:
        """Families whose centre the reference does not hold."""
        kept = {family.name for family in self.families}
        return [name for name in self._reference if name not in kept]

    def measure(
        self,
        competence: Mapping[str, Floats],
        earlier: Sequence[Measurement],
        *,
        step: int,
        seconds: float,
    ) -> Measurement:
        """The measurement of these answers, ``earlier`` being those before it."""
        best = max(earlier, key=lambda one: one.retention.estimate or 0.0, default=None)
        columns = [self._reference, competence, best.competence if best else competence]
        volumes = self._means(columns, box=True)
        centre = self._means(columns, box=False)
        retention = volumes[:, 1:] / volumes[:, :1]
        lost = retention[:, 1] - retention[:, 0]
        return Measurement(
            step=step,
            centre=interval(centre[:, 1]),
            volume=interval(volumes[:, 1]),
            retention=interval(retention[:, 0]),
            lost=interval(lost if lost[0] > 0 else np.zeros_like(lost)),
            families={
                family.name: float(competence[family.name][family.centre :].mean())
                for family in self.families
            },
            seconds=seconds,
            competence=competence,
        )

    def _means(self, columns: Sequence[Mapping[str, Floats]], *, box: bool) -> Floats:
        """[1 + draws, columns] weighted means over the families."""
        parts = [
            family.weight / self._total * self._of_family(family, columns, box=box)
            for family in self.families
        ]
        return np.asarray(np.sum(parts, axis=0))

    def _of_family(
        self, family: FamilyPanel, columns: Sequence[Mapping[str, Floats]], *, box: bool
    ) -> Floats:
        part = slice(family.centre, None) if box else slice(None, family.centre)
        values = np.column_stack([column[family.name][part] for column in columns])
        seed = child_seed("callback", family.name, int(box))
        least = -family.chance / (1 - family.chance)
        return item_means(values, np.random.Generator(np.random.PCG64(seed)), least=least)
