"""Families of a benchmark: one a stressor, or a pair of them, over a fixed pool of items."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from falloff.core import Coordinate, Probe, child_rng
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.item import Item
from falloff.probes.bench.renderer import AsItStands
from falloff.probes.bench.stressor import Stressor
from falloff.probes.bench.task import StressedItem
from falloff.probes.bench.variant import RejectedError, Variant
from falloff.probes.family import Family, Pool
from falloff.probes.task import Task

CAPABILITY = "benchmark"
# Of two variants that differ in nothing but the seed, the one that items were admitted by.
_CANONICAL = 0


@dataclass(frozen=True, kw_only=True)
class StressFamily(Family):
    """The items of ``bench`` under ``stressors``; the centre is each item, byte for byte.

    ``pool`` holds the items that the stressors can be put on at every level, so that the items are
    the same at all of them.
    """

    bench: Benchmark
    stressors: tuple[Stressor, ...]

    @classmethod
    def of(cls, bench: Benchmark, stressors: tuple[Stressor, ...]) -> StressFamily:
        """The family of one stressor or two; tries every item at the end of every axis."""
        axes = tuple(stressor.axis_for(bench) for stressor in stressors)
        ends = [a.levels[1:] if a.kind == "nominal" else a.levels[-1:] for a in axes]
        rejected: Counter[str] = Counter()
        eligible = []
        for number, item in enumerate(bench.items):
            try:
                for cell in itertools.product(*ends):
                    stressed(item, bench, list(zip(stressors, cell, strict=True)), _CANONICAL)
                eligible.append(number)
            except RejectedError as no:
                rejected[no.reason] += 1
        chances = [bench.items[number].chance for number in eligible]
        return cls(
            name="_and_".join(stressor.name for stressor in stressors),
            capability=CAPABILITY,
            version=int(bench.digest[:7], 16),
            axes=axes,
            chance=sum(chances) / len(chances) if chances else 0.0,
            description=f"{bench.name}: {'; '.join(axis.description for axis in axes)}.",
            generate=_never,
            renderers={"chat": AsItStands()},
            most_tokens=20_000,
            pool=Pool(size=len(bench.items), eligible=tuple(eligible), rejected=dict(rejected)),
            bench=bench,
            stressors=stressors,
        )

    def probe(self, coordinate: Coordinate, seed: int) -> Probe:
        """With the seed of an item of the pool: its own, or else that of one drawn by it."""
        pool = self.pool
        if pool and pool.item(seed) not in self._eligible:
            seed = pool.seed(seed, pool.eligible[pool.item(seed) % len(pool.eligible)])
        return super().probe(coordinate, seed)

    def task(self, probe: Probe) -> Task:
        item = self.bench.items[probe.seed % len(self.bench.items)]
        return StressedItem.of(self.variant(item, dict(probe.coordinate), probe.seed))

    def variant(self, item: Item, doses: Mapping[str, float], seed: int) -> Variant:
        """The item at these doses. Where a variant breaks its rule, one that is known to keep it.

        Raises :class:`RejectedError` for an item that is not in the pool.
        """
        wanted = [(s, doses.get(s.name, 0)) for s in self.stressors]
        listed = [(s, self._listed(s.name, dose)) for s, dose in wanted]
        for at, by in ((wanted, seed), (wanted, _CANONICAL)):
            try:
                return stressed(item, self.bench, at, by)
            except RejectedError:
                continue
        return stressed(item, self.bench, listed, _CANONICAL)

    @cached_property
    def _eligible(self) -> frozenset[int]:
        return frozenset(self.pool.eligible if self.pool else ())

    def _listed(self, name: str, dose: float) -> float:
        """The top of a dose axis, which every item of the pool was tried at; a label as it is."""
        axis = next(axis for axis in self.axes if axis.name == name)
        return axis.top if dose and axis.kind == "dose" else dose


def stressed(
    item: Item, bench: Benchmark, doses: list[tuple[Stressor, float]], seed: int
) -> Variant:
    """The item with all stressors on it, in their order, from (item, stressor, dose, seed) alone.

    Raises :class:`RejectedError` where one of them cannot keep its rule.
    """
    variant = Variant.original(item)
    for stressor, dose in sorted(doses, key=lambda pair: pair[0].order):
        if dose:
            rng = child_rng("stress", item.id, stressor.name, int(dose), seed)
            variant = stressor.stress(variant, int(dose), rng, bench)
    return variant


def _never(at: Coordinate, rng: random.Random) -> Task:
    raise NotImplementedError("items come from a pool")
