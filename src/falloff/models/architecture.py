"""The shape of a Llama-architecture network, read from its ``config.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import ModelError

# Settings that change the arithmetic, with the one value that the decoder computes (and that an
# absent setting means).
_UNDERSTOOD = {
    "model_type": "llama",
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
}


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Sizes and constants of a Llama decoder.

    ``width`` is the size of the residual stream, ``context`` the most tokens a sequence may have.
    Each of ``kv_heads`` keys and values serves ``heads // kv_heads`` queries of ``head_width``
    (even: rotary embeddings turn pairs). A ``tied`` head is the transposed embedding.
    """

    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_width: int
    feed_forward: int
    context: int
    epsilon: float
    rope_theta: float
    tied: bool

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Architecture:
        """From a parsed ``config.json``. Raises :class:`ModelError` for what is not plain Llama."""
        for name, only in _UNDERSTOOD.items():
            if config.get(name, only) != only:
                raise _not_plain(f"{name} {config[name]!r} instead of {only!r}")
        try:
            return cls._read(config)
        except KeyError as missing:
            raise _not_plain(f"no entry {missing}") from missing

    @classmethod
    def _read(cls, config: Mapping[str, Any]) -> Architecture:
        heads = config["num_attention_heads"]
        return cls(
            vocabulary=config["vocab_size"],
            width=config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=heads,
            kv_heads=config.get("num_key_value_heads") or heads,
            head_width=config.get("head_dim") or config["hidden_size"] // heads,
            feed_forward=config["intermediate_size"],
            context=config["max_position_embeddings"],
            epsilon=config.get("rms_norm_eps", 1e-6),
            rope_theta=_rope_theta(config),
            tied=config.get("tie_word_embeddings", False),
        )

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every weight, as Hugging Face names and lays them out."""
        shapes: dict[str, tuple[int, ...]] = {
            "model.embed_tokens.weight": (self.vocabulary, self.width),
            "model.norm.weight": (self.width,),
        }
        if not self.tied:
            shapes["lm_head.weight"] = (self.vocabulary, self.width)
        for layer in range(self.layers):
            for name, shape in self._layer_tensors().items():
                shapes[f"model.layers.{layer}.{name}.weight"] = shape
        return shapes

    def _layer_tensors(self) -> dict[str, tuple[int, ...]]:
        queries, pairs = self.heads * self.head_width, self.kv_heads * self.head_width
        return {
            "input_layernorm": (self.width,),
            "self_attn.q_proj": (queries, self.width),
            "self_attn.k_proj": (pairs, self.width),
            "self_attn.v_proj": (pairs, self.width),
            "self_attn.o_proj": (self.width, queries),
            "post_attention_layernorm": (self.width,),
            "mlp.gate_proj": (self.feed_forward, self.width),
            "mlp.up_proj": (self.feed_forward, self.width),
            "mlp.down_proj": (self.width, self.feed_forward),
        }


def _rope_theta(config: Mapping[str, Any]) -> float:
    """The base of the rotary frequencies: transformers 5 nests it, earlier versions did not."""
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind != "default":
        raise _not_plain(f"rotary embeddings of type {kind!r}")
    return float(rope.get("rope_theta", config.get("rope_theta", 10_000.0)))


def _not_plain(what: str) -> ModelError:
    return ModelError(
        f"The checkpoint is not a plain Llama model: its config.json has {what}.",
        remedy="Run it with hf:PATH, which takes every architecture of transformers.",
    )
