"""Models through Inspect AI: its mock, and its own OpenAI client against a real server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("inspect_ai", reason="needs inspect-ai: pip install 'falloff[inspect]'")
pytest.importorskip("openai", reason="needs openai, which Inspect asks through")
sys.path.append(str(Path(__file__).parent / "http"))

from http_served import Server, chat, error, serving
from http_speaker import Speaker

import falloff
from falloff.core import (
    Message,
    ModelError,
    Reply,
    Request,
    ToolCall,
    ToolSpec,
    UnansweredError,
    UnusableModelError,
    UsageError,
)
from falloff.models import load_model
from falloff.run import open_for_reading

# What Inspect and the clients below it leave open, and warn of, is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")
LOOKUP = ToolSpec(
    name="look_up",
    description="Looks up.",
    parameters={"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]},
)
HELLO = Message(role="user", content="Hello there")


def whole(said: Any) -> Any:
    """A chat completion with all that Inspect wants of it, which is more than falloff does."""
    if isinstance(said, dict):
        usage = said["usage"]
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
        said |= {"id": "x", "object": "chat.completion", "created": 0, "model": "m"}
    return said


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """``speak(answer)`` serves it, where Inspect looks for ``inspect:openai-api/local/…``."""
    opened = []

    def start(answer: Any) -> Server:
        context = serving(lambda body: whole(answer(body)))
        server = context.__enter__()
        opened.append(context)
        monkeypatch.setenv("LOCAL_API_KEY", "k-secret")
        monkeypatch.setenv("LOCAL_BASE_URL", server.base)
        return server

    yield start
    for context in opened:
        context.__exit__(None, None, None)


def asked(spec: str, *requests: Request) -> list[Reply]:
    model = load_model(spec)

    async def ask() -> list[Reply]:
        try:
            return await asyncio.gather(*map(model.reply, requests))
        finally:
            await model.close()

    return asyncio.run(ask())


def request(*messages: Message, **more: Any) -> Request:
    return Request(conversation="a", messages=messages or (HELLO,), max_tokens=77, **more)


def outcomes(path: Path) -> dict[Any, Any]:
    bare = {"seconds": 0.0, "prompt_tokens": 0, "completion_tokens": 0}
    with open_for_reading(path) as reader:
        return {
            placed.probe.id: replace(outcome, **bare)
            for placed, outcome in reader.outcomes("model")
        }


def test_a_simulated_model_behind_it_is_measured_as_without(tmp_path: Path, speak: Any) -> None:
    path, direct = tmp_path / "inspect.falloff", tmp_path / "direct.falloff"
    server = speak(Speaker(path).chat)
    wanted = {"suite": "core", "budget": 144, "seed": 5}
    run = falloff.measure("inspect:openai-api/local/kept-0.6", run=path, **wanted)
    falloff.measure("sim:kept-0.6", run=direct, **wanted)
    assert run.missing == 0
    assert outcomes(path) == outcomes(direct)
    tools = [body for body in server.bodies if "tools" in body]
    assert len(tools) > 50
    assert not any(tool["function"].get("strict") for body in tools for tool in body["tools"])


def test_options_and_tools_go_over_the_wire(speak: Any) -> None:
    call = {"id": "c1", "type": "function"}
    call["function"] = {"name": "look_up", "arguments": '{"key": "b"}'}
    usage = {
        "prompt_tokens": 9,
        "completion_tokens": 4,
        "prompt_tokens_details": {"cached_tokens": 6},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    server = speak(lambda _: chat("", tool_calls=[call], finish="tool_calls", usage=usage))
    made = ToolCall(id="c0", name="look_up", arguments='{"key": "a"}')
    said = Message(role="assistant", content="", tool_calls=(made,))
    result = Message(role="tool", content="4", tool_call_id="c0")
    (reply,) = asked(
        "inspect:openai-api/local/m?temperature=0.25&seed=3&top_p=0.5",
        request(HELLO, said, result, tools=(LOOKUP,)),
    )
    (body,) = server.bodies
    sent = {name: body[name] for name in ("model", "temperature", "seed", "top_p", "max_tokens")}
    assert sent == {"model": "m", "temperature": 0.25, "seed": 3, "top_p": 0.5, "max_tokens": 77}
    assert [m["role"] for m in body["messages"]] == ["user", "assistant", "tool"]
    assert reply.tool_calls == (ToolCall(id="c1", name="look_up", arguments='{"key": "b"}'),)
    assert (reply.prompt_tokens, reply.cached_tokens) == (9, 6)
    assert (reply.completion_tokens, reply.thinking_tokens) == (4, 3)


def test_log_probabilities_are_asked_for_and_read(speak: Any) -> None:
    top = [{"token": "4", "logprob": -0.1}, {"token": "5", "logprob": -2.5}]
    told = {"content": [{"token": "4", "logprob": -0.1, "top_logprobs": top}]}
    server = speak(lambda _: chat("4", logprobs=told))
    (reply,) = asked("inspect:openai-api/local/m", request(logprobs=2))
    assert (server.bodies[0]["logprobs"], server.bodies[0]["top_logprobs"]) == (True, 2)
    assert reply.logprobs is not None
    assert reply.logprobs[0].top == (("4", -0.1), ("5", -2.5))


def test_a_wrong_key_ends_it_and_is_not_shown(speak: Any) -> None:
    speak(lambda _: error(401, "Incorrect API key provided: k-secret"))
    with pytest.raises(UnusableModelError, match="Incorrect API key") as raised:
        asked("inspect:openai-api/local/m", request())
    assert "k-secret" not in str(raised.value)


def test_tries_are_bounded(speak: Any) -> None:
    server = speak(lambda _: error(400, "no such thing as a bare stone"))
    with pytest.raises(UnansweredError, match="bare stone"):
        asked("inspect:openai-api/local/m?attempts=1", request())
    assert len(server.bodies) == 1


def test_it_describes_itself_without_its_key(speak: Any) -> None:
    server = speak(chat)
    model = load_model("inspect:openai-api/local/m?seed=3")
    described = model.describe()
    assert described["model"] == "openai-api/local/m"
    assert described["url"] == server.base
    assert described["decoding"] == {"temperature": 0.0, "seed": 3}
    assert {"inspect-ai", "openai"} <= set(described["versions"])
    assert "k-secret" not in str(described)


def test_its_mock_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    from inspect_ai.model import ModelAPI

    async def counted(self: Any, text: str) -> int:
        return len(text)

    # Otherwise it fetches a tokenizer to count with.
    monkeypatch.setattr(ModelAPI, "count_text_tokens", counted)
    replies = asked("inspect:mockllm/model", *[request() for _ in range(3)])
    assert {reply.text for reply in replies} == {"Default output from mockllm/model"}


@pytest.mark.parametrize(
    ("spec", "kind", "said"),
    [
        ("inspect:nobody/m", UsageError, "not recognized"),
        ("inspect:mockllm/model?key=K", UsageError, "Option key"),
        ("inspect:mockllm/model?warmth=2", UsageError, "warmth"),
        ("inspect:openai-api/nowhere/m", ModelError, "NOWHERE_API_KEY"),
    ],
)
def test_what_cannot_be_asked_is_told(spec: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said) as raised:
        load_model(spec)
    assert "[bold]" not in str(raised.value)
