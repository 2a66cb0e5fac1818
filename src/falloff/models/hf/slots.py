"""Keys and values of many sequences, each in a slot of its own from its first position on.

A slot keeps all of its tokens, also those that have left a sliding window: masks hide them. So any
sequence can be cut back, copied and gone on with. Knows nothing of tokens or requests.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

# What a sequence of some length left in each layer: keys and values [heads, length, width].
Kept = list[tuple[torch.Tensor, torch.Tensor]]
# Lengths grow in such steps, so that buffers are not made anew for every token.
_STEP = 128


class Slots(Cache):  # type: ignore[misc]
    """A cache for transformers' models in which the rows of a batch are ``window`` of its slots.

    Before a forward pass, ``aim`` says where its tokens go.
    """

    def __init__(self, layers: int) -> None:
        self._own = [_Layer(self) for _ in range(layers)]
        super().__init__(layers=list(self._own))
        self.slots, self.length = 1, _STEP
        self.window = slice(0, 1)
        self.rows = self.places = torch.zeros(1, 1, dtype=torch.long)
        self.seen = 0

    def aim(self, first: int, places: torch.Tensor, seen: int) -> None:
        """The tokens [rows, tokens] of slots ``first`` and on go to ``places`` of their slot.

        ``seen`` positions of each slot are read.
        """
        count = len(places)
        self.window = slice(first, first + count)
        self.rows = torch.arange(first, first + count, device=places.device)[:, None]
        self.places, self.seen = places, seen

    def reserve(self, slots: int, length: int, *, most: int) -> None:
        """Room for ``slots`` of ``length``, what is in them kept; beyond ``most`` tokens no more
        than that.
        """
        length = -(-length // _STEP) * _STEP
        if slots <= self.slots and length <= self.length:
            return
        wide, long = max(-(-slots // 8) * 8, self.slots), max(length, self.length)
        if wide * long > most:
            wide, long = slots, length
        for layer in self._own:
            layer.resize(wide, long)
        self.slots, self.length = wide, long

    def clear(self) -> None:
        """Let go of everything, the memory too."""
        self.slots, self.length = 1, _STEP
        for layer in self._own:
            layer.keys = layer.values = None
            layer.is_initialized = False

    def take(self, slot: int, length: int) -> Kept:
        """A copy of the first ``length`` positions of a slot."""
        return [
            (layer.keys[slot, :, :length].clone(), layer.values[slot, :, :length].clone())
            for layer in self._own
            if layer.is_initialized
        ]

    def put(self, slot: int, kept: Kept, length: int) -> None:
        """The first ``length`` positions of what was kept, into a slot."""
        used = (layer for layer in self._own if layer.is_initialized)
        for layer, (keys, values) in zip(used, kept, strict=True):
            layer.keys[slot, :, :length] = keys[:, :length]
            layer.values[slot, :, :length] = values[:, :length]

    def copy(self, source: int, target: int, length: int) -> None:
        """The first ``length`` positions of one slot into another."""
        for layer in self._own:
            if layer.is_initialized:
                layer.keys[target, :, :length] = layer.keys[source, :, :length]
                layer.values[target, :, :length] = layer.values[source, :, :length]

    def bytes_per_token(self) -> int:
        """What one token takes in all layers; 0 before the first pass."""
        return sum(
            (layer.keys[0, :, 0].nbytes + layer.values[0, :, 0].nbytes)
            for layer in self._own
            if layer.is_initialized
        )

    def get_seq_length(self, *_: int) -> int:
        return 0

    def get_mask_sizes(self, *_: int) -> tuple[int, int]:
        return self.seen, 0


class _Layer(CacheLayerMixin):  # type: ignore[misc]
    """One layer's buffers [slots, heads, length, width]; their shape shows at the first pass."""

    is_sliding = False

    def __init__(self, slots: Slots) -> None:
        super().__init__()
        self._slots = slots

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        slots, length = self._slots.slots, self._slots.length
        self.keys = _buffer(key_states, slots, length)
        self.values = _buffer(value_states, slots, length)
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        slots = self._slots
        self.keys[slots.rows, :, slots.places] = key_states.transpose(1, 2)
        self.values[slots.rows, :, slots.places] = value_states.transpose(1, 2)
        return self.keys[slots.window, :, : slots.seen], self.values[slots.window, :, : slots.seen]

    def resize(self, slots: int, length: int) -> None:
        if not self.is_initialized:
            return
        for name in ("keys", "values"):
            old = getattr(self, name)
            new = old.new_zeros(slots, old.shape[1], length, old.shape[3])
            wide, long = min(slots, old.shape[0]), min(length, old.shape[2])
            new[:wide, :, :long] = old[:wide, :, :long]
            setattr(self, name, new)

    def get_mask_sizes(self, *_: int) -> tuple[int, int]:
        return self._slots.seen, 0

    def get_seq_length(self) -> int:
        return 0

    def get_max_length(self) -> int:
        return -1


def _buffer(states: torch.Tensor, slots: int, length: int) -> torch.Tensor:
    """Zeros, since what was never written is masked, and NaN times nothing is NaN."""
    return states.new_zeros(slots, states.shape[1], length, states.shape[3])
