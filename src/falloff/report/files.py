"""Writing what was made: whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from falloff.core import SetupError


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8 and return ``path``. A reader never sees half a file.

    Raises :class:`falloff.core.SetupError` where it cannot be written.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8", newline="\n")  # a device or a pipe
        else:
            _write_beside(target, text)
    except OSError as error:
        raise SetupError(
            f"The report cannot be written to {path}: {error.strerror or error}.",
            remedy="Name another place with --out.",
        ) from error
    return path


def _write_beside(target: Path, text: str) -> None:
    """Write a draft next to the target and put it in its place."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
