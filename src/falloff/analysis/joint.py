"""Joint posterior draws for models that answered the same probes of an adaptive design.

Each model has its own posterior. A Gaussian copula over the ranks of their volumes, with the
correlation of their answers' influences, makes the draws joint, so that ratios gain from pairing.
The audit share is kept out of the fit and widens the volumes (:mod:`falloff.analysis.audit`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from falloff.analysis.audit import Audit, audit
from falloff.analysis.data import BOX, FamilyData, Floats
from falloff.analysis.draws import DRAWS, Draws, centre_draws
from falloff.analysis.influence import by_item, correlation, few_items, influences, sandwich
from falloff.analysis.posterior import Particles, posterior, success
from falloff.analysis.readable import readable, readable_share
from falloff.analysis.region import Regions
from falloff.analysis.tally import Tally
from falloff.core import child_seed

_TINY = 1e-6


@dataclass(frozen=True, kw_only=True)
class _Model:
    """One model's posterior on a family. ``competence``: [K, places]; ``psi``: [items].

    ``psi`` are the influences of the fitted answers on the volume, ``psi_audit`` those of the audit
    probes on its correction, by item; ``reused`` says that items were asked more than once.

    ``volume``: [K] of the region; ``unread``, by which answers that cannot be read fall below
    chance, is still to be taken off. It is off ``competence``.
    """

    particles: Particles
    competence: Floats
    volume: Floats
    unread: float
    psi: Floats
    psi_audit: Floats
    reused: bool
    audit: Audit

    @property
    def inflation(self) -> float:
        """How far draws of the volume are stretched: to the sandwich where it is the wider."""
        return float(np.sqrt(max(1.0, sandwich(self.psi) / max(self.volume.var(), 1e-12))))


def posterior_draws(data: FamilyData, roles: tuple[str, ...], *, tau: float) -> dict[str, Draws]:
    """Joint draws for ``roles`` from the probes that all of them have answered.

    Deterministic: streams are derived from the family's name alone, so equal answers give equal
    posteriors, and the order of answers does not matter.
    """
    keep = data.scored(*roles)
    box = data.share(BOX)
    models = [_model(data, role, keep & ~box, keep & box) for role in roles]
    rng = np.random.Generator(np.random.PCG64(child_seed("joint", data.name)))
    latent = _latent(correlation(np.array([model.psi for model in models])), rng)
    direct = keep & data.at_centre
    centres = centre_draws(
        np.array([data.scores[role][direct] for role in roles]),
        data.item_of[direct],
        data.chance,
        rng,
    )
    return {
        role: _draws(data, model, latent[:, i], centre=centres[i], tau=tau, rng=rng)
        for i, (role, model) in enumerate(zip(roles, models, strict=True))
    }


def _model(data: FamilyData, role: str, fit: np.ndarray, checked: np.ndarray) -> _Model:
    place, score = data.place_of, data.scores[role]
    floor = _floor(data, role)
    u, g, labels = data.u[place], data.chance, data.layout.labels
    tally = Tally.of(u[fit], score[fit], g, floor[place][fit] / g if g else None, labels)
    particles = _remembered(_Key(tally=tally, family=data.name))
    competence = particles.regions.competence(data.u)
    volume = competence @ data.mu
    expected = success(competence.mean(axis=0), g, floor)[place][checked]
    psi = influences(particles, volume, u[fit], score[fit], floor[place][fit], g)
    missed = (score[checked] - expected) / ((1 - g) * max(len(expected), 1))
    items = int(data.item_of.max()) + 1
    psi_audit = by_item(missed, data.item_of[checked], items)
    check = audit(score[checked], expected, g)
    if reused := items < len(place):
        check = replace(check, se=max(check.se, float(np.sqrt((psi_audit**2).sum()))))
    return _Model(
        particles=particles,
        competence=competence - (g - floor) / (1 - g),
        volume=volume,
        unread=float((g - floor) @ data.mu) / (1 - g),
        psi=by_item(psi, data.item_of[fit], items),
        psi_audit=psi_audit,
        reused=reused,
        audit=check,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Key:
    """A posterior's data, hashed by value: a teacher's is needed again for every student."""

    tally: Tally
    family: str

    @property
    def _facts(self) -> tuple[object, ...]:
        t = self.tally
        arrays = (t.u, t.successes, t.trials, t.floor)
        return (self.family, t.chance, t.labels, *(array.tobytes() for array in arrays))

    def __hash__(self) -> int:
        return hash(self._facts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._facts == other._facts


@lru_cache(maxsize=64)
def _remembered(key: _Key) -> Particles:
    return posterior(key.tally, seed=child_seed("posterior", key.family))


def _floor(data: FamilyData, role: str) -> Floats:
    """[places] success at competence 0."""
    answered = data.scored(role)
    scores = data.scores[role][answered]
    reasons = [r for r, scored in zip(data.reasons[role], answered, strict=True) if scored]
    asked = data.u[data.place_of[answered]]
    return data.chance * readable_share(asked, readable(reasons, scores), data.u)


def _latent(correlations: Floats, rng: np.random.Generator) -> Floats:
    """[DRAWS, models] standard normal draws with these correlations, each model's stratified."""
    count = len(correlations)
    ranks = np.argsort(rng.random((DRAWS, count)), axis=0)
    values, vectors = np.linalg.eigh(correlations)
    root = (vectors * np.sqrt(values)) @ vectors.T
    return np.asarray(ndtri((ranks + 0.5) / DRAWS) @ root)


