"""What is asked of a served model, and asking it."""

from __future__ import annotations

import asyncio
from typing import Any

from http_served import Server

from falloff.core import (
    Message,
    Reply,
    Request,
    ToolCall,
    ToolSpec,
)
from falloff.models import load_model
from falloff.models.http.model import HttpModel

HELLO = (Message(role="user", content="How many?"),)
LOOKUP = ToolSpec(
    name="look_up",
    description="Looks up.",
    parameters={"type": "object", "properties": {"key": {"type": "string"}}},
)


def asked(server: Server, *requests: Request, prefix: str = "openai", options: str = "") -> Any:
    """The model of the server, and its replies one after the other."""
    model = load_model(f"{prefix}:tiny@{server.base}{options}")
    assert isinstance(model, HttpModel)

    async def ask() -> list[Reply]:
        try:
            return [await model.reply(request) for request in requests]
        finally:
            await model.close()

    return model, asyncio.run(ask())


def request(**options: Any) -> Request:
    return Request(**{"conversation": "a", "messages": HELLO, "max_tokens": 100, **options})


async def once(model: Any, asked_for: Request) -> Reply:
    try:
        return await model.reply(asked_for)
    finally:
        await model.close()


TURNS = (
    Message(role="system", content="Be brief."),
    *HELLO,
    Message(
        role="assistant",
        content="",
        tool_calls=(ToolCall(id="c1", name="look_up", arguments='{"key": "a"}'),),
    ),
    Message(role="tool", content="4", tool_call_id="c1"),
)
