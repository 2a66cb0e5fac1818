"""QUEST+ (questplus), one probe at a time by least expected entropy.

The sigmoid is the normal one, falling in the level; guess rate known. Nodes: edges in steps of a
tenth of a level, finer than any error here, a dozen widths and six lapse rates.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
from scipy.special import ndtri

from .observers import TAU

_MIDDLES = np.arange(0.0, 22.001, 0.1)
_WIDTHS = np.geomspace(0.2, 8.0, 12)
_LAPSES = np.linspace(0.0, 0.2, 6)
NODES = len(_MIDDLES) * len(_WIDTHS) * len(_LAPSES)


class Quest:
    """A run on one axis with ``levels``. ``cpu``: seconds that its decisions took."""

    def __init__(self, levels, chance: float) -> None:
        from questplus import QuestPlus

        self.cpu = 0.0
        self._chance = chance
        self._plus = QuestPlus(
            stim_domain={"intensity": -np.asarray(levels, dtype=float)},
            param_domain={
                "mean": -_MIDDLES[::-1],
                "sd": _WIDTHS,
                "lower_asymptote": [chance],
                "lapse_rate": _LAPSES * (1 - chance),
            },
            outcome_domain={"response": ["right", "wrong"]},
            func="norm_cdf",
            stim_scale="linear",
        )

    def next_level(self) -> float:
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            chosen = self._plus.next_stim["intensity"]
        self.cpu += time.process_time() - started
        return -float(chosen)

    def tell(self, level: float, right: bool) -> None:
        started = time.process_time()
        outcome = {"response": "right" if right else "wrong"}
        self._plus.update(stim={"intensity": -level}, outcome=outcome)
        self.cpu += time.process_time() - started

    def edge(self, top: float) -> tuple[float, float, float]:
        """Posterior mean and 90 % interval of the level where competence falls to τ."""
        posterior = self._plus.posterior
        mean, sd, lapse = np.meshgrid(-posterior["mean"].values, _WIDTHS, _LAPSES, indexing="ij")
        edges = np.clip(mean - sd * ndtri(TAU / (1 - lapse)), 1, top).ravel()
        weight = posterior.transpose("mean", "sd", "lower_asymptote", "lapse_rate").values.ravel()
        order = np.argsort(edges)
        reached = np.cumsum(weight[order])
        low, high = edges[order][np.minimum(np.searchsorted(reached, [0.05, 0.95]), len(order) - 1)]
        return float(edges @ weight), float(low), float(high)
