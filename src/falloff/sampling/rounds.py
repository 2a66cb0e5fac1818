"""How budget moves between families: in rounds of whole batches, to where they narrow the headline.

A round follows from the evidence at its start alone, whatever the budget: a budget only cuts the
sequence of rounds, anywhere, and a larger one goes on at the cut. So rounds are played again from
the evidence, and the last one is remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from falloff.probes import Family
from falloff.sampling.batches import BATCH
from falloff.sampling.beliefs import Beliefs
from falloff.sampling.cost import family_prices
from falloff.sampling.evidence import FamilyEvidence
from falloff.sampling.headline import Standing, standing


@dataclass(frozen=True, kw_only=True)
class Round:
    """``start``: the evidence at its start. ``picks``: families that get a batch, in order.

    No picks: the headline is as precise as wanted.
    """

    start: Mapping[str, FamilyEvidence]
    picks: tuple[str, ...]

    def missing(self, evidence: Mapping[str, FamilyEvidence], most: int) -> dict[str, int]:
        """Probes that the round still lacks by family, ``most`` of them in the order of picks."""
        given: Counter[str] = Counter()
        target = {name: known.count for name, known in self.start.items()}
        for name in self.picks:
            target[name] += BATCH
            lacking = target[name] - evidence[name].count - given[name]
            given[name] += max(min(lacking, most - given.total()), 0)
        return {name: count for name, count in given.items() if count}

    def end(self, evidence: Mapping[str, FamilyEvidence]) -> dict[str, FamilyEvidence]:
        """The evidence when it is complete."""
        batches = Counter(self.picks)
        return {
            name: evidence[name].first(known.count + BATCH * batches[name])
            for name, known in self.start.items()
        }


class Rounds:
    """The rounds of a run after its first batches, ended at the half-width ``precision``.

    ``weights``: of families in the headline, as :func:`falloff.sampling.headline.standing` has it.
    ``even``: every family gets one batch a round, whatever it means for the headline.
    """

    def __init__(
        self,
        families: Sequence[Family],
        beliefs: Beliefs,
        precision: float | None,
        weights: Mapping[str, float],
        *,
        even: bool = False,
    ) -> None:
        self._families = families
        self._weights = weights
        self._beliefs = beliefs
        self._precision = precision
        self._even = even
        self._last: Round | None = None

    def missing(self, evidence: Mapping[str, FamilyEvidence], most: int) -> dict[str, int]:
        """What the first incomplete round lacks, at most so many; nothing when precise enough."""
        current = self._last
        if current is None or not _begins_with(evidence, current.start):
            current = self.after({name: known.first(BATCH) for name, known in evidence.items()})
        while current.picks and not current.missing(evidence, BATCH):
            current = self.after(current.end(evidence))
        self._last = current
        return current.missing(evidence, most)

    def after(self, start: Mapping[str, FamilyEvidence]) -> Round:
        """The round that begins with this evidence."""
        if (self._even or len(start) == 1) and self._precision is None:
            return Round(start=start, picks=tuple(start))
        now = standing(self._families, start, self._beliefs, self._weights)
        if self._precision is not None and now.half_width <= self._precision:
            return Round(start=start, picks=())
        return Round(start=start, picks=tuple(start) if self._even else _picks(now, start))


def _picks(now: Standing, start: Mapping[str, FamilyEvidence]) -> tuple[str, ...]:
    """As many batches as there are families, each to where it narrows the headline most.

    A family's share v of the headline's variance falls like 1/n, so a batch takes off v/(n/16 + 1),
    and what counts is that for its price.
    """
    share = dict(now.shares)
    count = {name: known.count for name, known in start.items()}
    price = family_prices(start)
    picks: list[str] = []
    for _ in start:
        name = max(sorted(start), key=lambda f: share[f] * BATCH / (count[f] + BATCH) / price[f])
        picks.append(name)
        share[name] *= count[name] / (count[name] + BATCH)
        count[name] += BATCH
    return tuple(picks)


def _begins_with(
    evidence: Mapping[str, FamilyEvidence], start: Mapping[str, FamilyEvidence]
) -> bool:
    return all(known.is_start_of(evidence[name]) for name, known in start.items())
