"""Two networks that write together: each token is drawn from a mixture of their distributions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from falloff.models.attention import Array
from falloff.models.checkpoint import Checkpoint
from falloff.models.decoder import Decoder


class Mixture:
    """A decoder whose logits are log((1−α)·Q + α·P); Q of ``own``, P of ``other``, α its ``share``,
    between 0 and 1. Both have one vocabulary."""

    def __init__(
        self,
        own: Checkpoint,
        other: Checkpoint,
        share: float,
        *,
        slots: int,
        dtype: npt.DTypeLike,
    ) -> None:
        self._decoders = [
            Decoder(one.architecture, one.weights, slots=slots, dtype=dtype) for one in (own, other)
        ]
        self._shares = np.log([1 - share, share]).astype(dtype)

    def extend(
        self, slots: Sequence[int], starts: Sequence[int], tokens: Sequence[Sequence[int]]
    ) -> Array:
        """As :meth:`falloff.models.decoder.Decoder.extend`, of both at once."""
        own, other = (
            log_softmax(decoder.extend(slots, starts, tokens), axis=1) + share
            for decoder, share in zip(self._decoders, self._shares, strict=True)
        )
        mixed: Array = np.logaddexp(own, other)
        return mixed
