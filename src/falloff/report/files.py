"""Writing what was made: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from falloff.core import SetupError


def write_text(path: Path, text: str) -> Path:
    """Write ``text`` as UTF-8 and return ``path``. A reader never sees half a file.

    Raises :class:`falloff.core.SetupError` where it cannot be written.
    """
    with whole_file(path, "Name another place with --out.") as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return path


@contextmanager
def whole_file(path: Path, remedy: str = "Name another place.") -> Iterator[Path]:
    """A draft beside ``path``, put in its place at the end; dropped where anything is raised.

    A device or a pipe is its own draft. Raises :class:`falloff.core.SetupError` where it cannot be
    written.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            yield target
            return
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            yield draft
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise SetupError(
            f"The file cannot be written to {path}: {error.strerror or error}.", remedy=remedy
        ) from error
