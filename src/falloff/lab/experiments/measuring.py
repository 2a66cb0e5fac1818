"""What is asked of every model of an experiment, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from falloff.core import Coordinate, Probe, Reason, child_rng, child_seed
from falloff.lab.experiments.experiment import Experiment
from falloff.probes import FAMILIES

CENTRE, BOX = "centre", "box"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The probes of one seed, which all models are asked: what, how many, and by which seed."""

    families: tuple[str, ...]
    box: int
    centre: int
    seed: int

    @classmethod
    def of(cls, experiment: Experiment, seed: int) -> Sample:
        asked = experiment.measurement
        return cls(families=experiment.families, box=asked.box, centre=asked.centre, seed=seed)

    def probes(self) -> Iterator[tuple[str, Probe]]:
        """Each with the part it is for. ``box`` probes follow μ: shuffled rounds of the grid."""
        for name in self.families:
            family = FAMILIES[name]
            for i in range(self.centre):
                seed = child_seed("lab", CENTRE, self.seed, name, i)
                yield CENTRE, family.probe(family.centre, seed)
            for i, at in enumerate(self._places(name)):
                yield BOX, family.probe(at, child_seed("lab", BOX, self.seed, name, i))

    def _places(self, name: str) -> list[Coordinate]:
        grid = FAMILIES[name].grid
        rounds = -(-self.box // len(grid))
        rng = child_rng("lab", "places", self.seed, name)
        return [at for _ in range(rounds) for at in rng.sample(grid, len(grid))][: self.box]

    def as_dict(self) -> dict[str, Any]:
        """All that decides the probes, as JSON has it."""
        return {
            "families": {name: family_content(name) for name in self.families},
            "box": self.box,
            "centre": self.centre,
            "seed": self.seed,
        }


def family_content(name: str) -> dict[str, Any]:
    """All of a family that decides its probes, as JSON has it."""
    family = FAMILIES[name]
    levels = {axis.name: list(axis.levels) for axis in family.axes}
    return {"version": family.version, "levels": levels}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One probe and how it went; ``part`` is ``centre`` or ``box``."""

    part: str
    family: str
    at: Coordinate
    score: float
    readable: bool

    @property
    def competence(self) -> float:
        """(score − g·readable)/(1 − g), g the family's chance level: its mean over probes drawn
        from μ estimates S without bias. An answer that cannot be read is not even a guess."""
        chance = FAMILIES[self.family].chance
        return (self.score - chance * self.readable) / (1 - chance)


# The answers of one model to one sample, in its order.
Answers = Sequence[Asked]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What greedy decoding scores on a probe, and why."""

    score: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A model's replies to a sample, in its order, and the dimensions of its states on the box."""

    replies: tuple[Reply, ...]
    dimensions: Mapping[str, float | None]

    def as_dict(self) -> dict[str, Any]:
        return {"replies": [vars(one) for one in self.replies], "dimensions": self.dimensions}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Kept:
        """What :meth:`as_dict` has written; KeyError, TypeError or ValueError for anything else."""
        return cls(
            replies=tuple(Reply(**one) for one in given["replies"]),
            dimensions=dict(given["dimensions"]),
        )


def measure(folder: Path, sample: Sample) -> Kept:
    """Ask a grown model, greedily and exactly."""
    from falloff.lab import checkpoint
    from falloff.lab.checking import outcomes
    from falloff.lab.experiments.states import dimensions

    network = checkpoint.load(folder)
    asked = list(sample.probes())
    scored = outcomes(network, [probe for _, probe in asked])
    return Kept(
        replies=tuple(Reply(score=o.score or 0.0, reason=str(o.reason)) for o in scored),
        dimensions=dimensions(network, [probe for part, probe in asked if part == BOX]),
    )


def answers(sample: Sample, replies: Sequence[Reply]) -> list[Asked]:
    """Replies put beside their probes."""
    readable = (Reason.SOLVED, Reason.WRONG)
    return [
        Asked(
            part=part,
            family=probe.family,
            at=probe.coordinate,
            score=reply.score,
            readable=reply.reason in readable or reply.score > 0,
        )
        for (part, probe), reply in zip(sample.probes(), replies, strict=True)
    ]
