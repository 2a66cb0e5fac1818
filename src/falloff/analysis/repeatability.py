"""Asked again: pass^k, and how often a model contradicts itself.

    pass^k of an item   C(c, k)/C(n, k): c of n repeats solved it; unbiased for p^k, p being the
                        chance that the model solves this item (Chen et al. 2021; Yao et al. 2024)
    flips               2c(n − c)/(n(n − 1)): unbiased for 2p(1 − p)
    churn               the share of pairs of repeats, i of the teacher and j ≠ i of the student, of
                        which one solved the item and the other did not. Never the same repeat of
                        both: engines draw it with the same luck, so the two are not independent
    beyond              churn − (flips_T + flips_S)/2: unbiased for (p_T − p_S)², what is left of
                        churn once each model's own inconstancy is taken off

Means over the draws from μ, or over the direct calls at the centre; an item is a cluster, so
repeats never count as fresh items. Items that lack one of the repeats are left out of all k, so
that pass^k cannot rise with k. Chance is not removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import BOX, CENTRE, FamilyData, Floats
from falloff.analysis.draws import item_means
from falloff.analysis.estimates import Repeatability
from falloff.analysis.intervals import interval, weighted
from falloff.analysis.pair_estimates import RepeatedComparison
from falloff.core import child_seed


@dataclass(frozen=True, kw_only=True)
class RepeatDraws:
    """Joint draws for one model on one family; index 0 is the point estimate.

    ``box`` [1 + DRAWS, K + 2]: pass^1 … pass^K, flips, changes, over ``items`` draws from μ;
    ``centre`` [1 + DRAWS, K]: pass^k. None where no item has all repeats.
    """

    repeats: int
    items: int
    box: Floats | None
    centre: Floats | None


def pass_all(solved: Floats, asked: int, k: int) -> Floats:
    """[n] C(c, k)/C(n, k) for ``solved`` c [n] of ``asked`` n repeats; k of 1 … n."""
    terms = [(solved - j) / (asked - j) for j in range(k)]
    return np.asarray(np.maximum(np.prod(terms, axis=0), 0.0))


def flips(solved: Floats, asked: int) -> Floats:
    """[n] the share of pairs of repeats of which one solved the item and the other did not."""
    return np.asarray(2 * solved * (asked - solved) / (asked * (asked - 1)))


def changes(answers: Sequence[Sequence[str | None]]) -> Floats:
    """[n] the share of pairs of repeats whose answers differ; ``answers``: repeats by items.

    That nothing can be read counts as an answer.
    """
    pairs = [
        [a != b for a, b in zip(answers[i], answers[j], strict=True)]
        for i in range(len(answers))
        for j in range(i)
    ]
    return np.asarray(np.mean(np.array(pairs, dtype=float), axis=0))


def churns(teacher: NDArray[np.bool_], student: NDArray[np.bool_]) -> Floats:
    """[n] churn of each item from who solved it in which repeat, each [K, n]."""
    left, right, asked = teacher.sum(axis=0), student.sum(axis=0), len(teacher)
    both = (left * right - (teacher & student).sum(axis=0)) / (asked * (asked - 1))
    return np.asarray((left + right) / asked - 2 * both)


def repeat_draws(data: FamilyData, role: str) -> RepeatDraws | None:
    """Draws for one model; None if it was not asked again."""
    repeats = data.repeats.get(role)
    if repeats is None:
        return None
    asked, complete = len(repeats.scores), repeats.complete
    solved = repeats.solved
    powers = [pass_all(solved, asked, k) for k in range(1, asked + 1)]
    values = np.array([*powers, flips(solved, asked), changes(repeats.answers)])
    box, centre = complete & data.share(BOX), complete & data.share(CENTRE)
    return RepeatDraws(
        repeats=asked,
        items=int(box.sum()),
        box=item_means(values[:, box].T, _luck(data)) if box.any() else None,
        centre=item_means(values[:asked, centre].T, _luck(data)) if centre.any() else None,
    )


def repeatability(parts: Sequence[tuple[float, RepeatDraws | None]]) -> Repeatability | None:
    """From weights and draws, a family each; those without draws are left out. None if all are."""
    known = [(weight, draws) for weight, draws in parts if draws and weight]
    box = weighted([(weight, draws.box) for weight, draws in known])
    centre = weighted([(weight, draws.centre) for weight, draws in known])
    if box is None:
        return None
    repeats = known[0][1].repeats
    return Repeatability(
        repeats=repeats,
        items=sum(draws.items for _, draws in known),
        pass_k=tuple(interval(box[:, k]) for k in range(repeats)),
        centre_pass_k=() if centre is None else tuple(map(interval, centre.T)),
        flips=interval(box[:, repeats]),
        changes=interval(box[:, repeats + 1]),
    )


def churn_draws(data: FamilyData, teacher: str, student: str) -> Floats | None:
    """[1 + DRAWS, 2] churn and beyond over the draws from μ; None if they were not asked again.

    An item's beyond lies in [−1, 1], and so does its prior observation: one in [0, 1] would suppose
    a difference (40 equal items asked twice excluded 0 from below 15 times in 100, now 6).
    """
    if teacher not in data.repeats or student not in data.repeats:
        return None
    left, right = data.repeats[teacher], data.repeats[student]
    churn = churns(left.scores >= 1, right.scores >= 1)
    own = flips(left.solved, len(left.scores)) + flips(right.solved, len(right.scores))
    keep = left.complete & right.complete & data.share(BOX)
    if not keep.any():
        return None
    beyond = churn - own / 2
    means = (
        item_means(churn[keep, None], _luck(data)),
        item_means(beyond[keep, None], _luck(data), least=-1.0),
    )
    return np.hstack(means)


def compare_repeats(
    families: Sequence[tuple[float, FamilyData]], teacher: str, student: str
) -> RepeatedComparison | None:
    """From weights and families; None if none was asked again."""
    churn = weighted([(weight, churn_draws(data, teacher, student)) for weight, data in families])
    left, right = (
        repeatability([(weight, repeat_draws(data, role)) for weight, data in families])
        for role in (teacher, student)
    )
    if churn is None or left is None or right is None:
        return None
    return RepeatedComparison(
        teacher=left, student=right, churn=interval(churn[:, 0]), beyond=interval(churn[:, 1])
    )


def _luck(data: FamilyData) -> np.random.Generator:
    """The same for all models, so that the same items weigh the same."""
    return np.random.Generator(np.random.PCG64(child_seed("repeats", data.name)))
