"""What stands behind ``gguf:``: a file and, after ``?``, how it is run and asked."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from falloff.core import UnknownNameError, UsageError
from falloff.models.http.settings import Settings, read_settings

# Options with a whole number each, and the largest that makes sense.
_NUMBERS = {"context": 10_000_000, "threads": 1024, "concurrency": 64}
# Those that mean what they mean for an endpoint.
_SHARED = ("temperature", "top_p", "seed", "stop", "max_tokens", "tool_choice", "extra", "timeout")


@dataclass(frozen=True, kw_only=True)
class Options:
    """``context``: tokens of one conversation, its replies included; ``threads``: of the
    processor; ``concurrency``: conversations that are computed together, each with its own memory;
    ``given``: the names of those that were written.
    """

    path: Path
    context: int = 4096
    threads: int
    concurrency: int = 4
    settings: Settings
    given: tuple[str, ...] = ()


def read_options(text: str) -> Options:
    """Of ``FILE?option=value&…``.

    Raises :class:`UsageError` for a value that cannot be, :class:`UnknownNameError` for a name.
    """
    name, _, query = text.partition("?")
    numbers, shared, given = {}, [], []
    for part in filter(None, query.split("&")):
        option, _, value = part.partition("=")
        given.append(option)
        if option in _NUMBERS:
            numbers[option] = _number(option, value)
        elif option in _SHARED:
            shared.append(part)
        else:
            raise UnknownNameError("option of a GGUF model", option, (*_NUMBERS, *_SHARED))
    return Options(
        path=Path(name).expanduser(),
        settings=read_settings("&".join([*shared, f"concurrency={numbers.get('concurrency', 4)}"])),
        given=tuple(given),
        **{"threads": _cores(), **numbers},
    )


def _number(option: str, text: str) -> int:
    most = _NUMBERS[option]
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise UsageError(
            f"Option {option}={text[:80]} of a GGUF model cannot be.",
            remedy=f"{option} is a whole number from 1 to {most}.",
        )
    return int(text)


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
