"""What is trained on: a region of the families' boxes, with independent dials."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from falloff.core import (
    Axis,
    Coordinate,
    Probe,
    UnknownNameError,
    UsageError,
    child_rng,
    child_seed,
)
from falloff.lab.templates import MOST, dressed
from falloff.probes import FAMILIES, Family


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far out on an axis the training data goes.

    P(dose) ∝ exp(−(dose − centre)/scale) for whole doses up to ``top``: a slice with a thinning
    tail. A small ``scale`` with a ``top`` close to the centre is a narrow slice; a large one, a
    slice with a hard edge at ``top``.
    """

    scale: float
    top: float

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise _off("scale", self.scale, "greater than 0")

    def draw(self, axis: Axis, rng: random.Random) -> float:
        doses = range(int(axis.centre), int(min(self.top, axis.top)) + 1)
        weights = [math.exp(-(dose - axis.centre) / self.scale) for dose in doses]
        return float(rng.choices(doses, weights)[0])

    def probability(self, axis: Axis, dose: float) -> float:
        """That :meth:`draw` gives this dose."""
        last = int(min(self.top, axis.top))
        if dose > last:
            return 0.0
        doses = range(int(axis.centre), last + 1)
        total = sum(math.exp(-(d - axis.centre) / self.scale) for d in doses)
        return math.exp(-(dose - axis.centre) / self.scale) / total


@dataclass(frozen=True, kw_only=True)
class Mix:
    """A distribution over probes: families in equal parts, each axis drawn by its reach.

    An axis that is left out stays at its centre. Raises :class:`falloff.core.UnknownNameError` for
    a family or an axis that there is not.
    """

    reach: Mapping[str, Mapping[str, Reach]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for family, reach in self.reach.items():
            axes = {axis.name: axis for axis in FAMILIES[family].axes}
            for name, how_far in reach.items():
                if name not in axes:
                    raise UnknownNameError(f"axis of family {family}", name, axes)
                if how_far.top < axes[name].centre:
                    raise _off(f"top of {name}", how_far.top, f"at least {axes[name].centre:g}")

    def coordinate(self, family: str, rng: random.Random) -> Coordinate:
        axes, reach = FAMILIES[family].axes, self.reach[family]
        drawn = {a.name: reach[a.name].draw(a, rng) for a in axes if a.name in reach}
        return Coordinate.at(axes, drawn)

    def probability(self, family: str, at: Coordinate) -> float:
        """That :meth:`coordinate` gives this one, a coordinate of whole doses."""
        axes, reach = FAMILIES[family].axes, self.reach[family]
        return math.prod(
            reach[axis.name].probability(axis, at[axis.name])
            if axis.name in reach
            else float(at[axis.name] == axis.centre)
            for axis in axes
        )


@dataclass(frozen=True, kw_only=True)
class Item:
    """A probe in its surface ``template``; ``spoiled``: its answer gets one wrong character."""

    probe: Probe
    template: int = 0
    spoiled: bool = False

    @property
    def family(self) -> Family:
        """The probe's family, speaking in the item's template."""
        return dressed(FAMILIES[self.probe.family], self.template)

    @property
    def prompt(self) -> str:
        """What the micro dialect asks."""
        family = self.family
        messages = family.renderer("micro").prompt(family.task(self.probe))
        return "\n".join(message.content for message in messages)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Training items by independent dials: turning one leaves what the others decide as it was.

    ``mix``: families, and how far out on each axis. ``size``: items, gone round again and again;
    None: ever new ones (each is drawn on its own, so two may ask the same by chance).
    ``templates``: surface templates in equal parts, 1 being the dialect as it is. ``noise``: share
    of items whose answer gets one wrong character, in [0, 1].
    Raises :class:`falloff.core.UsageError` for a dial out of its range.
    """

    mix: Mix
    seed: int
    size: int | None = None
    templates: int = 1
    noise: float = 0.0

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 1:
            raise _off("size", self.size, "at least 1, or left out for ever new items")
        if not 1 <= self.templates <= MOST:
            raise _off("templates", self.templates, f"from 1 to {MOST}")
        if not 0 <= self.noise <= 1:
            raise _off("noise", self.noise, "a share, from 0 to 1")

    def items(self) -> Iterator[Item]:
        """The distinct items, ``size`` of them or endless; families in turn."""
        for index, probe in enumerate(itertools.islice(probes_of(self.mix, self.seed), self.size)):
            yield Item(
                probe=probe,
                template=child_rng("template", self.seed, index).randrange(self.templates),
                spoiled=child_rng("noise", self.seed, index).random() < self.noise,
            )


def _off(dial: str, got: object, meant: str) -> UsageError:
    return UsageError(f"A corpus has {dial} = {got!r}.", remedy=f"It must be {meant}.")


def probes_of(mix: Mix, seed: int) -> Iterator[Probe]:
    """Endless probes of a mix, families in turn; training and held-out text differ by seed."""
    rng = child_rng("corpus", seed)
    families = sorted(mix.reach)
    for index in itertools.count():
        family = families[index % len(families)]
        at = mix.coordinate(family, rng)
        yield FAMILIES[family].probe(at, child_seed("corpus", seed, index))
