"""Resampling whole items, paired across models: joint draws of every model's curve.

The Bayesian bootstrap by cluster (Rubin 1981): every item gets a random weight of mean 1, the same
for all models and rows, so what two models share on an item cancels in their difference. An
ordinary cluster bootstrap, with whole multinomial weights, agrees in large tables; in small ones it
drops levels. Not valid for adaptive designs, in which rows were placed by earlier answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from falloff.analysis.data import Floats
from falloff.analysis.draws import weight_shape
from falloff.analysis.fixed.design import FixedDesign
from falloff.analysis.fixed.falling import Falling
from falloff.analysis.fixed.fitting import fit_falling
from falloff.core import child_seed

# Weights and places held at once: bounds the memory of large tables.
_MOST_AT_ONCE = 2_000_000
# A fraction stands for many answers, nobody knows how many: it counts as so many in the fit, lest
# the prior move it. Intervals do not depend on it; they come from how the rows scatter.
_ANSWERS = 100.0
# Levels that differ by less than this share of their range are one place: it moves nothing that can
# be seen, and a large table is fitted in seconds.
_GRAIN = 1 / 200
_TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """One model's rows summed by item and level, as sparse matrices [items, places].

    ``z``: [places]. ``prior`` is the total weight of the prior observation.
    """

    z: Floats
    trials: sparse.csr_matrix
    successes: sparse.csr_matrix
    prior: float


def draw_curves(
    design: FixedDesign, z: Floats, *, chance: float, resamples: int, seed: int
) -> list[Falling]:
    """Curves of each model, [1 + resamples], the first fitted to the rows as they are.

    ``z``: [n] positions of the rows' levels. In the draws one prior observation, spread over levels
    and outcomes, keeps intervals honest where all answers agree (Jeffreys' ½ + ½ for a single
    share); there is none for scores that are fractions, since each stands for an unknown number of
    answers.
    """
    single = bool(np.isin(design.score, (0.0, 1.0)).all())
    rows = [_summed(design, z, model, single) for model in range(len(design.models))]
    pieces: list[list[Falling]] = [[] for _ in rows]
    for chunk, weights in enumerate(_weights(design, rows, resamples, seed)):
        for index, model in enumerate(rows):
            rng = np.random.Generator(np.random.PCG64(child_seed("prior", seed, chunk, index)))
            trials, successes = weights @ model.trials, weights @ model.successes
            prior = model.prior * rng.gamma(0.5 / model.z.size, size=(2, *trials.shape))
            prior[:, 0] *= chunk > 0  # the very first copy is the rows themselves
            trials, successes = trials + prior.sum(axis=0), successes + prior[0]
            pieces[index].append(fit_falling(model.z, successes, trials, chance))
    return [Falling.joined(piece) for piece in pieces]


def _summed(design: FixedDesign, z: Floats, model: int, single: bool) -> _Rows:
    """Row weights are scaled to a mean of 1: what counts is how they compare."""
    rows = design.rows(model)
    weight = design.weight[rows] / design.weight[rows].max()
    weight = weight / weight.mean()
    score = design.score[rows]
    weight = weight if single else _ANSWERS * weight
    own = z[rows]
    if np.unique(own).size > 1 / _GRAIN:
        own = np.round(own / _GRAIN) * _GRAIN
    places, place = np.unique(own, return_inverse=True)
    shape, where = (len(design.items), places.size), (design.item[rows], place)
    return _Rows(
        z=places,
        trials=sparse.csr_matrix((weight, where), shape=shape),
        successes=sparse.csr_matrix((weight * score, where), shape=shape),
        prior=float(single),
    )


def _weights(design: FixedDesign, rows: list[_Rows], resamples: int, seed: int) -> Iterator[Floats]:
    """[some, items] weights, in pieces that fit into memory; the first of all are ones."""
    rng = np.random.Generator(np.random.PCG64(child_seed("items", seed)))
    fewest = min(np.unique(design.item[design.rows(i)]).size for i in range(len(rows)))
    shape = weight_shape(fewest)
    widest = max(len(design.items), *(model.z.size for model in rows))
    at_once = max(2, _MOST_AT_ONCE // widest)
    for start in range(0, 1 + resamples, at_once):
        count = min(at_once, 1 + resamples - start)
        weights = rng.standard_gamma(shape, size=(count, len(design.items)))
        weights /= np.maximum(weights.mean(axis=1, keepdims=True), _TINY)
        if start == 0:
            weights[0] = 1.0
        yield weights
