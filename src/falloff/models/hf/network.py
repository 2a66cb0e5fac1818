"""Forward passes of a transformers network over slots: tokens in, the next token's logits out.

Sequences in a pass lie aligned at their ends, whatever each has in its slot before them. Knows
nothing of text or requests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

from falloff.models.hf.slots import Slots

# Far more than rounding does, far less than a mask or position that is off.
_TOLERANCE = 1e-2


class Network:
    """A causal language model with slots for its sequences.

    :func:`network_of` tells whether an architecture can be run so, by trying.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.device = model.device
        self.dtype = model.dtype
        config = model.config.get_text_config(decoder=True)
        self._windows = _windows(config)
        # Models with layers of several kinds take a mask for each kind, by its name.
        self._named = getattr(config, "layer_types", None) is not None and len(self._windows) > 1
        self.slots = Slots(config.num_hidden_layers)

    def extend(
        self, first: int, starts: Sequence[int], tokens: Sequence[Sequence[int]]
    ) -> torch.Tensor:
        """Feed slots ``first``, ``first + 1``, … their new ``tokens`` (one or more, ragged).

        ``starts`` is how many positions of each slot stay; what lies after them is overwritten.
        The slots must be reserved, one position longer than any sequence.
        Returns the logits after each slot's last token, [slots, vocabulary].
        """
        width = max(len(new) for new in tokens)
        seen = max(start + len(new) for start, new in zip(starts, tokens, strict=True))
        ids = [[0] * (width - len(new)) + list(new) for new in tokens]
        offsets = [start - width + len(new) for start, new in zip(starts, tokens, strict=True)]
        shorts = [width - len(new) for new in tokens]
        with torch.inference_mode():
            steps = torch.arange(width, device=self.device)
            positions = torch.tensor(offsets, device=self.device)[:, None] + steps
            if any(shorts):
                padding = steps < torch.tensor(shorts, device=self.device)[:, None]
                # What stands before a short sequence is written where nobody reads.
                places = positions.masked_fill(padding, self.slots.length - 1)
                positions = positions.masked_fill(padding, 0)
            else:
                places = positions
            self.slots.aim(first, places, seen)
            out = self.model(
                input_ids=torch.tensor(ids, device=self.device),
                attention_mask=self._mask(positions, seen),
                position_ids=positions,
                past_key_values=self.slots,
                use_cache=True,
                logits_to_keep=1,
            )
            logits: torch.Tensor = out.logits[:, -1]
        return logits

    def _mask(self, positions: torch.Tensor, seen: int) -> Any:
        """What is added to scores [rows, 1, tokens, seen]: −∞ before what a token must not see."""
        behind = positions[:, None, :, None] - torch.arange(seen, device=self.device)
        masks = {}
        for kind, window in self._windows.items():
            hidden = behind < 0
            if window is not None:
                hidden = hidden | (behind >= window)
            mask = torch.zeros(hidden.shape, dtype=self.dtype, device=self.device)
            masks[kind] = mask.masked_fill_(hidden, torch.finfo(self.dtype).min)
        return masks if self._named else next(iter(masks.values()))


def network_of(model: Any) -> Network | None:
    """The model with slots; None for one whose cache or masks are of another kind."""
    try:
        network = Network(model)
    except Exception:  # whatever an unusual configuration lacks
        return None
    return network if _fits(network) else None


def _fits(network: Network) -> bool:
    """Whether it computes what the model itself does: ragged, padded, and gone on with."""
    size = network.model.get_input_embeddings().num_embeddings
    long, short = [(7 * i + 1) % size for i in range(9)], [(5 * i + 2) % size for i in range(4)]
    try:
        with torch.inference_mode():
            want = [
                network.model(input_ids=torch.tensor([t], device=network.device)).logits[0]
                for t in (long, short)
            ]
            network.slots.reserve(2, len(long) + 1, most=0)
            network.extend(0, [0, 0], [long[:5], short[:3]])
            got = network.extend(0, [5, 3], [long[5:], short[3:]])
    except Exception:  # whatever an unusual architecture does with what it was not made for
        return False
    return all(
        bool((row - logits[-1]).abs().max() <= _TOLERANCE * logits[-1].abs().max())
        for row, logits in zip(got.float(), (w.float() for w in want), strict=True)
    )


def _windows(config: Any) -> dict[str, int | None]:
    """By kind of layer, how many positions a token sees: itself and those before; None for all."""
    layers = DynamicCache(config=config).layers
    kinds = getattr(config, "layer_types", None) or [
        "sliding" if isinstance(layer, DynamicSlidingWindowLayer) else "full" for layer in layers
    ]
    found: dict[str, int | None] = {}
    for kind, layer in zip(kinds, layers, strict=False):
        if type(layer) not in (DynamicLayer, DynamicSlidingWindowLayer) or "chunk" in kind:
            raise NotImplementedError(f"layers of the kind {type(layer).__name__}, {kind}")
        found[kind] = getattr(layer, "sliding_window", None)
    return found or {"full": None}
