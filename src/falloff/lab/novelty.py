"""Novelty where the truth is known: what the embedded students were taught, and what lies outside.

Three groups of prompts in the micro dialect: those that a recipe trains on, fresh ones of the same
mix, and ones from the box that the mix next to never has. A view that sees the slice gives the last
a larger novelty than the second.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from falloff.core import Coordinate, UnknownNameError, child_rng, child_seed
from falloff.lab.corpus import Corpus, Item, Mix
from falloff.lab.recipe import Recipe
from falloff.lab.recipes import RECIPES
from falloff.probes import FAMILIES

if TYPE_CHECKING:
    from falloff.analysis.data import Floats
    from falloff.analysis.novelty import NearestPrompts
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
    return (item.prompt for item in itertools.islice(_corpus(recipe).items(), count))


def indexed(corpus: Corpus, view: View) -> NearestPrompts:
    """A corpus' distinct prompts (of an endless one, those of the first 6,000 items), from which
    any prompt's distance can be told; ``rim_of`` gives its rim."""
    from falloff.analysis.novelty import NearestPrompts

    prompts = (item.prompt for item in itertools.islice(corpus.items(), corpus.size or PROMPTS))
    return NearestPrompts(view.vectors(list(dict.fromkeys(prompts))))


def separation(recipe: str, view: View) -> Separation:
    """Measured on prompts that no training saw."""
    return separation_of(_corpus(recipe), view, name=recipe)


def separation_of(corpus: Corpus, view: View, *, name: str) -> Separation:
    """As :func:`separation`, of any corpus; ``name`` decides what is drawn to be told apart."""
    from falloff.analysis.novelty import auc, rim_of

    training = indexed(corpus, view)
    rim = rim_of(training)
    unseen = replace(corpus, seed=child_seed("novelty", name), size=None).items()
    fresh = itertools.islice(unseen, _EACH)
    outside = itertools.islice(_outside(corpus.mix, name), _EACH)

    def distances(items: Iterator[Item]) -> Floats:
        return training.distances(view.vectors([item.prompt for item in items]))

    near, far = distances(fresh), distances(outside)
    return Separation(
        recipe=name,
        view=view.name,
        rim=rim.distance,
        auc=auc(near, far),
        inside=float((near < rim.distance).mean()),
        outside=float((far < rim.distance).mean()),
    )


def _corpus(recipe: str) -> Corpus:
    corpora = {known.name: known.corpus for known in RECIPES if isinstance(known, Recipe)}
    if recipe not in corpora:
        raise UnknownNameError("recipe", recipe, corpora)
    return corpora[recipe]


def _outside(mix: Mix, recipe: str) -> Iterator[Item]:
    """Items from the box, each level as likely, where the mix next to never is."""
    rng = child_rng("novelty outside", recipe)
    families = sorted(mix.reach)
    for index in itertools.count():
        family = FAMILIES[families[index % len(families)]]
        at = Coordinate.at(family.axes, {a.name: rng.choice(a.levels) for a in family.axes})
        if mix.probability(family.name, at) < _RARE:
            probe = family.probe(at, child_seed("novelty outside", recipe, index))
            yield Item(probe=probe)
