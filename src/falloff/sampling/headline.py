"""Where the headline stands: how wide its interval is, and which family makes it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.audit import FORM_ERROR, audit
from falloff.analysis.comparison import shares_of
from falloff.analysis.influence import correlation, influences, sandwich
from falloff.analysis.posterior import Particles, success
from falloff.probes import Family
from falloff.sampling.acquisition import TAU
from falloff.sampling.beliefs import Beliefs, layout
from falloff.sampling.design import Guess
from falloff.sampling.evidence import FamilyEvidence

Floats = NDArray[np.float64]

_Z = 1.645
_TINY = 1e-6


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
    """One family: [models] means of the volumes and their covariance, the reference model first."""

    weight: float
    held: float
    mean: Floats
    covariance: Floats


def standing(
    families: Sequence[Family],
    evidence: Mapping[str, FamilyEvidence],
    beliefs: Beliefs,
    weights: Mapping[str, float],
) -> Standing:
    """From the particles of all families, as :mod:`falloff.analysis.joint` makes the interval.

    Headline: Σ w S_student / Σ w S_teacher, or Σ w S where there is one model; w equal per
    capability and within it by ``weights`` (1 unless said), as in :func:`falloff.analysis.compare`.
    """
    present = [family for family in families if family.name in evidence]
    shares = shares_of([(f.capability, weights.get(f.name, 1.0)) for f in present])
    volumes = {
        family.name: _volumes(family, share, evidence[family.name], beliefs)
        for family, share in zip(present, shares, strict=True)
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


def _volumes(family: Family, weight: float, evidence: FamilyEvidence, beliefs: Beliefs) -> _Volumes:
    models = beliefs.of(family, evidence)
    box, u = beliefs.box(family), layout(family).columns(evidence.coordinates)
    answered = ~np.isnan(np.array(list(evidence.scores.values()))).any(axis=0)
    checking = np.array([share == "box" for share in evidence.shares], dtype=bool)[answered]
    seen = [
        _seen(model, scores[answered], u[answered], checking, box, family.chance)
        for model, scores in zip(models.values(), evidence.scores.values(), strict=True)
    ]
    reference = next(iter(models.values()))
    together = correlation(np.array([one.psi for one in seen]))
    spread = np.array([one.sd for one in seen])
    covariance = together * np.outer(spread, spread)
    np.fill_diagonal(covariance, [one.variance for one in seen])
    # The form's error is shared by all models.
    covariance += FORM_ERROR**2
    return _Volumes(
        weight=weight,
        held=float((1 - reference.regions.lapse >= TAU).mean()),
        mean=np.array([one.mean for one in seen]),
        covariance=covariance,
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """One model's volume. ``sd``: that part of its spread which comes from its answers."""

    mean: float
    sd: float
    variance: float
    psi: Floats


def _seen(
    model: Particles,
    scores: Floats,
    u: Floats,
    checking: NDArray[np.bool_],
    box: Floats,
    chance: float,
) -> _Seen:
    volume = model.regions.competence(box).mean(axis=1)
    psi = influences(model, volume, u, scores, np.full(len(u), chance), chance)
    p = success(model.regions.competence(u), chance, chance)
    check = audit(p, np.arange(len(u)), scores, checking, chance)
    mean = float(np.clip(volume.mean(), _TINY, 1 - _TINY))
    spread = max(float(volume.var()), sandwich(psi))
    return _Seen(mean=mean, sd=spread**0.5, variance=spread + check.own_error**2, psi=psi)


def _headline(volumes: Sequence[_Volumes]) -> tuple[Floats, Floats]:
    """The headline [students] and, [families, students], the parts of its variance.

    One column for a model alone.

    Var(N/D) ≈ Σ w² (Var S_student + R² Var S_teacher − 2R Cov(S_student, S_teacher))/D².
    """
    weight = np.array([v.weight * (v.held >= TAU) for v in volumes])[:, None]
    if not weight.any():
        weight = np.array([v.weight for v in volumes])[:, None]
    weight = weight / weight.sum()
    mean = np.array([v.mean for v in volumes])
    covariance = np.array([v.covariance for v in volumes])
    variance = np.einsum("fmm->fm", covariance)
    if mean.shape[1] == 1:
        return (weight * mean).sum(axis=0), np.asarray(weight**2 * variance)
    total = (weight * mean).sum(axis=0)
    ratio = total[1:] / total[0]
    paired = variance[:, 1:] + ratio**2 * variance[:, :1] - 2 * ratio * covariance[:, 0, 1:]
    return ratio, np.asarray(weight**2 * paired / total[0] ** 2)
