"""The adaptive design: half of all probes spread over the box, the rest where they teach most.

    of every 16 probes   8 box   2 centre   6 look      with the aim "edges": 1, 1 and 14

*box* are drawn from μ, evenly; *centre* are direct calls; *look* are placed by
:mod:`falloff.sampling.acquisition` from the posteriors of all models, which get the same probes, by
what they teach for their cost in calls. Looks find edges; but a volume that rests on them is read
too high, since far out, where little is asked, a posterior keeps some hope. That is what the box
probes are for, and they audit the region's form (:mod:`falloff.analysis.audit`). A family's first
batch fills space. Budget goes in rounds to the families that hold the headline back; a settled
family gets no more. The sequence is the same for every budget: a larger one goes on where a smaller
one stopped, in the middle of a batch too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from falloff.core import Coordinate
from falloff.probes import Family
from falloff.sampling.acquisition import Question, best_batch
from falloff.sampling.aims import VOLUME, Aim
from falloff.sampling.batches import BATCH, batch_of
from falloff.sampling.beliefs import Beliefs, layout
from falloff.sampling.candidates import candidates
from falloff.sampling.cost import prices
from falloff.sampling.design import Guess, Placement
from falloff.sampling.evidence import FamilyEvidence, Share
from falloff.sampling.halton import point_of_box
from falloff.sampling.headline import standing
from falloff.sampling.rounds import Rounds
from falloff.sampling.space_filling import equal_shares


@dataclass(frozen=True, kw_only=True)
class LookAhead:
    """Adaptive; ``budget`` is a cap when ``precision`` is given.

    ``precision``: stop once the 90 % interval of the headline (retention, or one model's volume)
    is at most ± this wide; of several students, the widest. Families must be those of the run;
    ``weights``: theirs in the headline, within their capability, 1 unless said. ``aim``: what the
    run is for; with the edges, all families get the same.
    """

    families: Sequence[Family]
    seed: int
    budget: int
    precision: float | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    aim: Aim = VOLUME
    _beliefs: Beliefs = field(init=False, repr=False, compare=False)
    _rounds: Rounds = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        beliefs = Beliefs(seed=self.seed)
        object.__setattr__(self, "_beliefs", beliefs)
        object.__setattr__(
            self,
            "_rounds",
            Rounds(
                self.families, beliefs, self.precision, self.weights, even=self.aim is not VOLUME
            ),
        )

    def describe(self) -> dict[str, Any]:
        return {"name": "look_ahead", "version": 5, **self.aim.describe()}

    def allocate(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, int]:
        first = equal_shares(evidence, min(self.budget, BATCH * len(evidence)), of=self.budget)
        left = self.budget - sum(known.count for known in evidence.values())
        return first if first or left <= 0 else self._rounds.missing(evidence, left)

    def headline(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, Guess]:
        if not all(known.count for known in evidence.values()):
            return {}
        return standing(self.families, evidence, self._beliefs, self.weights).headline

    def place(self, family: Family, count: int, evidence: FamilyEvidence) -> tuple[Placement, ...]:
        start = evidence.count
        batch, end = batch_of(start)
        stop = min(start + count, end)
        shares = [self.aim.pattern[number % BATCH] for number in range(batch, end)]
        # Chosen as a whole from what was known when the batch began, also where a budget cuts it.
        places = self._looks(family, shares.count("look"), evidence.first(batch))
        looks = iter(places[shares[: start - batch].count("look") :])
        shares = shares[start - batch : stop - batch]
        return tuple(
            Placement(coordinate=self._coordinate(family, share, number, looks), share=share)
            for number, share in zip(range(start, stop), shares, strict=True)
        )

    def _coordinate(
        self, family: Family, share: Share, number: int, looks: Iterator[Coordinate]
    ) -> Coordinate:
        if share == "look":
            return next(looks)
        if share == "centre":
            return family.centre
        cycle, within = divmod(number, BATCH)
        pattern = self.aim.pattern
        index = cycle * pattern.count("box") + pattern[:within].count("box")
        return point_of_box(self.seed, family, index)

    def _looks(self, family: Family, count: int, evidence: FamilyEvidence) -> list[Coordinate]:
        """Where the ``count`` looks go of the batch that ``evidence`` leads up to."""
        start = evidence.count
        if start == 0:
            return self._opening(family)[:count]
        places = candidates(family, seed=self.seed, batch=start)
        box = self._beliefs.box(family)
        question = Question(
            u=layout(family).columns(places),
            box=box,
            mu=np.full(len(box), 1 / len(box)),
            chance=family.chance,
        )
        models = list(self._beliefs.of(family, evidence).values())
        cost = prices(layout(family).columns(evidence.coordinates), evidence.all_calls, question.u)
        return [places[i] for i in best_batch(models, question, count, self.aim, cost=cost)]

    def _opening(self, family: Family) -> list[Coordinate]:
        """The first batch: the middle of the dose axes, also at every further label of the nominal
        axes; the middle of each dose axis alone, their tops, and the box evenly."""
        axes = family.axes
        doses = layout(family).doses
        middle = {axis.name: axis.levels[len(axis.levels) // 2] for axis in doses}
        special = [
            Coordinate.at(axes, middle),
            *(
                Coordinate.at(axes, {**middle, axis.name: label})
                for axis in axes
                if axis.kind == "nominal"
                for label in axis.levels[1:]
            ),
            *(Coordinate.at(axes, {axis.name: middle[axis.name]}) for axis in doses),
            *(Coordinate.at(axes, {axis.name: axis.top}) for axis in doses),
        ]
        rest = (point_of_box(self.seed, family, i, stream="opening") for i in range(BATCH))
        return [*special, *rest]
