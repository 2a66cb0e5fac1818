"""What a probe promises to teach, and the best batch by it.

    gain(x) = Σ_models Σ_targets weight · Cov(T, p(x))² / (p̄(1 − p̄))

the expected reduction of the targets' variance by one answer at x (stepwise uncertainty reduction:
Bect et al. 2012; Chevalier et al. 2014), all covariances over the particles. Within a batch each
pick conditions the rest as if the answers were Gaussian:

    A(x) ← A(x) − C(x, x*) A(x*) / Var(y*),   C and Var(y) likewise,   A(x) = Cov(T, p(x))

so probes in flight are accounted for without guessing what they will say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.posterior import Particles, success
from falloff.sampling.aims import Aim

Floats = NDArray[np.float64]

TAU = 0.5
# A batch goes to so many places at the least.
_PLACES = 4
_TINY = 1e-12


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of one family: candidates ``u`` [C, k + m], and the box it is asked for.

    ``box``: [cells, k + m] with the measure ``mu`` [cells]; ``chance``: g.
    """

    u: Floats
    box: Floats
    mu: Floats
    chance: float


def best_batch(
    models: Sequence[Particles],
    question: Question,
    count: int,
    aim: Aim,
    *,
    cost: Floats | None = None,
) -> list[int]:
    """Indices of ``count`` candidates, greedily; none more often than a quarter of them.

    ``cost`` [C]: expected cost of a probe at each candidate, all equal unless given.
    """
    price = np.ones(len(question.u)) if cost is None else cost
    outlooks = _outlooks(models, question, aim)
    # On few places the best is worth asking again; a limit keeps a batch from resting on one.
    most = max(-(-count // _PLACES), -(-count // len(question.u)))
    left = np.full(len(question.u), most)
    picks: list[int] = []
    for _ in range(count):
        gain = np.sum([outlook.gain() for outlook in outlooks], axis=0) / price
        pick = int(np.argmax(np.where(left > 0, gain, -1.0)))
        left[pick] -= 1
        picks.append(pick)
        for outlook in outlooks:
            outlook.take(pick)
    return picks


@dataclass(kw_only=True)
class _Outlook:
    """One model's covariances, conditioned on the picks so far.

    ``deviations``: [K, C] of p from its mean, over √K. ``reach``: A, [C, targets], each target in
    units in which its variance is its weight. ``variance``: [C] of an answer. ``columns``: C(x, x*)
    over √Var(y*) of every pick.
    """

    deviations: Floats
    reach: Floats
    variance: Floats
    columns: list[Floats]

    def gain(self) -> Floats:
        return np.asarray((self.reach**2).sum(axis=1) / self.variance)

    def take(self, pick: int) -> None:
        column = self.deviations.T @ self.deviations[:, pick]
        for earlier in self.columns:
            column -= earlier * earlier[pick]
        column /= np.sqrt(self.variance[pick])
        root = np.sqrt(self.variance[pick])
        self.reach = self.reach - np.outer(column, self.reach[pick]) / root
        self.variance = np.maximum(self.variance - column**2, _TINY)
        self.columns.append(column)


def _outlooks(models: Sequence[Particles], question: Question, aim: Aim) -> list[_Outlook]:
    """The volumes of all models are one target, the variance of their log ratio."""
    competence = [m.regions.competence(question.box) for m in models]
    volumes = [c @ question.mu for c in competence]
    n, ratio = len(models), sum(_relative_variance(volume) for volume in volumes)
    return [
        _outlook(model, question, aim, volume / volume.mean() * np.sqrt(aim.volume / ratio), c, n)
        for model, volume, c in zip(models, volumes, competence, strict=True)
    ]


def _outlook(
    model: Particles,
    question: Question,
    aim: Aim,
    volume: Floats,
    competence: Floats,
    models: int,
) -> _Outlook:
    axes = model.regions.axes
    targets = [volume, _standard((competence >= TAU) @ question.mu, aim.volume_at / models)]
    for axis in range(axes):
        edge = np.nan_to_num(model.regions.edge(axis, TAU), nan=0.0)
        targets.append(_standard(np.minimum(edge, 1.0), aim.edges / axes / models))
    values = np.column_stack(targets)
    p = success(model.regions.competence(question.u), question.chance, question.chance)
    mean = p.mean(axis=0)
    deviations = (p - mean) / np.sqrt(len(p))
    return _Outlook(
        deviations=deviations,
        reach=deviations.T @ (values - values.mean(axis=0)) / np.sqrt(len(p)),
        variance=mean * (1 - mean),
        columns=[],
    )


def _standard(values: Floats, weight: float) -> Floats:
    """``values`` scaled to the variance ``weight``; 0 where they do not vary."""
    sd = values.std()
    return np.asarray(values * (np.sqrt(weight) / sd)) if sd > 1e-6 else np.zeros_like(values)


def _relative_variance(volume: Floats) -> float:
    return float(volume.var() / volume.mean() ** 2)
