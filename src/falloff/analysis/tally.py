"""Answers summed by place: all that a likelihood needs of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from falloff.analysis.data import Floats


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Answers summed by place. ``u``: [places, k + m], m = ``labels``; the rest [places].

    ``floor`` is the probability of success where competence is 0: the chance level g, times the
    share of answers that can be read (:mod:`falloff.analysis.readable`).
    """

    u: Floats
    successes: Floats
    trials: Floats
    floor: Floats
    chance: float
    labels: int = 0

    @classmethod
    def of(
        cls,
        u: Floats,
        scores: Floats,
        chance: float,
        readable: Floats | None = None,
        labels: int = 0,
    ) -> Tally:
        """From n probes at ``u`` [n, k + m] with ``scores`` [n]; their order does not matter.

        ``readable`` [n]: the probability that the answer to each can be read, 1 unless given.
        """
        places, first, index = np.unique(u, axis=0, return_index=True, return_inverse=True)
        index = index.reshape(-1)
        share = np.ones(len(u)) if readable is None else readable
        return cls(
            u=places,
            successes=np.bincount(index, weights=scores).astype(np.float64),
            trials=np.bincount(index).astype(np.float64),
            floor=chance * share[first],
            chance=chance,
            labels=labels,
        )
