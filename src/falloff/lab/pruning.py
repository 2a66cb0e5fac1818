"""Leaving layers out: a smaller network of the same width, from some of a larger one's layers."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from falloff.core import UsageError

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM


def with_layers(network: LlamaForCausalLM, layers: tuple[int, ...]) -> LlamaForCausalLM:
    """A copy with only ``layers`` of ``network``, in that order (0 the lowest).

    Raises :class:`UsageError` for none, or for one that there is not.
    """
    there = network.config.num_hidden_layers
    if not layers or not all(0 <= layer < there for layer in layers):
        raise UsageError(
            f"Layers {list(layers)} of a network of {there}.",
            remedy=f"Name one or more from 0 to {there - 1}.",
        )
    from transformers import LlamaForCausalLM

    config = copy.deepcopy(network.config)
    config.num_hidden_layers = len(layers)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[layer] for layer in layers]
    smaller: LlamaForCausalLM = LlamaForCausalLM(config)
    state = network.state_dict()
    smaller.load_state_dict({name: state[_origin(name, layers)] for name in smaller.state_dict()})
    return smaller


def _origin(name: str, layers: tuple[int, ...]) -> str:
    """The larger network's name of a weight of the smaller one."""
    prefix = "model.layers."
    if not name.startswith(prefix):
        return name
    index, rest = name.removeprefix(prefix).split(".", 1)
    return f"{prefix}{layers[int(index)]}.{rest}"
