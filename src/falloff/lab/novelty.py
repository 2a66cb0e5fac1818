"""Novelty where the truth is known: what the embedded students were taught, and what lies outside.

Three groups of prompts in the micro dialect: those that a recipe trains on, fresh ones of the same
mix, and ones from the box that the mix next to never has. A view that sees the slice gives the last
a larger novelty than the second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from falloff.core import Coordinate, Probe, UnknownNameError, child_rng, child_seed
from falloff.lab.corpus import Mix, probes_of
from falloff.lab.recipes import RECIPES
from falloff.probes import FAMILIES

if TYPE_CHECKING:
    from falloff.analysis.data import Floats
    from falloff.training import View

# Prompts of the mix that are taken for training data, and of each group that is told apart.
PROMPTS = 6000
_EACH = 1000
# A coordinate that the mix has less often than this is outside of it.
_RARE = 1e-3


@dataclass(frozen=True, kw_only=True)
class Separation:
    """How well a view tells fresh prompts of a recipe's mix from ones outside it.

    ``auc`` is P(one outside has the larger novelty). ``inside``, ``outside``: shares with a novelty
    below 1, of fresh prompts of the mix and of those outside it.
    """

    recipe: str
    view: str
    rim: float
    auc: float
    inside: float
    outside: float


def training_prompts(recipe: str, count: int = PROMPTS) -> Iterator[str]:
    """Prompts that the model of that name is trained on, in the order of training.

    Raises :class:`falloff.core.UnknownNameError` for a recipe that there is not.
    """
    by_name = {known.name: known for known in RECIPES}
    if recipe not in by_name:
        raise UnknownNameError("recipe", recipe, by_name)
    found = by_name[recipe]
    return map(prompt_of, itertools.islice(probes_of(found.mix, found.seed), count))


def separation(recipe: str, view: View) -> Separation:
    """Measured on prompts that no training saw."""
    from falloff.analysis.novelty import NearestPrompts, auc, rim_of

    mix = next(known.mix for known in RECIPES if known.name == recipe)
    training = NearestPrompts(view.vectors(list(dict.fromkeys(training_prompts(recipe)))))
    rim = rim_of(training)
    fresh = itertools.islice(probes_of(mix, child_seed("novelty", recipe)), _EACH)
    outside = itertools.islice(_outside(mix, recipe), _EACH)

    def distances(probes: Iterator[Probe]) -> Floats:
        return training.distances(view.vectors([prompt_of(probe) for probe in probes]))

    near, far = distances(fresh), distances(outside)
    return Separation(
        recipe=recipe,
        view=view.name,
        rim=rim.distance,
        auc=auc(near, far),
        inside=float((near < rim.distance).mean()),
        outside=float((far < rim.distance).mean()),
    )


def prompt_of(probe: Probe) -> str:
    """What the micro dialect asks."""
    family = FAMILIES[probe.family]
    return "\n".join(m.content for m in family.renderer("micro").prompt(family.task(probe)))


def _outside(mix: Mix, recipe: str) -> Iterator[Probe]:
    """Probes from the box, each level as likely, where the mix next to never is."""
    rng = child_rng("novelty outside", recipe)
    families = sorted(mix.reach)
    for index in itertools.count():
        family = FAMILIES[families[index % len(families)]]
        at = Coordinate.at(family.axes, {a.name: rng.choice(a.levels) for a in family.axes})
        if mix.probability(family.name, at) < _RARE:
            yield family.probe(at, child_seed("novelty outside", recipe, index))
