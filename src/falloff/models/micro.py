"""``micro:NAME``: the embedded models, shipped in the package and run without torch."""

from __future__ import annotations

from pathlib import Path

from falloff.core import UnknownNameError
from falloff.models.checkpoint import read_checkpoint
from falloff.models.engine import Engine

EMBEDDED = Path(__file__).parent / "embedded"


def embedded_names() -> tuple[str, ...]:
    """Names of the models that this installation ships."""
    return tuple(sorted(file.parent.name for file in EMBEDDED.glob("*/config.json")))


def load_micro(name: str) -> Engine:
    """The embedded model of that name. Raises :class:`UnknownNameError` with a suggestion."""
    if name not in embedded_names():
        raise UnknownNameError("embedded model", name, embedded_names())
    return load_folder(EMBEDDED / name, spec=f"micro:{name}")


def load_folder(folder: Path, *, spec: str) -> Engine:
    """A model of the same kind from any folder, such as one that the lab has just grown."""
    return Engine(read_checkpoint(folder), spec=spec)
