"""What every checkpoint folder must satisfy before anything in it is loaded, and its hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from falloff.core import ModelError

_PICKLED = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")
_DECIDING = {
    "weights": ("model*.safetensors",),
    "config": ("config.json", "generation_config.json"),
    "tokenizer": (*_TOKENIZERS, "tokenizer_config.json", "added_tokens.json", "merges.txt"),
    "template": ("chat_template*", "additional_chat_templates/*"),
}


def check_folder(folder: Path) -> None:
    """Raise :class:`ModelError` unless ``folder`` is a whole checkpoint that is safe to load.

    It must have a config and a tokenizer, no code of its own, and weights as safetensors whose
    files are as long as their headers say.
    """
    if not folder.is_dir():
        raise ModelError(
            f"There is no checkpoint folder '{folder}'.",
            remedy="Give the path of a folder that save_pretrained wrote.",
        )
    _refuse_code(folder)
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise ModelError(
            f"Checkpoint '{folder}' has no tokenizer.",
            remedy="Copy tokenizer.json and tokenizer_config.json from the model it came from.",
        )
    for file in weight_files(folder):
        _check_header(file)


def read_config(folder: Path, name: str = "config.json") -> dict[str, Any]:
    """A JSON file of the checkpoint. Raises :class:`ModelError` if it is missing or broken."""
    try:
        config = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise ModelError(
            f"Checkpoint '{folder}' has no {name}.",
            remedy="Give the path of a folder that save_pretrained wrote.",
        ) from missing
    except (OSError, ValueError) as problem:
        why = (isinstance(problem, OSError) and problem.strerror) or problem
        raise ModelError(
            f"Checkpoint '{folder}' has no readable {name}: {why}.",
            remedy="Give the path of a folder that save_pretrained wrote.",
        ) from problem
    if not isinstance(config, dict):
        raise ModelError(f"{folder / name} is not a JSON object.", remedy="Save the model again.")
    return config


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of the checkpoint, in order of name: one, or several shards."""
    files = sorted(folder.glob("model*.safetensors"))
    if (folder / "model.safetensors.index.json").is_file():
        shards = read_config(folder, "model.safetensors.index.json").get("weight_map", {})
        if missing := set(shards.values()) - {file.name for file in files}:
            raise ModelError(
                f"Checkpoint '{folder}' lacks {', '.join(sorted(missing))}.",
                remedy="Copy or download it again.",
            )
    if not files:
        raise _no_weights(folder)
    return files


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of all that decides answers: weights, config, tokenizer, template (if any)."""
    found = {
        part: sorted({file for pattern in patterns for file in folder.glob(pattern)})
        for part, patterns in _DECIDING.items()
    }
    return {part: _sha256(files) for part, files in found.items() if files}


def _refuse_code(folder: Path) -> None:
    names = ["config.json", "tokenizer_config.json"]
    for name in [name for name in names if name == names[0] or (folder / name).is_file()]:
        if "auto_map" in read_config(folder, name):
            raise ModelError(
                f"Checkpoint '{folder}' wants to run its own Python code (auto_map in {name}).",
                remedy="falloff never runs a checkpoint's code. Serve the model yourself and give"
                " its endpoint, or save it in an architecture that transformers has.",
            )


def _no_weights(folder: Path) -> ModelError:
    pickled = sorted(file.name for pattern in _PICKLED for file in folder.glob(pattern))
    if not pickled:
        return ModelError(
            f"Checkpoint '{folder}' has no weights (no model.safetensors).",
            remedy="Give the path of a folder that save_pretrained wrote.",
        )
    return ModelError(
        f"Checkpoint '{folder}' has only pickled weights ({', '.join(pickled)}); unpickling a file"
        " can run any code, so falloff does not.",
        remedy="If you trust it, convert it once: AutoModelForCausalLM.from_pretrained("
        "OLD, use_safetensors=False).save_pretrained(NEW).",
    )


def _check_header(file: Path) -> None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np"):
            pass
    except (SafetensorError, OSError) as problem:
        raise ModelError(
            f"{file} is truncated or corrupt: {problem}.", remedy="Copy or download it again."
        ) from problem


def _sha256(files: Iterable[Path]) -> str:
    """One hash of several files, their names and sizes included."""
    total = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        total.update(f"{path.name} {path.stat().st_size} {digest.hexdigest()}\n".encode())
    return total.hexdigest()
