"""A small Llama decoder in numpy: token ids in, logits out, keys and values cached in between.

Pure numerics. It knows nothing of text, requests or who is waiting: the caller says which slots go
on from which position, with which tokens.

Matrix products round differently with the number of rows, so logits depend on what else is in the
batch: by some 1e-6 of their size in float32, 1e-15 in float64. ``greedy`` keeps that from replies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from falloff.models.architecture import Architecture
from falloff.models.attention import Array, Cache, Plan, pack

Weights = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """Weights of one layer as [in, out], the norms before them multiplied in, and its cache."""

    attend: Array
    out: Array
    gate_up: Array
    down: Array
    cache: Cache


class Decoder:
    """A Llama network with a cache for ``slots`` sequences, computing in ``dtype``.

    ``weights`` are the tensors of ``architecture.tensors()``, of those shapes.
    """

    def __init__(
        self,
        architecture: Architecture,
        weights: Weights,
        *,
        slots: int,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        self.architecture = architecture
        self.slots = slots
        self.dtype = np.dtype(dtype)
        self._phases = _phases(architecture).astype(np.result_type(self.dtype, np.complex64))
        self._embedding = weights["model.embed_tokens.weight"].astype(self.dtype)
        head = weights["model.embed_tokens.weight" if architecture.tied else "lm_head.weight"]
        self._head = self._folded(head, weights["model.norm.weight"])
        self._layers = [self._layer(weights, index) for index in range(architecture.layers)]

    def extend(
        self, slots: Sequence[int], starts: Sequence[int], tokens: Sequence[Sequence[int]]
    ) -> Array:
        """Feed each of ``slots`` (distinct) its new ``tokens`` (one or more, ragged).

        ``starts`` is how many tokens of each slot's cache stay; what lies after them is
        overwritten. Returns the logits after each slot's last token, [len(slots), vocabulary].
        """
        plan = pack(slots, starts, tokens, self.dtype)
        stream = self._embedding[plan.tokens]
        # exp(-gate) overflows to infinity where a gate is shut, which is the right limit.
        with np.errstate(over="ignore"):
            for layer in self._layers:
                stream += self._attention(layer, plan, stream)
                stream += self._feed_forward(layer, stream)
        logits: Array = self._normed(stream[plan.last]) @ self._head
        return logits

    def _attention(self, layer: _Layer, plan: Plan, stream: Array) -> Array:
        shape, rows = self.architecture, len(stream)
        turned = shape.heads + shape.kv_heads
        mixed = self._normed(stream) @ layer.attend
        pairs = mixed.view(self._phases.dtype).reshape(rows, -1, shape.head_width // 2)
        pairs[:, :turned] *= self._phases[plan.positions, None]
        heads = mixed.reshape(rows, -1, shape.head_width)
        layer.cache.write(plan, heads[:, shape.heads : turned], heads[:, turned:])
        queries = heads[:, : shape.heads].reshape(rows, shape.kv_heads, -1, shape.head_width)
        return layer.cache.read(plan, queries).reshape(rows, -1) @ layer.out

    def _feed_forward(self, layer: _Layer, stream: Array) -> Array:
        """(gate · sigmoid(gate) · up) @ down, in place where it can be."""
        gate, up = np.split(self._normed(stream) @ layer.gate_up, 2, axis=1)
        shut = np.negative(gate)
        np.exp(shut, out=shut)
        shut += 1.0
        gate /= shut
        gate *= up
        return gate @ layer.down

    def _normed(self, stream: Array) -> Array:
        """Each row over its root mean square; the norms' weights are in the matrices after it."""
        square = np.einsum("rw,rw->r", stream, stream) / stream.shape[1]
        normed: Array = stream / np.sqrt(square + self.architecture.epsilon)[:, None]
        return normed

    def _layer(self, weights: Weights, index: int) -> _Layer:
        shape, prefix = self.architecture, f"model.layers.{index}."
        named = {
            name.removeprefix(prefix).removesuffix(".weight"): tensor.astype(np.float64)
            for name, tensor in weights.items()
            if name.startswith(prefix)
        }
        # Scores are divided by the root of the head's width: once here rather than every time.
        queries = _paired(named["self_attn.q_proj"], shape.head_width) / shape.head_width**0.5
        keys = _paired(named["self_attn.k_proj"], shape.head_width)
        attend = np.concatenate([queries, keys, named["self_attn.v_proj"]])
        gate_up = np.concatenate([named["mlp.gate_proj"], named["mlp.up_proj"]])
        return _Layer(
            attend=self._folded(attend, named["input_layernorm"]),
            out=self._folded(named["self_attn.o_proj"]),
            gate_up=self._folded(gate_up, named["post_attention_layernorm"]),
            down=self._folded(named["mlp.down_proj"]),
            cache=self._cache(),
        )

    def _cache(self) -> Cache:
        shape = self.architecture
        size = (self.slots, shape.kv_heads, shape.context, shape.head_width)
        return Cache(keys=np.zeros(size, self.dtype), values=np.zeros(size, self.dtype))

    def _folded(self, matrix: Array, norm: Array | None = None) -> Array:
        """A weight [out, in] as contiguous [in, out], the norm before it multiplied in."""
        exact = matrix.astype(np.float64)
        if norm is not None:
            exact *= norm.astype(np.float64)
        return np.ascontiguousarray(exact.T, dtype=self.dtype)


def _phases(shape: Architecture) -> npt.NDArray[np.complexfloating]:
    """Rotary embeddings exp(i·position·θ^(−2j/head)), [context, head/2]."""
    powers = np.arange(0, shape.head_width, 2) / shape.head_width
    angles = np.arange(shape.context)[:, None] * shape.rope_theta**-powers
    phases: npt.NDArray[np.complexfloating] = np.exp(1j * angles)
    return phases


def _paired(matrix: Array, head_width: int) -> Array:
    """Rows of each head reordered so that the two that turn together are neighbours.

    Checkpoints pair row j with row j + head/2. As neighbours they are one complex number, and
    turning is one multiplication; queries and keys change alike, so their products stay.
    """
    halves = matrix.reshape(-1, 2, head_width // 2, matrix.shape[1])
    return halves.swapaxes(1, 2).reshape(matrix.shape)
