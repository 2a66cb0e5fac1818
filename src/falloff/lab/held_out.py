"""Oracle's episodes that no training sees: how far a network is, while it is trained.

Always in the dialect as it is, whatever templates and noise the corpus has.
"""

from __future__ import annotations

import itertools

from falloff.core import child_seed
from falloff.lab.answers import oracle
from falloff.lab.corpus import Item, Mix, probes_of
from falloff.lab.sequences import Sequence, sequence_of
from falloff.probes import FAMILIES

EPISODES = 300
_SEED = 10_000


def from_mix(mix: Mix) -> list[Sequence]:
    """Drawn from the mix."""
    return _ideal([Item(probe=p) for p in itertools.islice(probes_of(mix, _SEED), EPISODES)])


def from_centre(mix: Mix) -> list[Sequence]:
    """At the centre of the mix' families, in turn."""
    families = [FAMILIES[name] for name in sorted(mix.reach)]
    turns = itertools.islice(itertools.cycle(families), EPISODES)
    return _ideal(
        [
            Item(probe=family.probe(family.centre, child_seed("held-out centre", index)))
            for index, family in enumerate(turns)
        ]
    )


def _ideal(items: list[Item]) -> list[Sequence]:
    return [sequence_of(episode) for episode in oracle(items)]
