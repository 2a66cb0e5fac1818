"""Episodes as training data: chat messages in the form that trl and chat templates take."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from falloff.core import Message, Probe, ToolSpec, Transcript
from falloff.probes import Episode, Family
from falloff.probes.dialects.arguments import read_object


def sft_row(family: Family, probe: Probe, said: Transcript, dialect: str) -> dict[str, Any] | None:
    """``messages``, ``tools`` where there are any, and the ``probe`` that it is from.

    None where a call in it has arguments that cannot be read: not to be learnt from.
    """
    messages = [_message(message, said.messages) for message in said.messages]
    if any(message is None for message in messages):
        return None
    return {"messages": messages, **_rest(family, probe, dialect)}


def prompt_row(family: Family, probe: Probe, dialect: str) -> dict[str, Any]:
    """``prompt``, ``tools`` where there are any, ``answer`` (the gold) and ``probe``."""
    episode = Episode(probe, dialect=dialect, family=family)
    prompt = [_message(message, episode.prompt) for message in episode.prompt]
    return {"prompt": prompt, "answer": episode.task.gold, **_rest(family, probe, dialect)}


def json_lines(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False, allow_nan=False)}\n" for row in rows)


def _rest(family: Family, probe: Probe, dialect: str) -> dict[str, Any]:
    tools = family.renderer(dialect).tools(family.task(probe))
    return {**({"tools": [_tool(tool) for tool in tools]} if tools else {}), "probe": probe.id}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    described = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    return {"type": "function", "function": described}


def _message(message: Message, said: Sequence[Message]) -> dict[str, Any] | None:
    """The message as chat templates read it; None where a call of it cannot be read."""
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        written["tool_calls"] = calls = []
        for call in message.tool_calls:
            arguments = read_object(call.arguments)
            if arguments is None:
                return None
            function = {"name": call.name, "arguments": arguments}
            calls.append({"id": call.id, "type": "function", "function": function})
    if message.tool_call_id:
        written["tool_call_id"] = message.tool_call_id
        written["name"] = _name_of(message.tool_call_id, said)
    return written


def _name_of(call_id: str, said: Sequence[Message]) -> str:
    calls = (call for message in said for call in message.tool_calls)
    return next((call.name for call in calls if call.id == call_id), "")
