"""The design that needs no model of the curve: centre, axes and box in fixed proportions.

    probe    0    1       2     3    4     5    6    7       8     9    10 …
    share    box  centre  axis  box  axis  box  box  centre  axis  box  box …

Every placement depends only on the seed, the family and its own number, so the probes of a smaller
budget are the first ones of a larger, and a run can be continued.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import Coordinate, UsageError, child_rng
from falloff.probes import Family
from falloff.sampling.design import Guess, Placement
from falloff.sampling.evidence import FamilyEvidence, Share
from falloff.sampling.halton import point_of_box

# Half from the box (volume), 30 % along the axes (edges), 20 % at the centre; repeated for ever.
PATTERN: tuple[Share, ...] = (
    "box", "centre", "axis", "box", "axis", "box", "box", "centre", "axis", "box",
)  # fmt: skip
LEAST_PER_FAMILY = 8


@dataclass(frozen=True, kw_only=True)
class SpaceFilling:
    """One round; ``budget`` probes split equally over families, the remainder to the first names.

    Share *box* is a sample of μ (uniform over the listed levels): each draw has exactly that
    distribution, and together they fill the box evenly. Share *axis* goes round the axes and, on
    each, through all levels beyond the centre before it repeats one.
    """

    seed: int
    budget: int

    def describe(self) -> dict[str, Any]:
        return {"name": "space_filling", "version": 1}

    def allocate(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, int]:
        return equal_shares(evidence, self.budget, of=self.budget)

    def headline(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, Guess]:
        del evidence
        return {}

    def place(self, family: Family, count: int, evidence: FamilyEvidence) -> tuple[Placement, ...]:
        numbers = range(evidence.count, evidence.count + count)
        return tuple(self._placement(family, number) for number in numbers)

    def _placement(self, family: Family, number: int) -> Placement:
        share = PATTERN[number % len(PATTERN)]
        index = _index_within_share(number)
        if share == "centre":
            coordinate = family.centre
        elif share == "axis":
            coordinate = self._on_an_axis(family, index)
        else:
            coordinate = point_of_box(self.seed, family, index)
        return Placement(coordinate=coordinate, share=share)

    def _on_an_axis(self, family: Family, index: int) -> Coordinate:
        turn, which = divmod(index, len(family.axes))
        axis = family.axes[which]
        block, step = divmod(turn, len(axis.levels) - 1)
        outward = list(axis.levels[1:])
        child_rng(self.seed, "axis", family.name, axis.name, block).shuffle(outward)
        return Coordinate.at(family.axes, {axis.name: outward[step]})


def equal_shares(evidence: Mapping[str, FamilyEvidence], budget: int, *, of: int) -> dict[str, int]:
    """What each family lacks of its equal share of ``budget``, itself a part ``of`` the whole.

    Raises :class:`UsageError` if the whole is too small.
    """
    least = LEAST_PER_FAMILY * len(evidence)
    if of < least:
        raise UsageError(
            f"A budget of {of} probes is too small for {len(evidence)} families.",
            remedy=f"Give --budget {least} or more, {LEAST_PER_FAMILY} a family.",
        )
    each, over = divmod(budget, len(evidence)) if evidence else (0, 0)
    wanted = {name: each + (rank < over) for rank, name in enumerate(sorted(evidence))}
    missing = {name: count - evidence[name].count for name, count in wanted.items()}
    return {name: count for name, count in missing.items() if count > 0}


def _index_within_share(number: int) -> int:
    """How many earlier probes have the share that probe ``number`` has."""
    cycle, within = divmod(number, len(PATTERN))
    share = PATTERN[within]
    return cycle * PATTERN.count(share) + PATTERN[:within].count(share)
