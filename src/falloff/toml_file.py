"""TOML files that people write: configs, suites, policies. What is in them is their reader's."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from falloff.core import UsageError


def read_toml(path: Path, where: str, *, remedy: str) -> dict[str, Any]:
    """What the file says. ``where`` names it in complaints, ``remedy`` mends one that is not there.

    Raises :class:`falloff.core.UsageError` for a file that cannot be read or is no TOML.
    """
    try:
        # Editors on Windows begin a file with a byte-order mark, which TOML does not know.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        raise UsageError(
            f"The {where} cannot be read: {problem.strerror}.", remedy=remedy
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"The {where} is no TOML: {problem}.", remedy="Mend it there."
        ) from problem
