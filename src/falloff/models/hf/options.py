"""What stands behind ``hf:``: a folder and, after ``?``, how it is run and asked.

hf:./student?device=cuda&dtype=bfloat16&sampling=recommended
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from falloff.core import UnknownNameError, UsageError

DTYPES = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True, kw_only=True)
class Options:
    """``device``: as torch names it, or "auto"; ``dtype``: of :data:`DTYPES`; ``recommended``:
    first answers are drawn as the checkpoint recommends, not only repeats.

    ``concurrency``: replies computed together; ``tokens``: what these hold at the most, None for
    what a gibibyte has room for. ``max_tokens`` replaces what each task allows; a reply also ends
    at one of ``stop``.
    """

    path: Path
    device: str = "auto"
    dtype: str = "auto"
    recommended: bool = False
    concurrency: int = 128
    tokens: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()


def read_options(text: str) -> Options:
    """Of ``FOLDER?option=value&…``, percent-encoding in values undone.

    Raises :class:`UsageError` for a value that cannot be, :class:`UnknownNameError` for a name.
    """
    name, _, query = text.partition("?")
    if Path(text).is_dir():  # a folder with a question mark in its name
        name, query = text, ""
    found: dict[str, Any] = {}
    for part in filter(None, query.split("&")):
        option, _, value = part.partition("=")
        if option not in _READERS:
            raise UnknownNameError("option of a checkpoint", option, _READERS)
        read, meaning = _READERS[option]
        try:
            value = read(unquote(value))
        except ValueError as problem:
            raise UsageError(
                f"Option {option}={unquote(value)[:80]} of a checkpoint cannot be.",
                remedy=f"{option} is {meaning}.",
            ) from problem
        found[option] = (*found.get(option, ()), value) if option == "stop" else value
    found["recommended"] = found.pop("sampling", "greedy") == "recommended"
    return Options(path=Path(name).expanduser(), **found)


def _matching(pattern: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.DOTALL):
            raise ValueError
        return text

    return read


def _whole(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= most:
            raise ValueError
        return int(text)

    return read


_READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "device": (
        _matching(r"auto|[a-z]+(:[0-9]+)?"),
        "a device of torch: cpu, cuda, cuda:1, mps; or auto",
    ),
    "dtype": (_matching("|".join(DTYPES)), f"one of {', '.join(DTYPES)}"),
    "sampling": (
        _matching("greedy|recommended"),
        "'greedy', or 'recommended' to draw first answers too as the checkpoint recommends",
    ),
    "concurrency": (_whole(1024), "a whole number from 1 to 1024"),
    "tokens": (_whole(100_000_000), "how many tokens are held at once, a whole number"),
    "max_tokens": (
        _whole(10_000_000),
        "tokens for one reply, thinking included, instead of what the task allows",
    ),
    "stop": (_matching(".+"), "a text at which the reply ends; give it again for more"),
}
