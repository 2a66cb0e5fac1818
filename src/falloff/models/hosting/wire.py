"""Requests, replies and errors as JSON: what travels between a model's host and who asks.

JSON rather than pickles, since a reply holds what a model wrote.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from falloff.core import (
    FalloffError,
    Message,
    ModelError,
    Reply,
    Request,
    SetupError,
    TokenLogprobs,
    ToolCall,
    ToolSpec,
    UnansweredError,
    UnusableModelError,
    UsageError,
)

# The nearest first: an error that is none of these comes back as the one it derives from.
_ERRORS = (UnansweredError, UnusableModelError, ModelError, SetupError, UsageError)


def pack_request(request: Request) -> str:
    return json.dumps(asdict(request))


def unpack_request(text: str) -> Request:
    said = json.loads(text)
    messages = [
        Message(**{**m, "tool_calls": tuple(ToolCall(**call) for call in m["tool_calls"])})
        for m in said.pop("messages")
    ]
    tools = [ToolSpec(**tool) for tool in said.pop("tools")]
    return Request(**said, messages=tuple(messages), tools=tuple(tools))


def pack_reply(reply: Reply, notes: list[str]) -> str:
    """A reply, and all that its user should know of the model by now."""
    return json.dumps({"reply": asdict(reply), "notes": notes})


def pack_error(error: FalloffError) -> str:
    kind = next((k.__name__ for k in _ERRORS if isinstance(error, k)), ModelError.__name__)
    told = {"kind": kind, "message": error.message, "remedy": error.remedy}
    return json.dumps({"error": told})


def unpack(text: str) -> dict[str, Any]:
    """What :func:`pack_error` or another has packed. Raises the error that it holds."""
    said: dict[str, Any] = json.loads(text)
    if error := said.get("error"):
        kind = next(k for k in _ERRORS if k.__name__ == error["kind"])
        raise kind(error["message"], remedy=error["remedy"])
    return said


def unpack_reply(text: str) -> tuple[Reply, list[str]]:
    """The reply and the notes on the model. Raises the error that came in its place."""
    said = unpack(text)
    reply = said["reply"]
    logprobs = reply.pop("logprobs")
    calls = tuple(ToolCall(**call) for call in reply.pop("tool_calls"))
    told = None if logprobs is None else tuple(_token(token) for token in logprobs)
    return Reply(**reply, tool_calls=calls, logprobs=told), said["notes"]


def _token(said: dict[str, Any]) -> TokenLogprobs:
    top = tuple((text, logprob) for text, logprob in said["top"])
    return TokenLogprobs(text=said["text"], top=top)
