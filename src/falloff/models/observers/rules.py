"""How stresses on several axes add up to failing: rules from positions to competence.

Each is falling in every axis and has, on a single axis, its half-way point at that axis' ``half``.
``half`` has one entry per axis, or fewer that are taken in turn: ``(0.8,)`` is the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]


class Rule(Protocol):
    """Competence without lapse and item effects."""

    def competence(self, u: Floats) -> Floats:
        """c in [0, 1] at positions u: [n, k] → [n]."""
        ...


def in_halves(u: Floats, half: tuple[float, ...]) -> Floats:
    """[n, k] positions in units of each axis' half-way point."""
    return np.asarray(u / np.resize(half, u.shape[1]))


@dataclass(frozen=True, kw_only=True)
class Pooled:
    """c = 1/(1 + O), O = (Σ ((uᵢ/hᵢ)^b)^q)^{1/q}, q = ρ/b: log-logistic, odds of failing pooled.

    ``exponent`` b, ``pooling`` ρ (Quick 1974): ρ = b, the odds add; ρ → ∞, the weakest link alone;
    ρ = 1, stresses trade off.
    """

    half: tuple[float, ...] = (0.8,)
    exponent: float = 4.0
    pooling: float = 4.0

    def competence(self, u: Floats) -> Floats:
        stress = (in_halves(u, self.half) ** self.pooling).sum(axis=1)
        return np.asarray(1 / (1 + stress ** (self.exponent / self.pooling)))


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """c = σ(a(1 − Σ uᵢ/hᵢ)): logistic in a weighted sum of stresses. ``slope`` a; c(0) = σ(a)."""

    half: tuple[float, ...] = (0.8,)
    slope: float = 6.0

    def competence(self, u: Floats) -> Floats:
        return np.asarray(expit(self.slope * (1 - in_halves(u, self.half).sum(axis=1))))


@dataclass(frozen=True, kw_only=True)
class WeakestLink:
    """c = minᵢ 1/(1 + (uᵢ/hᵢ)^b): any one axis breaks it, and only the worst one counts."""

    half: tuple[float, ...] = (0.8,)
    exponent: float = 4.0

    def competence(self, u: Floats) -> Floats:
        return np.asarray(1 / (1 + in_halves(u, self.half).max(axis=1) ** self.exponent))


@dataclass(frozen=True, kw_only=True)
class Product:
    """c = Πᵢ 1/(1 + (uᵢ/hᵢ)^b): each axis must be survived, independently."""

    half: tuple[float, ...] = (0.8,)
    exponent: float = 4.0

    def competence(self, u: Floats) -> Floats:
        return np.asarray(np.prod(1 / (1 + in_halves(u, self.half) ** self.exponent), axis=1))


@dataclass(frozen=True, kw_only=True)
class Step:
    """c = 1 as long as every uᵢ < hᵢ, else 0: a cliff on each axis."""

    half: tuple[float, ...] = (0.8,)

    def competence(self, u: Floats) -> Floats:
        return np.asarray((in_halves(u, self.half) < 1).all(axis=1), dtype=np.float64)
