"""Is a model a scaled copy of another? falloff's own test, on the answers of an experiment."""

from __future__ import annotations

import numpy as np

from falloff.analysis.layout import Layout
from falloff.analysis.scaled import PairedAnswers, scaled_test
from falloff.core import child_seed
from falloff.lab.experiments.measures import Pair
from falloff.probes import FAMILIES


def scaled_copy_p(pair: Pair) -> float:
    """The test's p from a pair's probes of one family: small where the shapes differ.

    Every probe is an item of its own.
    """
    family = FAMILIES[pair.own[0].family]
    layout = Layout(axes=family.axes)
    rows = layout.columns([asked.at for asked in pair.own])
    places, place = np.unique(rows, axis=0, return_inverse=True)
    test = scaled_test(
        PairedAnswers(
            u=places,
            place=place.reshape(-1),
            item=np.arange(len(rows)),
            scores=np.array(
                [[asked.score for asked in given] for given in (pair.reference, pair.own)]
            ),
            chance=family.chance,
            labels=layout.labels,
        ),
        np.random.Generator(np.random.PCG64(child_seed("shape", family.name))),
    )
    return test.p
