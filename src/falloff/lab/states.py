"""Hidden states of models with open weights, and of networks of their shape that learnt nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from falloff.core import UsageError
from falloff.models.folder import read_config
from falloff.models.hf import load_hf
from falloff.models.hf.options import read_options
from falloff.models.micro import EMBEDDED, embedded_names

if TYPE_CHECKING:
    from falloff.lab.dimension import Floats
    from falloff.lab.geometry import Prompts, Zone

# What a configuration says beyond the network's shape.
_NO_SHAPE = {"_name_or_path", "dtype", "torch_dtype", "transformers_version", "quantization_config"}


def states_of(spec: str, prompts: Prompts, layer: int) -> dict[Zone, Floats]:
    """By zone, [prompts, width] what the last tokens are to a layer of the model ``spec``."""
    return _states(load_hf(_folder(spec)), prompts, layer)


def untrained_states(spec: str, prompts: Prompts, layer: int, *, seed: int) -> dict[Zone, Floats]:
    """As :func:`states_of`, of a network of the model's shape with fresh weights."""
    from falloff.models.hf.load import load_untrained

    return _states(load_untrained(_folder(spec), seed=seed), prompts, layer)


def shape_of(spec: str) -> str:
    """The model's configuration as a text, equal for models of one shape."""
    config = read_config(read_options(_folder(spec)).path)
    return json.dumps({k: v for k, v in config.items() if k not in _NO_SHAPE}, sort_keys=True)


def _states(model: Any, prompts: Prompts, layer: int) -> dict[Zone, Floats]:
    return {zone: model.hidden_states(each, [layer])[:, 0] for zone, each in prompts.items()}


def _folder(spec: str) -> str:
    prefix, _, name = spec.partition(":")
    if prefix == "hf" and name:
        return name
    if prefix == "micro" and name in embedded_names():
        return str(EMBEDDED / name)
    raise UsageError(
        f"'{spec}' shows no hidden states.",
        remedy="Geometry is for open weights: hf:PATH, or micro:NAME of the embedded models.",
    )
