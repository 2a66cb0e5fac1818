"""Families: generators of probes for one capability, and the table of them."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from falloff.core import Axis, Coordinate, Probe, Registry, UnknownNameError, child_rng
from falloff.probes.task import Renderer, Renderers, Task

CAPABILITIES = (
    "reasoning",
    "tool_use",
    "error_recovery",
    "long_horizon",
    "novel_instructions",
)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The fixed items of a benchmark, ``size`` in all: a probe's item is its seed modulo size.

    ``eligible``: numbers of those that are asked; ``rejected``: how many are not, by reason.
    """

    size: int
    eligible: tuple[int, ...]
    rejected: Mapping[str, int] = field(default_factory=dict)

    def item(self, seed: int) -> int:
        return seed % self.size

    def seed(self, seed: int, item: int) -> int:
        """A seed of that item, from one of any; 63 bits like all seeds."""
        return seed % (2**62) // self.size * self.size + item

    def turn(self, run_seed: int, family: str, number: int) -> int:
        """The item of probe ``number`` of a run: all once in a drawn order, then all again."""
        cycle, at = divmod(number, len(self.eligible))
        return self.eligible[_order(run_seed, family, cycle, len(self.eligible))[at]]


@lru_cache(maxsize=64)
def _order(run_seed: int, family: str, cycle: int, count: int) -> tuple[int, ...]:
    return tuple(child_rng(run_seed, "pool", family, cycle).sample(range(count), count))


@dataclass(frozen=True, kw_only=True)
class Family:
    """One family: its axes, how it makes a task at a coordinate, and the dialects it speaks.

    ``chance`` is the probability that a guess within the answer's form is right, known from the
    task: 1/m, or 0 for open answers. ``facts`` measures a task: what must be held constant, and
    what an axis moves, by name. ``moves`` names, by axis, the facts that the axis may move.
    ``most_tokens`` bounds an episode in which the oracle speaks. ``whole``: the axes that
    ``generate`` needs, where the box is only part of them. ``pool``: the items, where they are
    fixed; None where every seed makes a fresh one.
    """

    name: str
    capability: str
    version: int
    axes: tuple[Axis, ...]
    chance: float
    description: str
    generate: Callable[[Coordinate, random.Random], Task]
    renderers: Renderers
    facts: Callable[[Any], Mapping[str, float]] = lambda _: {}
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most_tokens: int = 4000
    whole: tuple[Axis, ...] = ()
    pool: Pool | None = None

    @property
    def centre(self) -> Coordinate:
        return Coordinate.at(self.axes, {})

    @property
    def grid(self) -> tuple[Coordinate, ...]:
        """All combinations of the listed levels: the box, under its default measure (uniform)."""
        cells = itertools.product(*(axis.levels for axis in self.axes))
        names = [axis.name for axis in self.axes]
        return tuple(Coordinate(doses=tuple(zip(names, cell, strict=True))) for cell in cells)

    def probe(self, coordinate: Coordinate, seed: int) -> Probe:
        return Probe(family=self.name, version=self.version, coordinate=coordinate, seed=seed)

    def task(self, probe: Probe) -> Task:
        """The task that a probe names: the same in every process.

        Axes that the probe does not name, since its suite leaves them out, stand at the centre.
        """
        rng = child_rng(self.name, self.version, probe.coordinate.key, probe.seed)
        return self.generate(Coordinate.at(self.whole or self.axes, dict(probe.coordinate)), rng)

    def within(self, box: tuple[Axis, ...]) -> Family:
        """The family with a box of its own; the axes that are left out stand at their centre."""
        return self if box == self.axes else replace(self, axes=box, whole=self.whole or self.axes)

    def renderer(self, dialect: str) -> Renderer:
        """The renderer of a dialect. ``plain`` is how tools are written: without any, it is chat.

        Raises :class:`UnknownNameError` for a dialect that the family does not speak.
        """
        if dialect == "plain" and dialect not in self.renderers and "chat" in self.renderers:
            dialect = "chat"
        if dialect not in self.renderers:
            raise UnknownNameError(f"dialect of family {self.name}", dialect, self.renderers)
        return self.renderers[dialect]


FAMILIES: Registry[Family] = Registry("family")


def family(
    name: str,
    *,
    capability: str,
    version: int,
    axes: tuple[Axis, ...],
    renderers: Renderers,
    chance: float = 0.0,
    facts: Callable[[Any], Mapping[str, float]] = lambda _: {},
    moves: Mapping[str, tuple[str, ...]] | None = None,
    most_tokens: int = 4000,
) -> Callable[[Callable[[Coordinate, random.Random], Any]], Family]:
    """Register the decorated generator as a family; its docstring is the description."""
    if capability not in CAPABILITIES:
        raise UnknownNameError("capability", capability, CAPABILITIES)

    def register(generate: Callable[[Coordinate, random.Random], Any]) -> Family:
        made = Family(
            name=name,
            capability=capability,
            version=version,
            axes=axes,
            chance=chance,
            description=(generate.__doc__ or "").strip().split("\n\n")[0],
            generate=generate,
            renderers=renderers,
            facts=facts,
            moves=moves or {},
            most_tokens=most_tokens,
        )
        return FAMILIES.register(
            name,
            version=version,
            capability=capability,
            axes=[axis.name for axis in axes],
            chance=chance,
            dialects=sorted(renderers),
        )(made)

    return register
