"""Choosing the best token, so that the choice does not depend on what else is in the batch.

A batch runs in float32, twice as fast as float64. Where the two best tokens are closer than float32
can tell apart, the choice is made again in float64, on that sequence alone: then it is the same
computation, bit for bit, in whatever company the sequence came. A draw is the best token too, after
noise has been added to the logits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from falloff.models.attention import Array, Indices

# A lead below this share of the largest logit is a close call. Float32 was off by 1e-6 of it on
# ordinary networks and by 2e-5 on wild ones; trained networks make a close call in some thousands.
CLOSE = 1e-4

# From logits [vocabulary] to those of which the largest is taken.
Perturb = Callable[[Array], Array]


class Decodes(Protocol):
    """What tokens are chosen by: :class:`falloff.models.decoder.Decoder`, or one as it."""

    def extend(
        self, slots: Sequence[int], starts: Sequence[int], tokens: Sequence[Sequence[int]]
    ) -> Array: ...


# Makes one from its ``slots`` and ``dtype``.
MakesDecoder = Callable[..., Decodes]


class Greedy:
    """A network that chooses the next token of up to ``slots`` sequences at once."""

    def __init__(self, decoder: MakesDecoder, *, slots: int) -> None:
        self._fast = decoder(slots=slots, dtype=np.float32)
        self._exact = decoder(slots=1, dtype=np.float64)

    def choose(
        self,
        slots: Sequence[int],
        cached: Sequence[list[int]],
        new: Sequence[list[int]],
        perturb: Sequence[Perturb | None],
    ) -> tuple[list[int], Array]:
        """The next token of each of ``slots``, whose cache holds ``cached``, when fed ``new``.

        Also the logits [slots, vocabulary] before they were perturbed.
        """
        logits = self._fast.extend(slots, [len(tokens) for tokens in cached], new)
        changed = logits
        if any(perturb):
            rows = zip(logits, perturb, strict=True)
            changed = np.array([row if change is None else change(row) for row, change in rows])
        best, lead = _best(changed)
        close = lead < CLOSE * np.abs(logits).max(axis=1)
        for i in np.flatnonzero(close).tolist():
            exact, change = self._exact.extend([0], [0], [cached[i] + new[i]])[0], perturb[i]
            best[i] = (exact if change is None else change(exact)).argmax()
        return [int(token) for token in best], logits


def _best(logits: Array) -> tuple[Indices, Array]:
    """The best token of each row, and its lead over the second best."""
    rows = np.arange(len(logits))
    best = logits.argmax(axis=1)
    others = logits.copy()
    others[rows, best] = -np.inf
    return best, logits[rows, best] - others.max(axis=1)
