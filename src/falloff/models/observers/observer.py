"""An observer: a rule seen through lapses and items of unequal difficulty, with exact truths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from falloff.models.observers.rules import Floats, Rule

# Standard normal nodes and weights of the trapezoidal rule: for a logistic-normal integral its
# error is far below 1e-10 up to item effects of 3 logits, where Gauss-Hermite needs hundreds.
_NODES = np.linspace(-9.0, 9.0, 241)
_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
# Points of the scan for a first down-crossing: narrower dips than this are missed.
_SCAN = 4001
_BISECTIONS = 60


@dataclass(frozen=True, kw_only=True)
class Observer:
    """c(u) = (1 − λ)·E[σ(γ·logit r(u/s) + ε)], ε ~ N(0, items²): the competence over new items.

    r is the ``rule``; ``lapse`` λ is lost everywhere; ``items`` is the standard deviation of item
    effects in logits; ``stretch`` s moves all edges outward by its factor, by axis or (one entry)
    all alike; ``sharpness`` γ steepens the fall and leaves the half-way points. The last ``labels``
    columns of u are labels of nominal axes, which nothing stretches: see ``Nominal``.
    """

    rule: Rule
    lapse: float = 0.0
    items: float = 0.0
    stretch: tuple[float, ...] = (1.0,)
    sharpness: float = 1.0
    labels: int = 0

    def competence(self, u: Floats) -> Floats:
        """c at positions u, over all items: [n, k] → [n]."""
        if self.items == 0:
            return self.on_item(u, 0.0)
        works = expit(self._logits(u)[:, None] + self.items * _NODES)
        return np.asarray((1 - self.lapse) * (works @ _WEIGHTS))

    def on_item(self, u: Floats, effect: float) -> Floats:
        """c at positions u on one item, whose ``effect`` is a standard normal draw."""
        return np.asarray((1 - self.lapse) * expit(self._logits(u) + self.items * effect))

    def edge(
        self,
        axis: int,
        axes: int,
        tau: float = 0.5,
        *,
        centre: Floats | None = None,
        top: float = 1.0,
    ) -> float | None:
        """The first down-crossing of τ on one of ``axes`` dose axes, all else at the centre, in u.

        The axis runs from the ``centre`` ([columns] positions, 0 unless given) to ``top``. The
        centre's own position if c starts below τ, None if c does not fall below up to the top.
        """
        start = np.zeros(axes + self.labels) if centre is None else centre

        def along(x: Floats) -> Floats:
            u = np.tile(start, (len(x), 1))
            u[:, axis] = x
            return self.competence(u)

        scan = np.linspace(start[axis], top, _SCAN)
        below = np.flatnonzero(along(scan) < tau)
        if below.size == 0:
            return None
        low, high = (float(scan[max(below[0] - 1, 0)]), float(scan[below[0]]))
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            under = float(along(np.array([middle]))[0]) < tau
            low, high = (low, middle) if under else (middle, high)
        return high

    def volume(self, u: Floats, weights: Floats) -> float:
        """S = Σ w·c over the grid u [n, k], ``weights`` adding up to 1."""
        return float(self.competence(u) @ weights)

    def volume_at(self, tau: float, u: Floats, weights: Floats) -> float:
        """V_τ: the weight of the grid where c ≥ τ."""
        return float((self.competence(u) >= tau) @ weights)

    def _logits(self, u: Floats) -> Floats:
        doses = u.shape[1] - self.labels
        stretch = np.r_[np.resize(self.stretch, doses), np.ones(self.labels)]
        inside = self.rule.competence(u / stretch)
        return np.asarray(self.sharpness * logit(inside))
