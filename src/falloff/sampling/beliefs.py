"""What every model is believed to be like, rebuilt from the evidence and remembered.

A family's answers are let in by batches at fixed positions, so that beliefs are the same whether a
run was asked in one go or resumed: they follow from the seed and the evidence alone. What is
remembered only saves time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.layout import Layout
from falloff.analysis.posterior import Particles, prior, update
from falloff.analysis.tally import Tally
from falloff.core import Axis, child_seed
from falloff.probes import Family
from falloff.sampling.batches import batch_of
from falloff.sampling.evidence import FamilyEvidence
from falloff.sampling.halton import point_of_box

Floats = NDArray[np.float64]

# Decisions need less than estimates: gains are compared, not reported.
PARTICLES = 400
MOVES = 3
# Places in a volume that only decides: evenly drawn, they are off by less than a hundredth.
CELLS = 96


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """Posteriors by family and role."""

    seed: int
    _known: dict[tuple[str, str], Particles] = field(default_factory=dict)
    _boxes: dict[str, Floats] = field(default_factory=dict)

    def of(self, family: Family, evidence: FamilyEvidence) -> dict[str, Particles]:
        """The particles of every role, given the family's evidence."""
        u = layout(family).columns(evidence.coordinates)
        return {
            role: self._posterior(family, u, scores, evidence.count)
            for role, scores in evidence.scores.items()
        }

    def box(self, family: Family) -> Floats:
        """[cells, k + m] places whose mean is the volume that decides: the grid, or part of it."""
        if family.name not in self._boxes:
            drawn = (point_of_box(self.seed, family, i, stream="volume") for i in range(CELLS))
            cells = family.grid if len(family.grid) <= CELLS else tuple(drawn)
            self._boxes[family.name] = layout(family).columns(cells)
        return self._boxes[family.name]

    def _posterior(self, family: Family, u: Floats, scores: Floats, count: int) -> Particles:
        """By recursion over batches; roles with the same answers share one posterior."""
        digest = _digest(u[:count], scores[:count])
        key = (family.name, digest)
        if key in self._known:
            return self._known[key]
        rng = np.random.Generator(
            np.random.PCG64(child_seed(self.seed, "beliefs", family.name, count))
        )
        if count == 0:
            place = layout(family)
            start = prior(len(place.doses), PARTICLES, rng, place.labels)
            # Single precision halves the time of a decision and is far finer than 400 particles.
            particles = replace(start, theta=start.theta.astype(np.float32))
        else:
            learnt, _ = batch_of(count - 1)
            before = self._posterior(family, u, scores, learnt)
            particles = _learnt(family, before, u, scores, learnt, count, rng)
        self._known[key] = particles
        return particles


def layout(family: Family) -> Layout:
    """The columns of a family's positions."""
    return _layout(family.axes)


@lru_cache(maxsize=256)
def _layout(axes: tuple[Axis, ...]) -> Layout:
    return Layout(axes=axes)


def _learnt(
    family: Family,
    before: Particles,
    u: Floats,
    scores: Floats,
    start: int,
    stop: int,
    rng: np.random.Generator,
) -> Particles:
    known, new = (
        _tally(family, u[part], scores[part]) for part in (slice(start), slice(start, stop))
    )
    if not new.trials.size:
        return before
    return update(before, known if known.trials.size else None, new, rng=rng, moves=MOVES)


def _tally(family: Family, u: Floats, scores: Floats) -> Tally:
    here = ~np.isnan(scores)
    return Tally.of(u[here], scores[here], family.chance, labels=layout(family).labels)


def _digest(u: Floats, scores: Floats) -> str:
    return hashlib.blake2b(u.tobytes() + scores.tobytes(), digest_size=16).hexdigest()
