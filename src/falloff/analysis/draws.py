"""Joint draws: what every interval is made from, however they were drawn."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from falloff.analysis.audit import Audit
from falloff.analysis.data import Floats
from falloff.analysis.region import Regions

# Draws behind every interval: the 5 % and 95 % quantiles rest on 25 draws each.
DRAWS = 500
# Degrees of freedom that a fit takes up on each axis.
_PARAMETERS = 3
# Items that are weighed at a time.
_ITEMS = 4096


@dataclass(frozen=True, kw_only=True)
class Draws:
    """Joint draws for some models on one family; index 0 of each array is the point estimate.

    ``centre``, ``volume``, ``volume_at``: [1 + DRAWS]; ``competence``: [1 + DRAWS, places].
    ``audit`` is None for fixed designs. ``psi``: [items] the influence of
    each item on the volume, where items have names.
    """

    regions: Regions
    centre: Floats
    volume: Floats
    volume_at: Floats
    competence: Floats
    audit: Audit | None = None
    psi: Floats | None = None


def corrected(score: Floats, chance: float) -> Floats:
    """Scores with chance removed, (y − g)/(1 − g); not clipped."""
    return (score - chance) / (1 - chance)


def outcome_patterns(models: int) -> Floats:
    """[2^models, models] who can solve a probe and who not."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=models)))


def smoothed_mean(values: Floats, weights: Floats, prior_values: Floats, prior: Floats) -> Floats:
    """[draws] weighted mean of the data and the prior observation; the first is the data's own."""
    total = (values * weights).sum(axis=1)
    count = weights.sum(axis=1)
    mixed = (total + (prior_values * prior).sum(axis=1)) / (count + prior.sum(axis=1))
    if values.shape[1]:
        mixed[0] = total[0] / count[0]
    return np.asarray(mixed)


def group_weights(item: np.ndarray, group: np.ndarray, rng: np.random.Generator) -> Floats:
    """[1 + DRAWS, groups] Bayesian bootstrap weights, summed over the answers of each group.

    ``item``, ``group``: [n] indices. An item weighs Exp(1), the same for all its answers; the first
    row counts answers. Where items are asked more than once they are few, and their weights vary
    more: :func:`weight_shape`. In parts of the items, so that memory does not grow with n.
    """
    _, index = np.unique(item, return_inverse=True)
    items, groups = int(index.max(initial=-1)) + 1, int(group.max(initial=-1)) + 1
    shape = 1.0 if items == len(item) else weight_shape(items)
    counts = sparse.csr_array((np.ones(len(item)), (index, group)), shape=(items, groups))
    weights = np.zeros((1 + DRAWS, groups))
    for start in range(0, items, _ITEMS):
        part = counts[start : start + _ITEMS]
        drawn = rng.standard_gamma(shape, size=(1 + DRAWS, part.shape[0])) / shape
        drawn[0] = 1.0
        weights += drawn @ part
    return weights


def weight_shape(items: float) -> float:
    """Shape of the gamma distribution of weights: 1, Exp(1), for many items, less for few.

    The variance is n/(n − 3), for the parameters fitted, times (t/z)², Student's quantile over the
    normal one at 95 %: with Exp(1) weights a table of few rows gives intervals that are too narrow.
    """
    freedom = max(items - _PARAMETERS, 1)
    return freedom / items / (1 + 0.93 / freedom) ** 2


def answers_per_item(item: np.ndarray) -> float:
    """Mean number of answers to an item: a prior item weighs as much as a real one."""
    return len(item) / max(len(np.unique(item)), 1) or 1.0


def item_means(values: Floats, rng: np.random.Generator, *, least: float = 0.0) -> Floats:
    """[1 + DRAWS, quantities] means of values [items, quantities] that lie in [``least``, 1].

    The Bayesian bootstrap over items with a prior observation, ``least`` or 1 in all quantities at
    once: an order between them, item by item, holds in every draw.
    """
    prior = rng.gamma(0.5, size=(1 + DRAWS, 2))
    prior[0] = 0.0
    sums = item_sums(np.column_stack([np.ones(len(values)), values]), rng)
    supposed = prior @ np.array([[least], [1.0]])
    return np.asarray((sums[:, 1:] + supposed) / (sums[:, 0] + prior.sum(axis=1))[:, None])


def item_sums(values: Floats, rng: np.random.Generator) -> Floats:
    """[1 + DRAWS, quantities] sums of values [items, quantities], items weighing Exp(1) each.

    In parts, so that memory does not grow with the items.
    """
    sums = np.zeros((1 + DRAWS, values.shape[1]))
    for start in range(0, len(values), _ITEMS):
        part = values[start : start + _ITEMS]
        weights = rng.exponential(size=(1 + DRAWS, len(part)))
        weights[0] = 1.0
        sums += weights @ part
    return sums


def centre_draws(
    scores: Floats, item: np.ndarray, chance: float, rng: np.random.Generator
) -> list[Floats]:
    """[1 + DRAWS] a model: competence at the centre from direct calls alone, pairs kept pairs.

    ``scores``: [models, n] at the centre, on ``item`` [n]. The Bayesian bootstrap by item with a
    prior item: for one model and fresh items it is Beta(s + ½, f + ½).
    """
    models = len(scores)
    alike, group = np.unique(scores, axis=1, return_inverse=True)
    weights = group_weights(item, group.reshape(-1), rng)
    patterns = outcome_patterns(models)
    prior = rng.gamma(1 / len(patterns), size=(1 + DRAWS, len(patterns)))
    prior[0] = 1 / len(patterns)
    prior *= answers_per_item(item)
    solved, could = corrected(alike, chance), corrected(patterns, chance)
    return [smoothed_mean(solved[[i]], weights, could[None, :, i], prior) for i in range(models)]
