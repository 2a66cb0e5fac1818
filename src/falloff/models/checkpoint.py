"""Reading the checkpoint of a small character-level Llama model into plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from falloff.core import ModelError
from falloff.models.architecture import Architecture
from falloff.models.attention import Array
from falloff.models.characters import Characters
from falloff.models.folder import check_folder, digests, read_config, weight_files

_DTYPES = ("F16", "F32", "F64")


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A network's shape, weights (named as Hugging Face names them) and vocabulary.

    ``digests`` are hashes of the files that decide its answers.
    """

    architecture: Architecture
    weights: Mapping[str, Array]
    characters: Characters
    digests: Mapping[str, str]


def read_checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint in ``folder``: config.json, tokenizer.json, model.safetensors.

    Raises :class:`ModelError` if it is missing, damaged, unsafe to load or not a plain Llama model
    over characters.
    """
    check_folder(folder)
    architecture = Architecture.from_config(read_config(folder))
    characters = Characters.read(folder / "tokenizer.json")
    if characters.size > architecture.vocabulary:
        raise ModelError(
            f"Checkpoint '{folder}' has {architecture.vocabulary} embeddings for"
            f" {characters.size} tokens.",
            remedy="Save the tokenizer that the model was trained with beside it.",
        )
    weights: dict[str, Array] = {}
    for file in weight_files(folder):
        weights |= _tensors(file)
    _check_shapes(folder, architecture, weights)
    return Checkpoint(
        architecture=architecture,
        weights=weights,
        characters=characters,
        digests=digests(folder),
    )


def _tensors(file: Path) -> dict[str, Array]:
    from safetensors import safe_open

    with safe_open(file, framework="np") as tensors:
        for name in tensors.keys():  # noqa: SIM118 - safe_open is no mapping
            _check_dtype(file, name, tensors.get_slice(name).get_dtype())
        return {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118


def _check_dtype(file: Path, name: str, dtype: Any) -> None:
    if dtype not in _DTYPES:
        raise ModelError(
            f"Weight {name} of {file} has type {dtype}; numpy reads {', '.join(_DTYPES)}.",
            remedy="Save the model as float16 or float32, or run it with hf:PATH.",
        )


def _check_shapes(folder: Path, architecture: Architecture, weights: Mapping[str, Array]) -> None:
    for name, shape in architecture.tensors().items():
        if name not in weights:
            raise _mismatch(folder, f"no weight {name}")
        if weights[name].shape != shape:
            raise _mismatch(folder, f"{name} of shape {weights[name].shape}, not {shape}")
        if not np.isfinite(weights[name]).all():
            raise _mismatch(folder, f"{name} with values that are not finite")


def _mismatch(folder: Path, what: str) -> ModelError:
    return ModelError(
        f"Checkpoint '{folder}' does not fit its config.json: it has {what}.",
        remedy="Save model and config together with save_pretrained.",
    )
