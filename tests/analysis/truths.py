"""Models of known competence, of the region's form and of others, and runs that ask them.

Each truth is drawn from a seed: a teacher's region over k axes, and a student's that is smaller.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from falloff.analysis import FamilyData
from falloff.analysis.layout import Layout
from falloff.core import Axis, Reason
from falloff.probes import Family
from falloff.sampling import Design, FamilyEvidence

STEPS = (1, 2, 3, 4, 6, 8, 12, 16)
NOISE = (0, 1, 2, 4, 8, 16)


def box(axes: int, *, name: str = "simulated", chance: float = 0.0) -> Family:
    """A family of 1 to 6 axes that only a simulation asks."""
    return Family(
        name=name,
        capability="reasoning",
        version=1,
        axes=tuple(
            Axis(name=f"x{i}", unit="", levels=NOISE if i % 2 else STEPS, description="")
            for i in range(axes)
        ),
        chance=chance,
        description="",
        generate=lambda _at, _rng: None,
        renderers={},
    )


@dataclass(frozen=True, kw_only=True)
class Truth:
    """``curve``: [places, k] positions to competence [places]."""

    curve: Callable[[np.ndarray], np.ndarray]

    def volume(self, family):
        return float(self.curve(positions(family, family.grid)).mean())

    def volume_at(self, family, tau=0.5):
        return float((self.curve(positions(family, family.grid)) >= tau).mean())

    def edge(self, family, axis, tau=0.5):
        """In doses; infinite beyond the box."""
        u = np.zeros((4001, len(family.axes)))
        u[:, axis] = np.linspace(0, 1, 4001)
        below = np.flatnonzero(self.curve(u) < tau)
        return family.axes[axis].dose(u[below[0], axis]) if below.size else np.inf


def matched(h, b, rho, lapse):
    def curve(u):
        q = rho / np.exp(np.log(b).mean())
        powers = q * b * np.log(np.maximum(u, 1e-9) / h)
        top = powers.max(axis=1)
        log_odds = (np.log(np.exp(powers - top[:, None]).sum(axis=1)) + top) / q
        return (1 - lapse) * expit(-log_odds)

    return Truth(curve=curve)


def of(kind: str, axes: int, seed: int) -> tuple[Truth, Truth]:
    """Teacher and student of one kind; the student's reach is .5 to .95 of the teacher's."""
    rng = np.random.default_rng([*np.ravel(seed), 77])
    h = rng.uniform(0.5, 1.1, axes)
    b = np.exp(rng.uniform(np.log(2), np.log(7), axes))
    rho, lapse = float(np.exp(rng.uniform(np.log(1.5), np.log(8)))), rng.uniform(0.0, 0.08)
    shrink = rng.uniform(0.5, 0.95)
    return tuple(_KINDS[kind](h * s, b, rho, lapse) for s in (1.0, shrink))


def _linear_logistic(h, b, rho, lapse):
    slope = 1.5 * float(b.mean())
    return Truth(curve=lambda u: (1 - lapse) * expit(slope * (1 - (u / h).sum(axis=1))))


def _minimum(h, b, rho, lapse):
    return Truth(curve=lambda u: (1 - lapse) * (1 / (1 + (u / h) ** b)).min(axis=1))


def _product(h, b, rho, lapse):
    return Truth(curve=lambda u: (1 - lapse) * (1 / (1 + (u / h) ** b)).prod(axis=1))


def _step(h, b, rho, lapse):
    return Truth(curve=lambda u: (1 - lapse) * ((u / h).max(axis=1) < 0.85))


def _plateau(h, b, rho, lapse):
    """Falls early to two thirds of the ceiling, stays, and then falls off a cliff."""

    def curve(u):
        far = np.sqrt(((u / h) ** 2).sum(axis=1))
        return (1 - lapse) * (0.67 + 0.33 * expit(25 * (0.3 - far))) * expit(25 * (0.95 - far))

    return Truth(curve=curve)


def _compounding(h, b, rho, lapse):
    """One accuracy per step: c = c(0)·pⁿ on the first axis, n = 16^u; noise multiplies risk."""

    def curve(u):
        steps = 16 ** u[:, 0] - 1
        rate = np.log(2) / (16 ** h[0] - 1)
        noise = 1 + ((u[:, 1:] / h[1:]) ** 2).sum(axis=1)
        return (1 - lapse) * np.exp(-rate * steps * noise - 0.3 * (noise - 1))

    return Truth(curve=curve)


_KINDS = {
    "matched": matched,
    "linear": _linear_logistic,
    "minimum": _minimum,
    "product": _product,
    "step": _step,
    "plateau": _plateau,
    "compounding": _compounding,
}
KINDS = tuple(_KINDS)


def positions(family, coordinates):
    return Layout(axes=family.axes).columns(coordinates)


def ask(
    design: Design, family: Family, truths: dict[str, Truth], seed: int
) -> tuple[FamilyEvidence, float]:
    """A whole run of one family; the second result is the design's CPU seconds."""
    rng = np.random.default_rng([seed, 5])
    evidence, spent = FamilyEvidence.none_yet(family.name, truths), 0.0
    while True:
        before = time.process_time()
        count = design.allocate({family.name: evidence}).get(family.name, 0)
        spent += time.process_time() - before
        if not count:
            return evidence, spent
        while count:
            before = time.process_time()
            batch = design.place(family, count, evidence)
            spent += time.process_time() - before
            evidence = answered(evidence, family, batch, truths, rng)
            count -= len(batch)


def answered(evidence, family, batch, truths, rng):
    """The evidence with a batch's answers; each item and model is its own luck."""
    u = positions(family, [p.coordinate for p in batch])
    scores = {}
    for role, truth in truths.items():
        p = family.chance + (1 - family.chance) * truth.curve(u)
        new = (rng.random(len(batch)) < p).astype(float)
        scores[role] = np.concatenate([evidence.scores[role], new])
    return FamilyEvidence(
        family=family.name,
        coordinates=evidence.coordinates + tuple(p.coordinate for p in batch),
        shares=evidence.shares + tuple(p.share for p in batch),
        scores=scores,
    )


def data_of(family: Family, evidence: FamilyEvidence, reasons=None) -> FamilyData:
    reason = {1.0: Reason.SOLVED, 0.0: Reason.WRONG}
    return FamilyData(
        name=family.name,
        capability=family.capability,
        axes=family.axes,
        chance=family.chance,
        grid=family.grid,
        weights=(1 / len(family.grid),) * len(family.grid),
        coordinates=evidence.coordinates,
        shares=evidence.shares,
        scores=evidence.scores,
        answers=dict.fromkeys(evidence.scores, (None,) * evidence.count),
        reasons=reasons
        or {
            role: tuple(reason.get(float(x), Reason.ERROR) for x in scores)
            for role, scores in evidence.scores.items()
        },
    )
