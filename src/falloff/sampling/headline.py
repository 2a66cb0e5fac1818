"""Where the headline stands: how wide its interval is, and which family makes it so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.measure.audit import FORM_ERROR
from falloff.measure.posterior import Particles
from falloff.probes import Family
from falloff.sampling.acquisition import TAU
from falloff.sampling.beliefs import Beliefs
from falloff.sampling.design import Guess
from falloff.sampling.evidence import FamilyEvidence

_Z = 1.645


@dataclass(frozen=True, kw_only=True)
class Standing:
    """``headline``: by role of each student, or of the one model; ``half_width``: the widest.

    ``shares``: each family's part of its variance, times the chance that the reference model holds
    the family's centre, without which the family leaves the headline.
    """

    headline: Mapping[str, Guess]
    half_width: float
    shares: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class _Volumes:
    """One family: [models] mean and variance of the volumes, the reference model first."""

    weight: float
    held: float
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def standing(
    families: Sequence[Family], evidence: Mapping[str, FamilyEvidence], beliefs: Beliefs
) -> Standing:
    """From the particles of all families. Pairing is left out, so the width is on the safe side.

    Headline: Σ w S_student / Σ w S_teacher, or Σ w S where there is one model; w equal per
    capability and within it, as in :func:`falloff.measure.compare`.
    """
    present = [family for family in families if family.name in evidence]
    weights = _weights(present)
    volumes = {
        family.name: _volumes(
            weights[family.name],
            beliefs.of(family, evidence[family.name]),
            beliefs.box(family),
            evidence[family.name].shares.count("box"),
        )
        for family in present
    }
    value, parts = _headline(list(volumes.values()))
    half = _Z * np.sqrt(parts.sum(axis=0))
    roles = list(next(iter(evidence.values())).scores)
    return Standing(
        headline={
            role: Guess(value=float(v), half_width=float(h))
            for role, v, h in zip(roles[-len(value) :], value, half, strict=True)
        },
        half_width=float(half.max()),
        shares=dict(
            zip(volumes, parts.mean(axis=1) * [v.held for v in volumes.values()], strict=True)
        ),
    )


def _weights(families: Sequence[Family]) -> dict[str, float]:
    count = Counter(family.capability for family in families)
    return {f.name: 1 / len(count) / count[f.capability] for f in families}


def _volumes(
    weight: float, models: Mapping[str, Particles], box: NDArray[np.float64], audits: int
) -> _Volumes:
    volumes = [m.regions.competence(box).mean(axis=1) for m in models.values()]
    reference = next(iter(models.values()))
    return _Volumes(
        weight=weight,
        held=float((1 - reference.regions.lapse >= TAU).mean()),
        mean=np.array([v.mean() for v in volumes]),
        variance=np.array([_audited(v, audits) for v in volumes]),
    )


def _audited(volume: NDArray[np.float64], audits: int) -> float:
    """Variance of a volume once the audit is weighed in, as :mod:`falloff.measure.audit` does."""
    fitted = float(volume.var()) + FORM_ERROR**2
    mean = float(volume.mean())
    # Of answers at random places, at most that of a coin of the volume's odds.
    checked = mean * (1 - mean) / max(audits, 1)
    return fitted * checked / (fitted + checked) if audits else fitted


def _headline(
    volumes: Sequence[_Volumes],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The headline [students] and, [families, students], the parts of its variance.

    One column for a model alone. Var(N/D) ≈ Σ w² (Var S_student + R² Var S_teacher)/D².
    """
    weight = np.array([v.weight * (v.held >= TAU) for v in volumes])[:, None]
    if not weight.any():
        weight = np.array([v.weight for v in volumes])[:, None]
    weight = weight / weight.sum()
    mean, variance = (
        np.array([getattr(v, name) for v in volumes]) for name in ("mean", "variance")
    )
    if mean.shape[1] == 1:
        return (weight * mean).sum(axis=0), np.asarray(weight**2 * variance)
    total = (weight * mean).sum(axis=0)
    ratio = total[1:] / total[0]
    parts = weight**2 * (variance[:, 1:] + ratio**2 * variance[:, :1]) / total[0] ** 2
    return ratio, np.asarray(parts)
