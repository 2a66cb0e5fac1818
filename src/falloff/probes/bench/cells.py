"""What single cells of a row say: messages, answers, tools, lists of texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from falloff.core import Message, ToolSpec
from falloff.probes.bench.choices import DefectError


def messages_of(
    row: Mapping[str, Any], columns: Mapping[str, str]
) -> tuple[tuple[Message, ...], str]:
    """All messages but the last, and the last one's text. Raises :class:`DefectError`."""
    if "messages" not in columns:
        prompt = text_of(row.get(columns["prompt"]))
        context = text_of(row.get(columns["context"])) if "context" in columns else ""
        return (), f"{context}\n\n{prompt}" if context.strip() else prompt
    given = row.get(columns["messages"])
    try:
        said = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise DefectError("messages that are no JSON") from None
    if not isinstance(said, Sequence) or not said or isinstance(said, str):
        raise DefectError("no messages")
    messages = tuple(map(_message, said))
    if messages[-1].role != "user":
        raise DefectError("messages that do not end with the user's")
    return messages[:-1], messages[-1].content


def _message(given: Any) -> Message:
    if not isinstance(given, Mapping):
        raise DefectError("messages that are no objects")
    content, role = given.get("content", given.get("value")), given.get("role", given.get("from"))
    role = {"human": "user", "gpt": "assistant", "developer": "system"}.get(str(role), str(role))
    if isinstance(content, Sequence) and not isinstance(content, str):
        if not all(isinstance(c, Mapping) and c.get("type", "text") == "text" for c in content):
            raise DefectError("messages with more than text")
        content = "".join(str(part.get("text", "")) for part in content)
    if role not in ("system", "user", "assistant") or given.get("tool_calls"):
        raise DefectError("messages of tools, or of unknown roles")
    return Message(role=role, content=text_of(content))  # type: ignore[arg-type]


def answers_of(value: Any) -> tuple[str, ...]:
    """All that is right: a list of texts is several answers, anything else is one."""
    if isinstance(value, Mapping) and isinstance(value.get("text"), list):
        value = value["text"]
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return tuple(v for v in value if v.strip())
    text = text_of(value)
    return (text,) if text.strip() else ()


def tools_of(value: Any) -> tuple[ToolSpec, ...]:
    """Function schemas, bare or as OpenAI wraps them. Raises :class:`DefectError`."""
    try:
        given = json.loads(value) if isinstance(value, str) and value.strip() else value
    except ValueError:
        raise DefectError("tools that are no JSON") from None
    specs = []
    for tool in given or ():
        spec = tool.get("function", tool) if isinstance(tool, Mapping) else {}
        if not isinstance(spec, Mapping) or not isinstance(spec.get("name"), str):
            raise DefectError("tools without a name")
        parameters = spec.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            raise DefectError("tools whose parameters are no schema")
        specs.append(
            ToolSpec(
                name=spec["name"],
                description=text_of(spec.get("description")),
                parameters=dict(parameters),
            )
        )
    return tuple(specs)


def texts_of(value: Any) -> tuple[str, ...]:
    """From a list, JSON, or text parted by ``|``."""
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except ValueError:
                value = [value]
        else:
            value = value.split("|")
    return tuple(str(v) for v in value or () if str(v).strip())


def text_of(value: Any) -> str:
    """What a cell says; a value that is no text, as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False, default=str)
