"""Training text: the oracle's episodes, drawn from a region of the families' boxes."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from falloff.core import Axis, Coordinate, Probe, Transcript, child_rng, child_seed
from falloff.lab.vocabulary import BOS, END, encode
from falloff.probes import FAMILIES, play_oracle


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far out on an axis the training data goes.

    P(dose) ∝ exp(−(dose − centre)/scale) for whole doses up to ``top``: a slice with a thinning
    tail. A small ``scale`` with a ``top`` close to the centre is a narrow slice.
    """

    scale: float
    top: float

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
    """A distribution over probes: families in equal parts, each axis drawn by its reach."""

    reach: Mapping[str, Mapping[str, Reach]] = field(default_factory=dict)

    def coordinate(self, family: str, rng: random.Random) -> Coordinate:
        axes = FAMILIES[family].axes
        reach = self.reach[family]
        return Coordinate.at(axes, {axis.name: reach[axis.name].draw(axis, rng) for axis in axes})

    def probability(self, family: str, at: Coordinate) -> float:
        """That :meth:`coordinate` gives this one, a coordinate of whole doses."""
        reach = self.reach[family]
        axes = FAMILIES[family].axes
        return math.prod(reach[axis.name].probability(axis, at[axis.name]) for axis in axes)


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """One episode as tokens; ``learn`` marks those that the model writes itself."""

    tokens: list[int]
    learn: list[bool]


def sequence_of(transcript: Transcript) -> Sequence:
    """The episode as the chat template of the embedded models lays it out."""
    tokens, learn = [BOS], [False]
    for message in transcript.messages:
        text = [*encode(message.content), END]
        tokens += text
        learn += [message.role == "assistant"] * len(text)
    return Sequence(tokens=tokens, learn=learn)


def probes_of(mix: Mix, seed: int) -> Iterator[Probe]:
    """Endless probes of a mix, families in turn; training and held-out text differ by seed."""
    rng = child_rng("corpus", seed)
    families = sorted(mix.reach)
    for index in itertools.count():
        family = families[index % len(families)]
        at = mix.coordinate(family, rng)
        yield FAMILIES[family].probe(at, child_seed("corpus", seed, index))


def oracle_episodes(mix: Mix, seed: int) -> Iterator[Sequence]:
    """The oracle's episodes on :func:`probes_of`, endless."""
    for probe in probes_of(mix, seed):
        yield sequence_of(play_oracle(probe, dialect="micro").transcript)
