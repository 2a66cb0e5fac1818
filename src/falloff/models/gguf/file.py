"""The file of a model: that it is one, its other parts, and its hash."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from falloff.core import ModelError

_MAGIC = b"GGUF"
_SHARD = re.compile(r"^(?P<name>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$")


def parts_of(path: Path) -> list[Path]:
    """The file, or all of a model that is split over several, ``…-00001-of-00003.gguf`` first.

    Raises :class:`ModelError` for one that is missing, unreadable or no GGUF.
    """
    found = _SHARD.match(path.name)
    parts = [path]
    if found:
        name, count = found["name"], int(found["count"])
        if int(found["number"]) != 1:
            first = f"{name}-00001-of-{found['count']}.gguf"
            raise ModelError(
                f"'{path}' is not the first part of its model.", remedy=f"Give {first}."
            )
        parts = [path.with_name(f"{name}-{i:05}-of-{count:05}.gguf") for i in range(1, count + 1)]
    for part in parts:
        _check(part)
    return parts


def digest(parts: list[Path]) -> str:
    """SHA-256 over the contents of all parts, in order."""
    total = hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _check(path: Path) -> None:
    if path.is_dir():
        raise ModelError(
            f"'{path}' is a folder, no GGUF file.",
            remedy=f"Give a file in it, or write hf:{path} for a checkpoint.",
        )
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except FileNotFoundError as missing:
        raise ModelError(
            f"There is no file '{path}'.", remedy="Give the path of a .gguf file."
        ) from missing
    except OSError as problem:
        raise ModelError(
            f"'{path}' cannot be read: {problem.strerror}.", remedy="Look at its permissions."
        ) from problem
    if magic != _MAGIC:
        raise ModelError(
            f"'{path}' is no GGUF file: it does not begin with 'GGUF'.",
            remedy="Convert the checkpoint with llama.cpp, or write hf:FOLDER to run it as it is.",
        )
