"""The schema layer: the same tools in another form. What they do stays as it is.

Tools are renamed, their arguments renamed or given in other units, their descriptions dropped, or
all of them change in mid-episode; a call in the old form is then refused, and told the new one. A
server that holds native calls to the schemas shown at the start cannot make such a call: there, ask
in the plain dialect.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from falloff.core import child_rng
from falloff.probes.task import Observation
from falloff.probes.toolworld.office import Layer, refused
from falloff.probes.toolworld.schema import Param, Tool

Shift = Literal["none", "arguments", "tools", "bare", "units", "switch"]
SHIFTS: tuple[Shift, ...] = ("none", "arguments", "tools", "bare", "units", "switch")
LABELS = (
    "none",
    "arguments renamed",
    "tools renamed",
    "descriptions dropped",
    "types or units changed",
    "switched in mid-episode",
)
_CHANGED = "has changed since; it now takes"


def shifted(tools: tuple[Tool, ...], shift: Shift, *, seed: int) -> tuple[Tool, ...]:
    """``tools`` in the form in which they are shown first; ``seed`` draws the new names."""
    match shift:
        case "arguments":
            return with_new_arguments(tools)
        case "tools":
            numbers = child_rng("tool names", seed).sample(range(1000, 10_000), len(tools))
            return tuple(
                replace(tool, name=f"service_{n}") for tool, n in zip(tools, numbers, strict=True)
            )
        case "bare":
            return tuple(_bare(tool) for tool in tools)
        case "units":
            return tuple(_in_units(tool) for tool in tools)
    return tools


def with_new_arguments(tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
    """The arguments named p1, p2 … instead: their descriptions alone say what they are."""
    return tuple(_numbered(tool) for tool in tools)


@functools.cache
def _numbered(tool: Tool) -> Tool:
    params = tuple(replace(p, name=f"p{i}") for i, p in enumerate(tool.params, start=1))
    return replace(tool, params=params)


@functools.cache
def _bare(tool: Tool) -> Tool:
    return replace(tool, params=tuple(replace(p, bare=True) for p in tool.params), bare=True)


@functools.cache
def _in_units(tool: Tool) -> Tool:
    return replace(tool, params=tuple(replace(p, coded=_codable(p)) for p in tool.params))


def _codable(param: Param) -> bool:
    """An id of any kind of record cannot be a number alone."""
    return param.kind != "id" or bool(param.prefix)


class Front:
    """What the agent sees: checks its calls against the shown schemas and passes them on, decoded.

    After ``switch_after`` accepted calls the tools are those of ``later``, under the same names.
    """

    def __init__(
        self,
        inner: Layer,
        tools: tuple[Tool, ...],
        *,
        later: tuple[Tool, ...] = (),
        switch_after: int = 0,
    ) -> None:
        self.inner = inner
        self.tools = {tool.shown: tool for tool in tools}
        self.later = {tool.shown: tool for tool in later}
        self.switch_after = switch_after
        self.accepted = 0

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        switched = bool(self.later) and self.accepted >= self.switch_after
        found = (self.later if switched else self.tools).get(tool)
        if found is None:
            return refused("there is no such tool; the tools are those you were shown")
        meant = found.decode(arguments)
        if isinstance(meant, str):
            old = self.tools[tool].decode(arguments) if switched else meant
            return refused(meant if isinstance(old, str) else _how_it_changed(found))
        self.accepted += 1
        return self.inner.call(found.key, meant)


def _how_it_changed(tool: Tool) -> str:
    now = "; ".join(f"{p.shown} ({p.description})" for p in tool.params)
    return f"{tool.shown} {_CHANGED}: {now}"


def new_names(refusal: Observation) -> list[str]:
    """The names of a tool's arguments, if the refusal says that they have changed."""
    told = refusal.error and _CHANGED in refusal.value
    return re.findall(r"[:;] (\w+) \(", refusal.value) if told else []
