"""Plain Python functions as models."""

from __future__ import annotations

import asyncio
import functools

import pytest
from tiny_llamas import all_at_once, ask, one_by_one, serve

from falloff.core import Message, ModelError, Reply, Request, ToolCall, ToolSpec
from falloff.models import load_model


def echo(messages):
    return messages[-1]["content"]


def reply_of(function, request=None):
    return one_by_one(load_model(function), [request or ask("ab")])[0]


def test_a_function_is_called_with_the_messages_and_returns_text():
    reply = reply_of(echo)
    assert (reply.text, reply.finish) == ("ab", "stop")
    assert reply.seconds > 0


def test_an_async_function_is_awaited():
    async def slow(messages):
        await asyncio.sleep(0)
        return "done"

    assert reply_of(slow).text == "done"
    assert reply_of(functools.partial(slow)).text == "done"


def test_plain_functions_run_at_the_same_time():
    import threading

    together = threading.Barrier(4, timeout=10)

    def meet(messages):
        together.wait()
        return "met"

    assert {r.text for r in all_at_once(load_model(meet), [ask("a")] * 4)} == {"met"}


def test_a_list_of_calls_becomes_tool_calls():
    def calling(messages):
        return [
            {"name": "f", "arguments": {"x": 1}},
            {"id": "mine", "name": "g", "arguments": "{not json"},
            {"name": "h"},
        ]

    assert reply_of(calling).tool_calls == (
        ToolCall(id="call_1_0", name="f", arguments='{"x": 1}'),
        ToolCall(id="mine", name="g", arguments="{not json"),
        ToolCall(id="call_1_2", name="h", arguments="{}"),
    )


def test_a_reply_is_passed_on():
    said = Reply(text="ab", finish="length", prompt_tokens=3, completion_tokens=2)
    got = reply_of(lambda _: said)
    assert (got.text, got.finish, got.prompt_tokens, got.completion_tokens) == (
        "ab",
        "length",
        3,
        2,
    )


def test_messages_carry_calls_and_results_and_tools_come_second():
    seen = []

    def watching(messages, tools):
        seen.append((messages, tools))
        return ""

    request = Request(
        conversation="c",
        messages=(
            Message(role="user", content="q"),
            Message(
                role="assistant",
                content="",
                tool_calls=(ToolCall(id="1", name="f", arguments="{}"),),
            ),
            Message(role="tool", content="r", tool_call_id="1"),
        ),
        tools=(ToolSpec(name="f", description="F.", parameters={"type": "object"}),),
    )
    reply_of(watching, request)
    messages, tools = seen[0]
    assert messages == [
        {"role": "user", "content": "q"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "1", "name": "f", "arguments": "{}"}],
        },
        {"role": "tool", "content": "r", "tool_call_id": "1"},
    ]
    assert tools == [{"name": "f", "description": "F.", "parameters": {"type": "object"}}]


def test_an_exception_names_the_function_and_itself():
    def clumsy(messages):
        raise KeyError("lost")

    with pytest.raises(ModelError, match=r"clumsy.*KeyError.*lost") as caught:
        reply_of(clumsy)
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("said", [None, 7, ["text"], [{"arguments": {}}]])
def test_what_is_no_reply_is_an_error_that_says_what_to_return(said):
    with pytest.raises(ModelError, match="Return text, a list of tool calls"):
        reply_of(lambda _: said)


def test_a_function_is_described_by_name_and_source():
    def other(messages):
        return "other"

    described = load_model(echo).describe()
    assert described["name"].endswith("test_function_models.echo")
    assert len(described["source"]) == 64
    assert described["source"] != load_model(other).describe()["source"]
    assert load_model(functools.partial(echo)).describe() == described
    assert load_model(max).describe()["source"] is None


def test_an_object_that_can_be_called_is_a_model():
    class Parrot:
        def __call__(self, _messages):
            return "squawk"

    model = load_model(Parrot())
    assert model.spec.endswith("Parrot")

    async def talk():
        return await model.reply(ask("a"))

    assert serve(model, talk).text == "squawk"
