"""The same few probes each time, so that a training's measurements are paired."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.comparison import shares_of
from falloff.core import ModelError, Probe, UsageError, child_seed
from falloff.models import Model
from falloff.probes import Episode, Suite
from falloff.sampling.halton import point_of_box

Floats = NDArray[np.float64]

# Of a family's probes one in four is at the centre, the others are drawn from its box.
_CENTRE = 4
_FEWEST = 16


@dataclass(frozen=True, kw_only=True)
class FamilyPanel:
    """One family's probes, those at the centre first: ``centre`` of them. ``weight``: headline."""

    name: str
    weight: float
    chance: float
    probes: tuple[Probe, ...]
    centre: int


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What is asked at every measurement."""

    suite: Suite
    families: tuple[FamilyPanel, ...]

    @classmethod
    def of(cls, suite: Suite, *, probes: int, seed: int) -> Panel:
        """``probes`` in all, split evenly over the families of ``suite``.

        Raises :class:`falloff.core.UsageError` for fewer than 16 a family.
        """
        each = probes // len(suite.families)
        if each < _FEWEST:
            raise UsageError(
                f"{probes} probes are too few for the {len(suite.families)} families of"
                f" '{suite.name}'.",
                remedy=f"Give probes={_FEWEST * len(suite.families)} or more.",
            )
        weights = [suite.weights.get(family.name, 1.0) for family in suite.families]
        shares = shares_of(
            [(f.capability, w) for f, w in zip(suite.families, weights, strict=True)]
        )
        panels = []
        for family, share in zip(suite.families, shares, strict=True):
            centre = each // _CENTRE
            places = [
                family.centre if i < centre else point_of_box(seed, family, i, stream="callback")
                for i in range(each)
            ]
            panels.append(
                FamilyPanel(
                    name=family.name,
                    weight=share,
                    chance=family.chance,
                    probes=tuple(
                        family.probe(at, child_seed(seed, "callback", family.name, i))
                        for i, at in enumerate(places)
                    ),
                    centre=centre,
                )
            )
        return cls(suite=suite, families=tuple(panels))

    def competence(self, model: Model) -> dict[str, Floats]:
        """By family, (score − g)/(1 − g) of each probe. Closes the model.

        Raises :class:`falloff.core.ModelError` where it cannot be asked.
        """
        scores = _finished(self._ask(model))
        found = {}
        for family in self.families:
            own = np.array([scores[probe.id] for probe in family.probes])
            found[family.name] = (own - family.chance) / (1 - family.chance)
        return found

    async def _ask(self, model: Model) -> dict[str, float]:
        places = asyncio.Semaphore(model.concurrency)
        families = {family.name: family for family in self.suite.families}

        async def play(probe: Probe) -> tuple[str, float]:
            async with places:
                family = families[probe.family]
                episode = Episode(probe, dialect=self.suite.dialect, family=family)
                while not episode.done:
                    episode.feed(await model.reply(episode.request()))
                model.forget(probe.id)
                return probe.id, episode.outcome.score or 0.0

        try:
            probes = [probe for family in self.families for probe in family.probes]
            return dict(await asyncio.gather(*map(play, probes)))
        except ModelError as problem:
            raise ModelError(
                f"'{model.spec}' cannot be measured: {problem.message}", remedy=problem.remedy
            ) from problem
        finally:
            await model.close()


def _finished(work: Coroutine[Any, Any, dict[str, float]]) -> dict[str, float]:
    """Run to the end, in a notebook too, whose loop is running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
