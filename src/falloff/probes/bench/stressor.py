"""What a stressor is: an axis, and how an item is put at a dose of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from falloff.core import Axis
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.variant import Variant

# INV: the answer stays. REC: it is computed anew. CON: it stays, and a demand on form is added.
Gold = Literal["INV", "REC", "CON"]
Stress = Callable[[Variant, int, random.Random, Benchmark], Variant]
# Why a stressor cannot be had of a benchmark at all; None where it can.
Lacks = Callable[[Benchmark], str | None]


def lacks_nothing(bench: Benchmark) -> None:
    del bench


@dataclass(frozen=True, kw_only=True)
class Stressor:
    """``stress`` takes a variant, a dose above 0, a generator and the benchmark.

    It keeps ``rule`` on what it gives back, or raises :class:`RejectedError`. ``order``: of two
    stressors the lower is put on first. ``opt_in``: asked only where what it needs is given.
    """

    axis: Axis
    stress: Stress
    order: int
    gold: Gold
    rule: str
    lacks: Lacks = field(default=lacks_nothing)
    axis_of: Callable[[Benchmark], Axis] | None = None
    opt_in: bool = False

    @property
    def name(self) -> str:
        return self.axis.name

    def axis_for(self, bench: Benchmark) -> Axis:
        """The axis, with the levels that this benchmark has."""
        return self.axis_of(bench) if self.axis_of else self.axis


def labels(name: str, unit: str, description: str, *names: str) -> Axis:
    """A nominal axis; the first label is the original."""
    return Axis(
        name=name,
        unit=unit,
        levels=tuple(range(len(names))),
        labels=names,
        kind="nominal",
        role="shift",
        description=description,
    )


def doses(name: str, unit: str, description: str, *levels: float) -> Axis:
    """An axis of doses, a shift from what the benchmark asks."""
    return Axis(name=name, unit=unit, levels=levels, role="shift", description=description)
