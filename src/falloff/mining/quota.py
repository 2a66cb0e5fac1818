"""Asking until so many examples of each family are good."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from falloff.core import Coordinate, Probe, child_rng
from falloff.mining.freshness import Known
from falloff.mining.grounds import Ground, Where
from falloff.probes import Family
from falloff.run.selection import item_seed
from falloff.sampling import FamilyEvidence, Guess, Placement, Share

SHARES: dict[Where, Share] = {"edge": "look", "box": "box", "centre": "centre"}
# A round asks a family no more than this before it is known whether the teacher is any good there.
_FIRST = 32
# A family whose teacher is right less often is given up, and so is one that has been asked so many
# times as often as it has examples to give.
_FEWEST = 1 / 8
_MOST = 6
# Answers that the expected rate of good ones counts for.
_PRIOR = 8
_BATCH = 64


def quotas(grounds: Sequence[Ground], count: int) -> dict[str, int]:
    """``count`` examples by family, in proportion to their shares, by largest remainder."""
    exact = [ground.share * count for ground in grounds]
    whole = [math.floor(number) for number in exact]
    order = sorted(range(len(exact)), key=lambda i: whole[i] - exact[i])
    for i in order[: count - sum(whole)]:
        whole[i] += 1
    return {ground.family: number for ground, number in zip(grounds, whole, strict=True)}


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A design (:class:`falloff.sampling.Design`) that asks until each family's quota is filled.

    An answer counts where it is right and its item is new: neither in ``known`` nor earlier in this
    run. Where a probe goes depends on seed, family and position alone, so a larger quota goes on.
    ``seed``: of the run that asks.
    """

    grounds: Mapping[str, Ground]
    families: Mapping[str, Family]
    quota: Mapping[str, int]
    where: Where
    seed: int
    known: Known
    _new: dict[str, list[bool]] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        """For the manifest: what decides where probes go, which the quota does not."""
        facts = [
            [ground.family, [place.key for place in ground.places], ground.weights]
            for ground in self.grounds.values()
        ]
        digest = hashlib.blake2b(json.dumps(facts).encode(), digest_size=8).hexdigest()
        return {"name": "mine", "version": 1, "where": self.where, "places": digest}

    def allocate(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, int]:
        """What is still missing, by the rate at which the family's answers have been good."""
        wanted = {name: self._wanted(name, known) for name, known in evidence.items()}
        return {name: count for name, count in wanted.items() if count > 0}

    def headline(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, Guess]:
        """Nothing is measured here."""
        del evidence
        return {}

    def place(self, family: Family, count: int, evidence: FamilyEvidence) -> tuple[Placement, ...]:
        start = evidence.count
        return tuple(
            Placement(coordinate=self._place(family.name, i), share=SHARES[self.where])
            for i in range(start, start + min(count, _BATCH))
        )

    def good(self, evidence: FamilyEvidence) -> list[bool]:
        """[n] which of the family's probes make an example: right, and new."""
        (scores,) = evidence.scores.values()
        new = self._newness(evidence.family, evidence.count)
        return [right and is_new for right, is_new in zip(scores >= 1, new, strict=True)]

    def fresh(self, evidence: FamilyEvidence) -> int:
        """How many of the family's probes are new."""
        return sum(self._newness(evidence.family, evidence.count))

    def _wanted(self, name: str, evidence: FamilyEvidence) -> int:
        good, tried = sum(self.good(evidence)), evidence.count
        missing = self.quota[name] - good
        if missing <= 0 or (tried >= _FIRST and good < _FEWEST * tried):
            return 0
        expected = (good + _PRIOR * self.grounds[name].expected) / (tried + _PRIOR)
        count = math.ceil(missing / max(expected, _FEWEST))
        if tried < _FIRST:
            return min(count, _FIRST - tried)
        return min(count, _FIRST + _MOST * self.quota[name] - tried)

    def _newness(self, name: str, count: int) -> list[bool]:
        """[count] of the probes at the first positions; what is worked out is kept."""
        found = self._new.setdefault(name, [])
        for position in range(len(found), count):
            found.append(self.known.add(self.families[name], self._probe(name, position)))
        return found[:count]

    def _probe(self, name: str, position: int) -> Probe:
        at = self._place(name, position)
        seed = item_seed(self.seed, name, at, SHARES[self.where], position)
        return self.families[name].probe(at, seed)

    def _place(self, name: str, position: int) -> Coordinate:
        ground = self.grounds[name]
        rng = child_rng(self.seed, "mine", name, position)
        return rng.choices(ground.places, ground.weights)[0]


def first_good(design: Quota, evidence: FamilyEvidence) -> Iterator[int]:
    """Positions of the family's examples: the first good ones, as many as its quota."""
    good = np.flatnonzero(design.good(evidence))
    yield from good[: design.quota[evidence.family]].tolist()
