"""Select: which probes a family is asked next, from the run file or else from the design."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from falloff.core import Coordinate, child_seed
from falloff.probes import Family
from falloff.run.records import PlacedProbe
from falloff.run.store import RunStore
from falloff.sampling import Design, FamilyEvidence, Placement, Share


class Selection:
    """One family's batches in order.

    What an earlier session has placed stands and comes first, up to the number wanted now; only
    then is the design asked. So a run goes on the same whatever has happened to its answers since.
    """

    def __init__(self, family: Family, design: Design, store: RunStore) -> None:
        self.family = family
        self.evidence = FamilyEvidence.none_yet(family.name, store.manifest.models)
        self._design = design
        self._store = store
        self._recorded = deque(store.placed(family.name))
        self._used: Counter[Share] = Counter()

    def next_batch(self, count: int, round_: int) -> list[PlacedProbe]:
        """At least one probe and at most ``count``, all of them on disk."""
        batch = [self._recorded.popleft() for _ in range(min(count, len(self._recorded)))]
        if not batch:
            placements = self._design.place(self.family, count, self.evidence)
            batch = [
                self._probe(placement, round_, self.evidence.count + number)
                for number, placement in enumerate(placements)
            ]
            self._store.place(batch)
        else:
            self._used.update(placed.share for placed in batch)
        return batch

    def learn(self, batch: Sequence[PlacedProbe]) -> None:
        """Add a complete batch to the evidence."""
        before = self.evidence
        start, stop = before.count, before.count + len(batch)
        new = {
            role: self._store.scores(self.family.name, role, start, stop) for role in before.scores
        }
        self.evidence = replace(
            before,
            coordinates=before.coordinates + tuple(p.probe.coordinate for p in batch),
            shares=before.shares + tuple(p.share for p in batch),
            scores={role: np.append(old, new[role][0]) for role, old in before.scores.items()},
            calls={role: np.append(old, new[role][1]) for role, old in before.calls.items()},
        )

    def _probe(self, placement: Placement, round_: int, position: int) -> PlacedProbe:
        """A fresh item: its seed is of this run, this place and this turn alone.

        Where items are fixed, each has its turn before one is asked again.
        """
        number = self._used[placement.share]
        run_seed, at, share = self._store.manifest.seed, placement.coordinate, placement.share
        seed = item_seed(run_seed, self.family.name, at, share, number)
        if pool := self.family.pool:
            seed = pool.seed(seed, pool.turn(run_seed, self.family.name, position))
        self._used[placement.share] += 1
        return PlacedProbe(
            probe=self.family.probe(placement.coordinate, seed),
            share=placement.share,
            round=round_,
            position=position,
        )


def item_seed(run_seed: int, family: str, at: Coordinate, share: Share, number: int) -> int:
    """The seed of a fresh item: the ``number``-th of a run that is placed for that ``share``."""
    return child_seed(run_seed, family, at.key, share, number)