def _draws(
    data: FamilyData,
    model: _Model,
    latent: Floats,
    *,
    centre: Floats,
    tau: float,
    rng: np.random.Generator,
) -> Draws:
    order = np.argsort(model.volume, kind="stable")
    chosen = order[np.minimum((ndtr(latent) * len(order)).astype(int), len(order) - 1)]
    at = (model.competence >= tau) @ data.mu
    theta = model.particles.theta
    volume, psi = _checked(model, chosen, rng)
    return Draws(
        regions=Regions.from_vector(
            _with_point(theta.mean(axis=0), theta[chosen]), data.layout.labels
        ),
        centre=centre,
        volume=volume - model.unread,
        volume_at=_with_point(at.mean(), at[chosen]),
        competence=_with_point(model.competence.mean(axis=0), model.competence[chosen]),
        audit=model.audit,
        psi=psi if data.items else None,
    )


def _checked(model: _Model, chosen: np.ndarray, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """[1 + DRAWS] the volume: stretched to the sandwich, widened by form, drawn to the audit.

    And [items] what each item contributes to it: the volume is (1 − G)·Ŝ + G·(the audit's), so an
    item moves it by (1 − G)ψ + Gψ_audit.
    """
    odds = logit(np.clip(model.volume, _TINY, 1 - _TINY))
    check = model.audit.in_odds(float(np.clip(model.volume.mean(), _TINY, 1 - _TINY)))
    draws = check.fit + model.inflation * (odds[chosen] - odds.mean())
    draws += check.form_error * rng.standard_normal(len(chosen))
    gain = check.gain(model.inflation**2 * odds.var() + check.form_error**2)
    if gain > 0:
        draws += gain * (check.seen + check.se * rng.standard_normal(len(chosen)) - draws)
    point = check.fit + gain * (check.seen - check.fit)
    psi = (1 - gain) * model.psi + gain * model.psi_audit
    if model.reused:
        sd = float(draws.std()) * float(expit(point) * expit(-point))
        draws += (_item_stretch(psi, sd) - 1) * (draws - draws.mean())
    return np.asarray(expit(_with_point(point, draws))), psi


def _item_stretch(psi: Floats, sd: float) -> float:
    """How far items that are shared by fit and audit stretch a volume whose spread is ``sd``."""
    return float(np.sqrt(max(1.0, few_items(psi) * sandwich(psi) / max(sd**2, 1e-12))))


def _with_point(point: Floats | float, draws: Floats) -> Floats:
    return np.concatenate([np.asarray(point)[None], draws])
