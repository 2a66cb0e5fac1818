"""The adaptive design: every probe goes where it promises to teach most about what is reported.

    position mod 16   0    1       2–4   5    6–8   9       10    11   12–15
    share             box  centre  look  box  look  centre  look  box  look

*box* are audit probes, drawn from μ and kept out of every fit; *centre* are direct calls; *look*
are placed by :mod:`falloff.sampling.acquisition` from the posteriors of all models, which get the
same probes. A family's first batch fills space. Budget goes in rounds to the families that hold the
headline back; a settled family gets no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from falloff.core import Coordinate
from falloff.probes import Family
from falloff.sampling.acquisition import Question, best_batch
from falloff.sampling.beliefs import BATCH, Beliefs, layout
from falloff.sampling.candidates import candidates
from falloff.sampling.design import Placement
from falloff.sampling.evidence import FamilyEvidence, Share
from falloff.sampling.halton import point_of_box
from falloff.sampling.headline import Standing, standing
from falloff.sampling.space_filling import equal_shares

PATTERN: tuple[Share, ...] = (
    "box", "centre", "look", "look", "look", "box", "look", "look",
    "look", "centre", "look", "box", "look", "look", "look", "look",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LookAhead:
    """Adaptive; ``budget`` is a cap when ``precision`` is given.

    ``precision``: stop once the 90 % interval of the headline (retention, or one model's volume)
    is at most ± this wide; of several students, the widest. Families must be those of the run.
    """

    families: Sequence[Family]
    seed: int
    budget: int
    precision: float | None = None
    _beliefs: Beliefs = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_beliefs", Beliefs(seed=self.seed))

    def describe(self) -> dict[str, Any]:
        return {"name": "look_ahead", "version": 1}

    def allocate(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, int]:
        asked = sum(known.count for known in evidence.values())
        first = equal_shares(evidence, min(self.budget, BATCH * len(evidence)), of=self.budget)
        if first:
            return first
        left = self.budget - asked
        if left <= 0:
            return {}
        now = standing(self.families, evidence, self._beliefs)
        if self.precision is not None and now.half_width <= self.precision:
            return {}
        return _blocks(now, {name: known.count for name, known in evidence.items()}, left)

    def place(self, family: Family, count: int, evidence: FamilyEvidence) -> tuple[Placement, ...]:
        start = evidence.count
        stop = min(start + count, (start // BATCH + 1) * BATCH)
        shares = [PATTERN[number % BATCH] for number in range(start, stop)]
        looks = iter(self._looks(family, start, shares.count("look"), evidence))
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
        index = cycle * PATTERN.count("box") + PATTERN[:within].count("box")
        return point_of_box(self.seed, family, index)

    def _looks(
        self, family: Family, start: int, count: int, evidence: FamilyEvidence
    ) -> list[Coordinate]:
        """Where ``count`` probes of a batch that begins at ``start`` look."""
        if start < BATCH:
            done = PATTERN[:start].count("look")
            return self._opening(family)[done : done + count]
        places = candidates(family, seed=self.seed, batch=start)
        box = self._beliefs.box(family)
        question = Question(
            u=layout(family).columns(places),
            box=box,
            mu=np.full(len(box), 1 / len(box)),
            chance=family.chance,
        )
        models = list(self._beliefs.of(family, evidence).values())
        return [places[i] for i in best_batch(models, question, count)]

    def _opening(self, family: Family) -> list[Coordinate]:
        """The first batch: the middle of the dose axes, of each alone, their tops; then that middle
        at every further label of the nominal axes, and the box evenly."""
        axes = family.axes
        doses = layout(family).doses
        middle = {axis.name: axis.levels[len(axis.levels) // 2] for axis in doses}
        special = [
            Coordinate.at(axes, middle),
            *(Coordinate.at(axes, {axis.name: middle[axis.name]}) for axis in doses),
            *(Coordinate.at(axes, {axis.name: axis.top}) for axis in doses),
            *(
                Coordinate.at(axes, {**middle, axis.name: label})
                for axis in axes
                if axis.kind == "nominal"
                for label in axis.levels[1:]
            ),
        ]
        rest = (point_of_box(self.seed, family, i, stream="opening") for i in range(BATCH))
        return [*special, *rest]


def _blocks(now: Standing, asked: Mapping[str, int], left: int) -> dict[str, int]:
    """A round: as many batches as there are families, each to where it narrows the headline most.

    A family's share v of the headline's variance falls like 1/n, so a batch takes off v/(n/16 + 1).
    """
    share, count = dict(now.shares), dict(asked)
    given = dict.fromkeys(asked, 0)
    for _ in range(len(asked)):
        name = max(sorted(asked), key=lambda f: share[f] * BATCH / (count[f] + BATCH))
        size = min(BATCH, left - sum(given.values()))
        given[name] += size
        share[name] *= count[name] / (count[name] + BATCH)
        count[name] += BATCH
    return {name: number for name, number in given.items() if number > 0}
