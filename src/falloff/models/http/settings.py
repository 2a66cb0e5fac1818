"""The options of an endpoint: what stands behind ``?`` in its spec.

    openai:qwen@http://127.0.0.1:8000/v1?temperature=0.7&seed=7&extra={"top_k":20}

Those of decoding go on the wire and into the manifest; the others only say how to ask.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from falloff.core import UnknownNameError, UsageError, child_seed

# What the client itself puts on the wire, or an option does: ``extra`` may not say it again.
_TAKEN = {
    *("model", "messages", "system", "tools", "tool_choice", "stream", "n", "seed"),
    *("max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "stop_sequences"),
    *("logprobs", "top_logprobs"),
}
_SECRET = re.compile(r"(?i)api[-_]?key|authorization|password|secret|bearer")
_LARGEST_SEED = 2**31


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``temperature`` is None where none is sent. ``greedy_first``: no temperature was asked for,
    so first answers are greedy and repeats are drawn as the endpoint does unasked.

    ``max_tokens`` replaces what each task allows. ``concurrency``: calls in flight at the most;
    ``timeout``: seconds for one call; ``attempts``: tries of a call that fails; ``key``: the
    environment variable that holds the key.
    """

    temperature: float | None = 0.0
    greedy_first: bool = True
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    tool_choice: str | None = None
    extra: Mapping[str, Any] | None = None
    concurrency: int = 64
    timeout: float = 600.0
    attempts: int = 8
    key: str | None = None

    def temperature_of(self, repeat: int) -> float | None:
        return None if repeat and self.greedy_first else self.temperature

    def seed_of(self, repeat: int) -> int | None:
        """The seed itself first; repeats have seeds of their own, or they would be copies."""
        if self.seed is None or not repeat:
            return self.seed
        return child_seed("repeat", self.seed, repeat) % _LARGEST_SEED

    def describe(self) -> dict[str, Any]:
        """What decides answers, as it goes on the wire; nothing for what is not sent."""
        sent = {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "seed": self.seed,
            "stop": list(self.stop) or None,
            "max_tokens": self.max_tokens,
            "tool_choice": self.tool_choice,
            "extra": dict(self.extra) if self.extra else None,
        }
        return {name: value for name, value in sent.items() if value is not None}


def read_settings(query: str) -> Settings:
    """Settings from ``name=value&name=value``, percent-encoding undone.

    Raises :class:`UsageError` for a value that cannot be, :class:`UnknownNameError` for a name.
    """
    found: dict[str, Any] = {}
    for part in filter(None, query.split("&")):
        name, _, text = part.partition("=")
        if name not in _READERS:
            raise UnknownNameError("option of an endpoint", name, _READERS)
        try:
            value = _READERS[name](unquote(text))
        except ValueError as problem:
            raise UsageError(
                f"Option {name}={unquote(text)[:80]} of an endpoint cannot be: {problem}.",
                remedy=f"{name} is {_MEANINGS[name]}.",
            ) from problem
        found[name] = (*found.get(name, ()), value) if name == "stop" else value
    return Settings(**found, greedy_first="temperature" not in found)


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"it is not from {low:g} to {high:g}")
        return value

    return read


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text):
            raise ValueError("it is no whole number")
        return int(_number(low, high)(text))

    return read


def _temperature(text: str) -> float | None:
    return None if text == "default" else _number(0.0, 2.0)(text)


def _some(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", text):
        raise ValueError("it is no name of an environment variable, such as OPENROUTER_API_KEY")
    return text


def _extra(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - what was typed is off
    if taken := sorted(_TAKEN & value.keys()):
        raise ValueError(f"{taken[0]} is an option of its own, or falloff's")
    if any(_SECRET.search(name) for name in value):
        raise ValueError("keys belong in environment variables")
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "temperature": _temperature,
    "top_p": _number(0.0, 1.0),
    "seed": _whole(0, _LARGEST_SEED - 1),
    "stop": _some,
    "max_tokens": _whole(1, 10_000_000),
    "tool_choice": _some,
    "extra": _extra,
    "concurrency": _whole(1, 4096),
    "timeout": _number(0.01, 86_400.0),
    "attempts": _whole(1, 1000),
    "key": _variable,
}
_MEANINGS: dict[str, str] = {
    "temperature": "a number from 0 to 2, or 'default' to send none",
    "top_p": "a number from 0 to 1",
    "seed": f"a whole number below {_LARGEST_SEED}",
    "stop": "a text at which the answer ends; give it again for more",
    "max_tokens": "tokens for one reply, thinking included, instead of what the task allows",
    "tool_choice": "auto, required or none",
    "extra": "a JSON object that is added to every request",
    "concurrency": "calls in flight at the most, up to 4096",
    "timeout": "seconds for one call",
    "attempts": "how often a call is tried that fails",
    "key": "the environment variable that holds the key",
}
