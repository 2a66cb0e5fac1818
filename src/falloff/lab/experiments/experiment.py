"""What an experiment says: models by recipe, seeds, what is measured, what is claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from falloff.analysis.hypotheses import Claim
from falloff.lab.corpus import Corpus
from falloff.lab.experiments.dig import Dig
from falloff.lab.experiments.given import Given
from falloff.lab.recipe import AnyRecipe


@dataclass(frozen=True, kw_only=True)
class Member:
    """A model of the experiment: its recipe for a seed, ``kind`` by name.

    ``dig``: where its extra examples are from, if it has any. ``once``: grown once, for all seeds
    (with its own seed 0); otherwise anew for each. ``against``: the model whose probes it is held
    against in retention and flips.
    """

    name: str
    kind: str
    recipe: Callable[[int], AnyRecipe | Given]
    once: bool
    against: str
    dig: Dig | None = None

    @property
    def needs(self) -> frozenset[str]:
        """Names of the models that have to be there before it is grown."""
        return self.at(1).needs | (self.dig.needs if self.dig else frozenset())

    def at(self, seed: int) -> AnyRecipe | Given:
        """The recipe for a seed of the experiment."""
        return self.recipe(0 if self.once else seed)


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """How many probes a family every model of a seed is asked: the same for all of them.

    ``box``: drawn from μ, uniform over the listed levels of the family's box, every cell as often
    as any other but for one. ``centre``: at the centre. Each seed has its own, so that an interval
    over seeds holds the luck of the draw too. ``tail``: the corpus whose tail is called *near*.
    """

    box: int
    centre: int
    tail: Callable[[int], Corpus]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One plan. ``members`` stand in an order in which each comes after those that it needs."""

    name: str
    setting: str
    purpose: str
    families: tuple[str, ...]
    seeds: tuple[int, ...]
    teacher: str
    members: Mapping[str, Member]
    measurement: Measurement
    claim: Claim | None
