"""Joint posterior draws for models that answered the same probes of an adaptive design.

Each model has its own posterior. A Gaussian copula over the ranks of their volumes, with the
correlation of their answers' influences, makes the draws joint, so that ratios gain from pairing.
The audit widens the volumes by what the region's form may be off (:mod:`falloff.analysis.audit`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from falloff.analysis.audit import FORM_ERROR, Audit, audit, in_log_odds
from falloff.analysis.data import BOX, FamilyData, Floats
from falloff.analysis.draws import DRAWS, Draws, centre_draws
from falloff.analysis.fitted import fitted
from falloff.analysis.influence import by_item, correlation, few_items, influences, sandwich
from falloff.analysis.posterior import Particles, success
from falloff.analysis.region import Regions
from falloff.core import child_seed

_TINY = 1e-6
_MOST_INFLATION = 4.0


@dataclass(frozen=True, kw_only=True)
class _Model:
    """One model's posterior on a family. ``competence``: [K, places]; ``psi``: [items].

    ``psi``: the influences of its answers on the volume, summed by item; ``reused`` says that items
    were asked more than once; ``common`` as in :class:`falloff.analysis.fitted.Fitted`.

    ``volume``: [K] of the region; ``unread``, by which answers that cannot be read fall below
    chance, is still to be taken off. It is off ``competence``.
    """

    particles: Particles
    competence: Floats
    volume: Floats
    unread: float
    psi: Floats
    reused: bool
    common: Floats
    audit: Audit

    @property
    def inflation(self) -> float:
        """How far draws of the volume are stretched: to the sandwich where it is the wider.

        Not without end: a volume that is nought in nearly all draws has hardly a variance.
        """
        ratio = sandwich(self.psi) / max(self.volume.var(), 1e-12)
        return float(np.clip(np.sqrt(ratio), 1.0, _MOST_INFLATION))


def posterior_draws(data: FamilyData, roles: tuple[str, ...], *, tau: float) -> dict[str, Draws]:
    """Joint draws for ``roles`` from the probes that all of them have answered.

    Deterministic: streams are derived from the family's name alone, so equal answers give equal
    posteriors, and the order of answers does not matter.
    """
    keep = data.scored(*roles)
    models = [_model(data, role, keep) for role in roles]
    rng = np.random.Generator(np.random.PCG64(child_seed("joint", data.name)))
    latent = _latent(correlation(np.array([model.psi for model in models])), rng)
    # A stream of its own, so that it is the same beside whichever student.
    form = np.random.Generator(np.random.PCG64(child_seed("form", data.name))).standard_normal(
        DRAWS
    )
    direct = keep & data.at_centre
    centres = centre_draws(
        np.array([data.scores[role][direct] for role in roles]),
        data.item_of[direct],
        data.chance,
        rng,
    )
    return {
        role: _draws(data, model, latent[:, i], form, centre=centres[i], tau=tau, rng=rng)
        for i, (role, model) in enumerate(zip(roles, models, strict=True))
    }


def _model(data: FamilyData, role: str, keep: np.ndarray) -> _Model:
    found = fitted(data, role, keep)
    place, score = data.place_of[keep], data.scores[role][keep]
    g, floor = data.chance, found.floor
    items = int(data.item_of.max()) + 1
    item = data.item_of[keep]
    reused = items < len(data.place_of)
    psi = influences(found.particles, found.volume, data.u[place], score, floor[place], g)
    return _Model(
        particles=found.particles,
        competence=found.competence - (g - floor) / (1 - g),
        volume=found.volume,
        unread=float((g - floor) @ data.mu) / (1 - g),
        psi=by_item(psi, item, items),
        reused=reused,
        common=found.common,
        audit=audit(
            success(found.competence, g, floor),
            place,
            score,
            data.share(BOX)[keep],
            g,
            item if reused else None,
        ),
    )


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
    form: Floats,
    *,
    centre: Floats,
    tau: float,
    rng: np.random.Generator,
) -> Draws:
    order = np.argsort(model.volume, kind="stable")
    chosen = order[np.minimum((ndtr(latent) * len(order)).astype(int), len(order) - 1)]
    at = (model.competence >= tau) @ data.mu
    theta = model.particles.theta
    return Draws(
        regions=Regions.from_vector(
            _with_point(theta.mean(axis=0), theta[chosen]), data.layout.labels
        ),
        centre=centre,
        volume=_widened(model, chosen, form, rng) - model.unread,
        volume_at=_with_point(at.mean(), at[chosen]),
        competence=_with_point(model.competence.mean(axis=0), model.competence[chosen]),
        audit=model.audit,
        psi=model.psi if data.items else None,
    )


def _widened(model: _Model, chosen: np.ndarray, form: Floats, rng: np.random.Generator) -> Floats:
    """[1 + DRAWS] the volume: stretched to the sandwich, and by what the form may be off.

    ``form`` [DRAWS]: standard normal, the same for all models.
    """
    odds = logit(np.clip(model.volume, _TINY, 1 - _TINY))[chosen]
    point = float(np.clip(model.volume.mean(), _TINY, 1 - _TINY))
    draws = odds + (model.inflation - 1) * (odds - logit(point))
    draws += in_log_odds(FORM_ERROR * form, point) + model.common
    if model.audit.misfit:
        errors = model.audit.own_error * rng.standard_normal(len(chosen))
        draws += in_log_odds(errors, point)
    if model.reused:
        sd = float(draws.std()) * point * (1 - point)
        spread = few_items(model.psi) * sandwich(model.psi)
        draws += (np.sqrt(max(1.0, spread / max(sd**2, 1e-12))) - 1) * (draws - draws.mean())
    return _with_point(point, np.asarray(expit(draws)))


def _with_point(point: Floats | float, draws: Floats) -> Floats:
    return np.concatenate([np.asarray(point)[None], draws])
