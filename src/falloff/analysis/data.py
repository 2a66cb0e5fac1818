"""The numbers that measuring starts from: one family's probes and every model's scores on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.ability import Ability
from falloff.analysis.layout import Layout
from falloff.core import Axis, Coordinate, Reason, UsageError

Floats = NDArray[np.float64]

CENTRE, AXIS, BOX, LOOK = "centre", "axis", "box", "look"


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """One model's K answers to each of n probes, decoded alike.

    ``scores`` [K, n] is NaN where there is none; ``answers``, K of n, is None there and where none
    could be read.
    """

    scores: Floats
    answers: tuple[tuple[str | None, ...], ...]

    @cached_property
    def complete(self) -> NDArray[np.bool_]:
        """[n] whether all K answers are there."""
        return np.asarray(~np.isnan(self.scores).any(axis=0))

    @cached_property
    def solved(self) -> Floats:
        """[n] how many of the K answers solved the probe."""
        return np.asarray((self.scores >= 1).sum(axis=0), dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """A student's replies to n probes against its teacher's, token by token; all [n].

    ``teacher`` and ``student``: who has given log-probabilities. ``positions`` can be compared;
    ``kl`` (nats), ``same_top`` and ``named`` (the teacher's mass on tokens both name) are sums over
    them.
    """

    teacher: NDArray[np.bool_]
    student: NDArray[np.bool_]
    positions: Floats
    kl: Floats
    same_top: Floats
    named: Floats


@dataclass(frozen=True, kw_only=True)
class FixedPool:
    """A benchmark's items: ``used`` are asked, ``rejected`` could not be, counted by reason."""

    used: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class FamilyData:
    """One family's results; n probes, parallel in all arrays.

    ``shares`` says why each probe was drawn: ``centre``, ``axis``, ``look`` (where it promised to
    teach most), or ``box`` (an unbiased draw from μ). ``scores[role]`` is in [0, 1], NaN where the
    model has no answer. ``grid`` is the box and ``weights`` the measure μ on it, adding up to 1.
    ``items`` names each probe's item, where items are asked more than once (imported logs, repeats,
    benchmarks of one's own); None: every probe is a fresh item.
    ``pool``: where the centre is a benchmark's items as they stand, the same in all such families.
    ``weight`` is the family's in the headline, within its capability: 1 beside 2 is a third of it.
    ``expected`` by role is where the model's other families lead to expect its volume
    (:mod:`falloff.analysis.ability`); where empty, every family stands alone.
    ``repeats`` by role is what was asked again, ``tokens`` by student's role what is known of
    tokens; empty where nothing.
    ``templates`` numbers the wording of each probe, None where unknown; empty where all are.
    """

    name: str
    capability: str
    axes: tuple[Axis, ...]
    chance: float
    grid: tuple[Coordinate, ...]
    weights: tuple[float, ...]
    coordinates: tuple[Coordinate, ...]
    shares: tuple[str, ...]
    scores: Mapping[str, Floats]
    answers: Mapping[str, tuple[str | None, ...]]
    reasons: Mapping[str, tuple[Reason | None, ...]]
    items: tuple[str, ...] | None = None
    pool: FixedPool | None = None
    weight: float = 1.0
    expected: Mapping[str, Ability] = field(default_factory=dict)
    repeats: Mapping[str, Repeats] = field(default_factory=dict)
    tokens: Mapping[str, Tokens] = field(default_factory=dict)
    templates: tuple[int | None, ...] = ()

    def __post_init__(self) -> None:
        if abs(sum(self.weights) - 1.0) > 1e-9:
            raise UsageError(
                f"The weights of family '{self.name}' add up to {sum(self.weights):g}.",
                remedy="Weights over the box must add up to 1.",
            )
        if self.items is not None and len(self.items) != len(self.coordinates):
            raise UsageError(
                f"Family '{self.name}' has {len(self.coordinates)} probes"
                f" and {len(self.items)} items.",
                remedy="Name one item a probe.",
            )
        if self.templates and len(self.templates) != len(self.coordinates):
            raise UsageError(
                f"Family '{self.name}' has {len(self.coordinates)} probes"
                f" and {len(self.templates)} templates.",
                remedy="Give one template a probe, or none at all.",
            )

    @cached_property
    def layout(self) -> Layout:
        """What the columns of :attr:`u` are."""
        return Layout(axes=self.axes)

    @cached_property
    def places(self) -> tuple[Coordinate, ...]:
        """The distinct coordinates that matter: the grid first, then any others asked at."""
        return tuple(dict.fromkeys([*self.grid, *self.coordinates]))

    @cached_property
    def place_of(self) -> NDArray[np.intp]:
        """[n] index into :attr:`places` of each probe."""
        index = {place: i for i, place in enumerate(self.places)}
        return np.array([index[at] for at in self.coordinates], dtype=np.intp)

    @cached_property
    def item_of(self) -> NDArray[np.intp]:
        """[n] index of each probe's item: equal where probes share one."""
        if self.items is None:
            return np.arange(len(self.coordinates), dtype=np.intp)
        index = {item: i for i, item in enumerate(dict.fromkeys(self.items))}
        return np.array([index[item] for item in self.items], dtype=np.intp)

    @cached_property
    def u(self) -> Floats:
        """[places, k + m] columns of :attr:`places`."""
        return self.layout.columns(self.places)

    @cached_property
    def mu(self) -> Floats:
        """[places] the measure μ on :attr:`places`; 0 where only extra probes were asked."""
        extra = len(self.places) - len(self.grid)
        return np.concatenate([np.asarray(self.weights), np.zeros(extra)])

    def scored(self, *roles: str) -> NDArray[np.bool_]:
        """[n] whether all of ``roles`` have a score on the probe."""
        return np.asarray(np.all([~np.isnan(self.scores[role]) for role in roles], axis=0))

    def share(self, name: str) -> NDArray[np.bool_]:
        return np.array([share == name for share in self.shares], dtype=bool)

    @cached_property
    def at_centre(self) -> NDArray[np.bool_]:
        """[n] whether the probe was asked at the centre, for whatever reason."""
        return np.asarray((self.u == 0).all(axis=1)[self.place_of])
