"""Anthropic's Messages over the wire: what is sent, and what comes back."""

from __future__ import annotations

import asyncio

import pytest
from http_asked import HELLO, LOOKUP, TURNS, asked, once, request
from http_served import Json, serving

from falloff.core import (
    Message,
    Reply,
    ToolCall,
)
from falloff.models import load_model


def message(*blocks: Json, ended: str = "end_turn", usage: Json | None = None) -> Json:
    usage = usage or {"input_tokens": 5, "output_tokens": 2}
    return {"type": "message", "content": list(blocks), "stop_reason": ended, "usage": usage}


def said(text: str) -> Json:
    return {"type": "text", "text": text}


def test_messages_on_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    usage = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 4}
    with serving(lambda _: message(said("Answer: 4"), usage=usage)) as server:
        _, (reply,) = asked(server, request(messages=TURNS, tools=(LOOKUP,)), prefix="anthropic")
    (seen,) = server.seen
    assert seen.path == "/v1/messages"
    assert (seen.headers["x-api-key"], seen.headers["anthropic-version"]) == ("k", "2023-06-01")
    assert seen.body == {
        "model": "tiny",
        "max_tokens": 100,
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": [said("How many?")]},
            {
                "role": "assistant",
                "content": [
                    {"type": "tool_use", "id": "c1", "name": "look_up", "input": {"key": "a"}}
                ],
            },
            {
                "role": "user",
                "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "4"}],
            },
        ],
        "temperature": 0.0,
        "tools": [
            {
                "name": "look_up",
                "description": "Looks up.",
                "input_schema": LOOKUP.parameters,
            }
        ],
    }
    assert (reply.prompt_tokens, reply.cached_tokens, reply.completion_tokens) == (100, 90, 4)


@pytest.mark.parametrize(
    ("ended", "finish"),
    [
        ("max_tokens", "length"),
        ("refusal", "refused"),
        ("model_context_window_exceeded", "overflow"),
        ("stop_sequence", "stop"),
    ],
)
def test_the_end_of_a_message_is_told_apart(ended: str, finish: str) -> None:
    with serving(lambda _: message(said("x"), ended=ended)) as server:
        _, (reply,) = asked(server, request(), prefix="anthropic")
    assert reply.finish == finish


def test_thinking_goes_back_untouched() -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s=="}
    use = {"type": "tool_use", "id": "t1", "name": "look_up", "input": {}}
    with serving(lambda _: message(thought, said("I look."), use, ended="tool_use")) as server:
        model = load_model(f"anthropic:tiny@{server.base}")

        async def ask() -> Reply:
            first = await model.reply(request(tools=(LOOKUP,)))
            turn = Message(role="assistant", content=first.text, tool_calls=first.tool_calls)
            result = Message(role="tool", content="4", tool_call_id="t1")
            await once(model, request(messages=(*HELLO, turn, result), tools=(LOOKUP,)))
            return first

        first = asyncio.run(ask())
    assert first.text == "I look."
    assert server.bodies[1]["messages"][1]["content"] == [thought, said("I look."), use]


def test_what_a_model_left_empty_or_unreadable_is_worded_as_messages_can() -> None:
    broken = ToolCall(id="c1", name="look_up", arguments="{")
    turns = (
        *HELLO,
        Message(role="assistant", content=""),
        Message(role="user", content="Well?"),
        Message(role="assistant", content="", tool_calls=(broken,)),
        Message(role="tool", content="no", tool_call_id="c1"),
    )
    with serving(lambda _: message(said("x"))) as server:
        asked(server, request(messages=turns), prefix="anthropic")
    user, assistant, result = server.bodies[0]["messages"]
    assert user == {"role": "user", "content": [said("How many?"), said("Well?")]}
    assert assistant["content"][0]["input"] == {"unreadable": "{"}
    assert result["content"][0]["tool_use_id"] == "c1"
