"""The networks of the lab: ordinary Llama-architecture models, a fraction of a million weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from falloff.lab import vocabulary

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

CONTEXT = 512


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Width, depth, heads and feed-forward width of a network."""

    width: int
    layers: int
    heads: int
    feed_forward: int


TEACHER = Shape(width=128, layers=3, heads=4, feed_forward=320)
STUDENT = Shape(width=96, layers=3, heads=3, feed_forward=256)


def build(shape: Shape, seed: int) -> LlamaForCausalLM:
    """A freshly initialised network, float32, the same for the same seed."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocabulary.SIZE,
        hidden_size=shape.width,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=False,
        pad_token_id=vocabulary.PAD,
        bos_token_id=vocabulary.BOS,
        eos_token_id=vocabulary.END,
        attention_dropout=0.0,
    )
    return LlamaForCausalLM(config)


def shape_of(network: LlamaForCausalLM) -> Shape:
    """The shape of a network."""
    config = network.config
    return Shape(
        width=config.hidden_size,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        feed_forward=config.intermediate_size,
    )
