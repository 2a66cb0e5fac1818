"""Anthropic's Messages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from falloff.core import Finish, Message, Reply, Request, ToolCall, ToolSpec, UsageError
from falloff.models.http.protocol import GarbledError, Said, distinct, tokens
from falloff.models.http.settings import Settings

_FINISHES: dict[Any, Finish] = {
    "max_tokens": "length",
    "refusal": "refused",
    "model_context_window_exceeded": "overflow",
}
_CHOICES = {"auto": "auto", "required": "any", "none": "none"}


class Anthropic:
    name = "anthropic"
    own = "https://api.anthropic.com/v1"
    variable = "ANTHROPIC_API_KEY"
    path = "/messages"

    def base(self, address: str) -> str:
        """The base with its version, which the provider's own clients leave out."""
        address = address.removesuffix(self.path)
        return address if urlsplit(address).path else f"{address}/v1"

    def check(self, settings: Settings) -> None:
        if settings.seed is not None:
            raise UsageError("The Messages API takes no seed.", remedy="Leave out the option seed.")
        if settings.tool_choice not in (None, *_CHOICES):
            raise UsageError(
                f"tool_choice={settings.tool_choice!s:.40} is none of {', '.join(_CHOICES)}.",
                remedy="Give one of them, or leave it out.",
            )

    def headers(self, key: str | None) -> dict[str, str]:
        return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})

    def body(
        self,
        model: str,
        request: Request,
        settings: Settings,
        *,
        lacks: frozenset[str],
        keepsakes: Mapping[int, Any],
    ) -> dict[str, Any]:
        del lacks
        choice = _CHOICES.get(settings.tool_choice or "")
        system = [message.content for message in request.messages if message.role == "system"]
        body = {
            "model": model,
            "max_tokens": settings.max_tokens or request.max_tokens,
            "system": "\n\n".join(system) or None,
            "messages": _messages(request, keepsakes),
            "temperature": settings.temperature_of(request.repeat),
            "top_p": settings.top_p,
            "stop_sequences": list(settings.stop) or None,
            "tools": [_tool(tool) for tool in request.tools] or None,
            "tool_choice": {"type": choice} if choice and request.tools else None,
        }
        return {k: v for k, v in body.items() if v is not None} | dict(settings.extra or {})

    def read(self, answer: dict[str, Any], request: Request) -> Said:
        blocks, ended = answer.get("content"), answer.get("stop_reason")
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise GarbledError("an answer without content")
        if not isinstance(ended, str):
            raise GarbledError("an answer without a stop reason")
        usage = answer.get("usage")
        cached = tokens(usage, "cache_read_input_tokens")
        written = tokens(usage, "cache_creation_input_tokens")
        calls = [_call(block) for block in blocks if block.get("type") == "tool_use"]
        reply = Reply(
            text="".join(_text(block) for block in blocks),
            tool_calls=distinct(calls, request),
            finish=_FINISHES.get(ended, "stop"),
            # The provider counts apart what it found in its cache, and what it put there.
            prompt_tokens=tokens(usage, "input_tokens") + cached + written,
            completion_tokens=tokens(usage, "output_tokens"),
            cached_tokens=cached,
        )
        return Said(reply=reply, keepsake=_keepsake(blocks, reply.tool_calls))


def _messages(request: Request, keepsakes: Mapping[int, Any]) -> list[dict[str, Any]]:
    """Turns of user and assistant, alternating; results of tools are the user's."""
    said: list[dict[str, Any]] = []
    for role, blocks in _turns(request, keepsakes):
        if said and said[-1]["role"] == role:
            said[-1]["content"] += blocks
        elif blocks:
            said.append({"role": role, "content": list(blocks)})
    return said


def _turns(
    request: Request, keepsakes: Mapping[int, Any]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    turn = 0
    for message in request.messages:
        if message.role == "assistant":
            yield "assistant", keepsakes.get(turn) or _blocks(message)
            turn += 1
        elif message.role == "tool":
            result = {
                "type": "tool_result",
                "tool_use_id": message.tool_call_id,
                "content": message.content,
            }
            yield "user", [result]
        elif message.role == "user":
            yield "user", _blocks(message)


def _blocks(message: Message) -> list[dict[str, Any]]:
    """Text and calls as blocks; the protocol has no empty text."""
    text = [{"type": "text", "text": message.content}] if message.content.strip() else []
    return [*text, *(_said_call(call) for call in message.tool_calls)]


def _said_call(call: ToolCall) -> dict[str, Any]:
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        arguments = {"unreadable": call.arguments}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    schema = tool.parameters or {"type": "object", "properties": {}}
    return {"name": tool.name, "description": tool.description, "input_schema": schema}


def _text(block: dict[str, Any]) -> str:
    text = block.get("text") if block.get("type") == "text" else None
    return text if isinstance(text, str) else ""


def _call(block: dict[str, Any]) -> ToolCall:
    identity, name, arguments = block.get("id"), block.get("name"), block.get("input")
    return ToolCall(
        id=identity if isinstance(identity, str) else "",
        name=name if isinstance(name, str) else "",
        arguments=arguments if isinstance(arguments, str) else json.dumps(arguments or {}),
    )


def _keepsake(blocks: list[dict[str, Any]], calls: tuple[ToolCall, ...]) -> Any:
    """The blocks as they came, if there was thinking: it goes back untouched, or is refused.

    Calls carry our own ids, since results do.
    """
    if not any(str(block.get("type")).endswith("thinking") for block in blocks):
        return None
    ids = iter(calls)
    return [
        {**block, "id": next(ids).id} if block.get("type") == "tool_use" else block
        for block in blocks
    ]
