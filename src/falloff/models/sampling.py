"""Sampling that does not depend on company: its luck is of the episode, the repeat and the turn.

The largest of logits/T + g, with g standard Gumbel noise, is a draw from softmax(logits/T) (Gumbel
1954; Maddison et al. 2014). So an engine that is sure of its greedy choice is as sure of its draw.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.core import Request, child_seed

Logits = NDArray[np.floating]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How repeats are drawn. ``top_k`` 0 and ``top_p`` 1 keep all tokens; temperature 0 is greedy.

    ``source`` says where the numbers come from, for the manifest.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    source: str = "default: the model recommends nothing"

    def describe(self) -> dict[str, Any]:
        return {"decoding": "sampling" if self.temperature else "greedy", **asdict(self)}

    def luck(self, request: Request, *, first: bool = False) -> np.random.Generator | None:
        """Where the noise of the reply's tokens comes from; None for a greedy reply.

        ``first``: first answers are drawn too, not only repeats.
        """
        if not (request.repeat or first) or not self.temperature:
            return None
        turn = len(request.messages)
        seed = child_seed("repeat", request.conversation, request.repeat, turn)
        return np.random.Generator(np.random.PCG64(seed))

    def perturbed(self, logits: Logits, noise: NDArray[np.float64]) -> Logits:
        """[vocabulary] logits + T·noise, to take the largest of; tokens that are cut off are −∞.

        Top-k comes before top-p, as in transformers: the fewest likeliest tokens that reach p.
        """
        scaled = np.asarray(logits, dtype=np.float64) / self.temperature
        if 0 < self.top_k < scaled.size:
            scaled[scaled < np.partition(scaled, -self.top_k)[-self.top_k]] = -np.inf
        if self.top_p < 1:
            order = np.argsort(-scaled, kind="stable")
            shares = np.exp(scaled[order] - scaled[order[0]])
            before = np.cumsum(shares) - shares
            scaled[order[before >= self.top_p * shares.sum()]] = -np.inf
        return np.asarray((scaled + noise) * self.temperature)


def gumbel(luck: np.random.Generator, size: int) -> NDArray[np.float64]:
    """[size] the noise of the next token."""
    # Uniform numbers are the same in every numpy; 0 is the only one without a logarithm.
    return np.asarray(-np.log(-np.log(np.maximum(luck.random(size), 1e-300))))
