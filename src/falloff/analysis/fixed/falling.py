"""The falling logistic curve: many at once, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from falloff.analysis.data import Floats


@dataclass(frozen=True, kw_only=True)
class Falling:
    """c(z) = (1 − λ)·σ(β(m − z)), R curves; all arrays [R].

    ``half`` m is where the ceiling 1 − λ is halved, ``slope`` β > 0, ``lapse`` λ. Levels enter
    through z alone (:class:`falloff.analysis.fixed.scale.LevelScale`), 0 to 1 over the table.
    """

    half: Floats
    slope: Floats
    lapse: Floats

    @classmethod
    def from_vector(cls, theta: Floats) -> Falling:
        """From unconstrained parameters (m, ln β, logit λ), [R, 3]."""
        return cls(half=theta[:, 0], slope=np.exp(theta[:, 1]), lapse=expit(theta[:, 2]))

    @classmethod
    def joined(cls, pieces: list[Falling]) -> Falling:
        return cls(
            half=np.concatenate([piece.half for piece in pieces]),
            slope=np.concatenate([piece.slope for piece in pieces]),
            lapse=np.concatenate([piece.lapse for piece in pieces]),
        )

    def competence(self, z: Floats) -> Floats:
        """[R, places] at ``z`` [places]."""
        exponent = self.slope[:, None] * (self.half[:, None] - z[None, :])
        return np.asarray((1 - self.lapse)[:, None] * expit(exponent))

    def jacobian(self, z: Floats) -> Floats:
        """[R, places, 3] derivatives of c by the unconstrained parameters."""
        distance = self.half[:, None] - z[None, :]
        works = expit(self.slope[:, None] * distance)
        by_exponent = (1 - self.lapse)[:, None] * works * (1 - works) * self.slope[:, None]
        by_lapse = -(self.lapse * (1 - self.lapse))[:, None] * works
        return np.stack([by_exponent, by_exponent * distance, by_lapse], axis=-1)

    def crossing(self, competence: float) -> Floats:
        """[R] the z at which c falls to ``competence``; −inf where the ceiling is lower."""
        share = competence / (1 - self.lapse)
        reached = share < 1
        inside = np.where(reached, share, 0.5)
        z = self.half - (np.log(inside) - np.log1p(-inside)) / self.slope
        return np.where(reached, z, -np.inf)

    def area(self, low: float, high: float) -> Floats:
        """[R] mean competence over z from ``low`` to ``high``, in closed form."""
        near = np.logaddexp(0.0, self.slope * (self.half - low))
        far = np.logaddexp(0.0, self.slope * (self.half - high))
        return np.asarray((1 - self.lapse) * (near - far) / (self.slope * (high - low)))
