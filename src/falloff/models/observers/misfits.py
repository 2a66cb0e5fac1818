"""Rules that no region model of this house contains, to see what it makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from falloff.core import Axis
from falloff.models.observers.rules import Floats, Pooled, Rule, in_halves


@dataclass(frozen=True, kw_only=True)
class Plateau:
    """A slip early on, a shelf, then a cliff, in s = maxᵢ uᵢ/hᵢ.

    c = (q + (1 − q)/(1 + (4s)⁴))/(1 + s^b): falls to ``shelf`` q around a quarter of the half-way
    point and from there at s = 1 with the exponent b.
    """

    half: tuple[float, ...] = (0.8,)
    exponent: float = 24.0
    shelf: float = 0.8

    def competence(self, u: Floats) -> Floats:
        s = in_halves(u, self.half).max(axis=1)
        slip = self.shelf + (1 - self.shelf) / (1 + (4 * s) ** 4)
        return np.asarray(slip / (1 + s**self.exponent))


@dataclass(frozen=True, kw_only=True)
class Asymmetric:
    """c = exp(−ln 2 · Σ (uᵢ/hᵢ)^b): Weibull, slow to start falling and quick to end."""

    half: tuple[float, ...] = (0.8,)
    exponent: float = 4.0

    def competence(self, u: Floats) -> Floats:
        stress = (in_halves(u, self.half) ** self.exponent).sum(axis=1)
        return np.asarray(np.exp(-np.log(2) * stress))


@dataclass(frozen=True, kw_only=True)
class Bump:
    """Not monotone: pooled, with a bump of ``size`` (a dip, if negative) on the first axis.

    c = clip(pooled(u) + size · exp(−((u₁ − at)/width)²/2), 0, 1).
    """

    half: tuple[float, ...] = (0.8,)
    exponent: float = 4.0
    pooling: float = 4.0
    size: float = 0.3
    at: float = 0.9
    width: float = 0.08

    def competence(self, u: Floats) -> Floats:
        base = Pooled(half=self.half, exponent=self.exponent, pooling=self.pooling)
        extra = self.size * np.exp(-0.5 * ((u[:, 0] - self.at) / self.width) ** 2)
        return np.clip(base.competence(u) + extra, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Compounding:
    """c = aⁿ, n = Σᵢ (doseᵢ − centreᵢ): one constant accuracy a for each step beyond the centre.

    The null for axes that count dependent steps: such a fall is not a cliff, only a long way.
    """

    axes: tuple[Axis, ...]
    accuracy: float = 0.9

    def competence(self, u: Floats) -> Floats:
        steps = [
            [axis.dose(float(x)) - axis.centre for axis, x in zip(self.axes, place, strict=True)]
            for place in u
        ]
        return np.asarray(self.accuracy ** np.sum(steps, axis=1))


@dataclass(frozen=True, kw_only=True)
class Nominal:
    """The last ``axes`` columns of u are labels, 0, 1, …; ``factors`` shrink the dose axes at each.

    So the region over the dose axes is another one for each label; along the labels there is no
    edge, and the volume is the mean of the cells'. Fewer factors than labels are taken in turn;
    those of several nominal axes multiply.
    """

    rule: Rule
    factors: tuple[float, ...]
    axes: int = 1

    def competence(self, u: Floats) -> Floats:
        doses = u.shape[1] - self.axes
        label = u[:, doses:].astype(int) % len(self.factors)
        factor = np.asarray(self.factors)[label].prod(axis=1)
        return self.rule.competence(u[:, :doses] / factor[:, None])
