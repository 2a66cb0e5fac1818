"""What goes over the wire is what the manifest says, and what comes back is read as it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from http_asked import HELLO, LOOKUP, TURNS, asked, once, request
from http_served import Json, chat, error, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.core import (
    Message,
    ToolCall,
    UnansweredError,
    UnusableModelError,
)
from falloff.models import load_model
from falloff.models.http.openai import OpenAI
from falloff.models.http.protocol import GarbledError


def test_a_plain_request_has_nothing_that_was_not_asked_for() -> None:
    with serving(lambda _: chat("Answer: 4")) as server:
        _, (reply,) = asked(server, request())
    (seen,) = server.seen
    assert seen.path == "/v1/chat/completions"
    assert seen.body == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "How many?"}],
        "max_tokens": 100,
        "temperature": 0.0,
    }
    assert "Authorization" not in seen.headers
    assert (reply.text, reply.prompt_tokens, reply.completion_tokens) == ("Answer: 4", 7, 3)
    assert reply.seconds > 0


OPTIONS = (
    "?temperature=0.7&top_p=0.9&seed=11&stop=END&stop=%0A%0A&max_tokens=2000&tool_choice=required"
    '&extra={"chat_template_kwargs":{"enable_thinking":false}}'
)


def test_every_option_is_on_the_wire_as_in_the_manifest() -> None:
    with serving(lambda _: chat()) as server:
        model, _ = asked(server, request(tools=(LOOKUP,)), request(repeat=1), options=OPTIONS)
    decoding = model.describe()["decoding"]
    first, repeat = server.bodies
    for name in ("temperature", "top_p", "seed", "stop", "max_tokens", "tool_choice"):
        assert first[name] == decoding[name]
    assert first["chat_template_kwargs"] == decoding["extra"]["chat_template_kwargs"]
    assert first["stop"] == ["END", "\n\n"]
    assert "repeats" not in model.describe(), "first answers and repeats are decoded alike"
    assert repeat["temperature"] == 0.7
    assert repeat["seed"] != 11, "a repeat with the same seed would be a copy"
    assert "tool_choice" not in repeat, "without tools there is no choice"


def test_unasked_first_answers_are_greedy_and_repeats_are_the_endpoints_own() -> None:
    with serving(lambda _: chat()) as server:
        model, _ = asked(server, request(), request(repeat=1))
    first, repeat = server.bodies
    assert first["temperature"] == 0.0
    assert "temperature" not in repeat
    assert "repeats" in model.describe()


def test_temperature_default_sends_none() -> None:
    with serving(lambda _: chat()) as server:
        model, _ = asked(server, request(), options="?temperature=default")
    assert "temperature" not in server.bodies[0]
    assert model.describe()["decoding"] == {}


def test_a_name_nobody_knows_changes_nothing_on_the_wire() -> None:
    bodies = []
    for name in ("gpt-4o", "o9-frontier-2031", "narrow"):
        with serving(lambda _: chat()) as server:
            model = load_model(f"openai:{name}@{server.base}")
            asyncio.run(once(model, request()))
        bodies.append({**server.bodies[0], "model": ""})
    assert bodies[0] == bodies[1] == bodies[2]


def test_native_tools_go_over_the_wire_and_come_back() -> None:
    call = {"id": "c2", "type": "function", "function": {"name": "look_up", "arguments": "{}"}}
    with serving(lambda _: chat("", tool_calls=[call], finish="tool_calls")) as server:
        _, (reply,) = asked(server, request(messages=TURNS, tools=(LOOKUP,)))
    body = server.bodies[0]
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "look_up",
                "description": "Looks up.",
                "parameters": LOOKUP.parameters,
            },
        }
    ]
    assert body["messages"][2:] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "look_up", "arguments": '{"key": "a"}'},
                }
            ],
        },
        {"role": "tool", "content": "4", "tool_call_id": "c1"},
    ]
    assert reply.tool_calls == (ToolCall(id="c2", name="look_up", arguments="{}"),)
    assert reply.finish == "stop"


def function(name: Any, arguments: Any, **more: Any) -> Json:
    return {"type": "function", "function": {"name": name, "arguments": arguments}, **more}


def test_what_a_model_writes_into_a_call_is_its_own() -> None:
    calls = [
        function("look_up", '{"key": ', id="x"),
        function("no_such_tool", "{}", id="x"),
        function("look_up", {"key": 1}, id=""),
        function(None, None),
        function("look_up", "[1]", id="c1"),
    ]
    with serving(lambda _: chat("", tool_calls=calls)) as server:
        _, (reply,) = asked(server, request(messages=TURNS, tools=(LOOKUP,)))
    assert [(c.name, c.arguments) for c in reply.tool_calls] == [
        ("look_up", '{"key": '),
        ("no_such_tool", "{}"),
        ("look_up", '{"key": 1}'),
        ("", ""),
        ("look_up", "[1]"),
    ]
    ids = [call.id for call in reply.tool_calls]
    assert ids[0] == "x"
    assert len({*ids, "c1"}) == 6, "an id is of one call in the whole conversation"


def test_a_server_that_parses_calls_gets_those_it_cannot_parse_as_objects() -> None:
    broken = ToolCall(id="c1", name="look_up", arguments='{"key": ')
    said = Message(role="assistant", content="", tool_calls=(broken,))
    turns = (*HELLO, said, Message(role="tool", content="no", tool_call_id="c1"))

    def strict(body: Json) -> Any:
        arguments = body["messages"][1]["tool_calls"][0]["function"]["arguments"]
        try:
            return chat(f"Answer: {json.loads(arguments)['unreadable']}")
        except ValueError as problem:
            return error(400, f"Expecting value: {problem}")

    with serving(strict) as server:
        model, replies = asked(server, request(messages=turns), request(messages=turns))
    assert [reply.text for reply in replies] == ['Answer: {"key": ', 'Answer: {"key": ']
    assert len(server.seen) == 3, "found out once"
    assert len(model.notes) == 1


def test_what_a_provider_puts_into_its_calls_goes_back_with_them() -> None:
    signed = function("look_up", "{}", id="c1", extra_content={"google": {"signature": "s"}})
    with serving(lambda _: chat("", tool_calls=[signed])) as server:
        model = load_model(f"openai:tiny@{server.base}")

        async def ask() -> None:
            first = await model.reply(request(tools=(LOOKUP,)))
            said = Message(role="assistant", content="", tool_calls=first.tool_calls)
            result = Message(role="tool", content="4", tool_call_id="c1")
            await once(model, request(messages=(*HELLO, said, result), tools=(LOOKUP,)))

        asyncio.run(ask())
    assert server.bodies[1]["messages"][1]["tool_calls"] == [signed]


@pytest.mark.parametrize(
    ("answer", "finish", "text"),
    [
        (chat("cut", finish="length"), "length", "cut"),
        (chat("", finish="content_filter"), "refused", ""),
        (chat(None, refusal="I will not."), "refused", "I will not."),  # type: ignore[arg-type]
        (chat("done", finish=None), "stop", "done"),
        (chat(None), "stop", ""),  # type: ignore[arg-type]
        (chat([{"type": "text", "text": "a"}, {"text": "b"}]), "stop", "ab"),  # type: ignore[arg-type]
        (chat("4", reasoning_content="Let me think"), "stop", "4"),
    ],
)
def test_the_end_of_an_answer_is_told_apart(answer: Json, finish: str, text: str) -> None:
    with serving(lambda _: answer) as server:
        _, (reply,) = asked(server, request())
    assert (reply.finish, reply.text) == (finish, text)


@pytest.mark.parametrize(
    "problem",
    [
        error(400, "This model's maximum context length is 512 tokens.", code="x"),
        error(400, "too long", code="context_length_exceeded"),
        error(400, "the request exceeds the available context size", type="exceed_context_size"),
        error(413, "prompt is too long: 210000 tokens > 200000 maximum"),
    ],
)
def test_a_conversation_longer_than_the_context_is_an_answer_of_its_own(problem: Any) -> None:
    with serving(lambda _: problem) as server:
        _, (reply,) = asked(server, request())
    assert reply.finish == "overflow"
    assert len(server.seen) == 1


def test_azures_filter_is_a_refusal() -> None:
    with serving(lambda _: error(400, "no", code="content_filter")) as server:
        _, (reply,) = asked(server, request())
    assert reply.finish == "refused"


USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 40,
    "prompt_tokens_details": {"cached_tokens": 64},
    "completion_tokens_details": {"reasoning_tokens": 30},
}


def test_cached_and_thinking_tokens_are_counted_where_they_are_told() -> None:
    with serving(lambda _: chat(usage=USAGE)) as server:
        _, (reply,) = asked(server, request())
    assert (reply.prompt_tokens, reply.cached_tokens) == (100, 64)
    assert (reply.completion_tokens, reply.thinking_tokens) == (40, 30)


LOGPROBS = {
    "content": [
        {
            "token": "4",
            "logprob": -0.1,
            "top_logprobs": [{"token": "4", "logprob": -0.1}, {"token": "5", "logprob": -2.5}],
        }
    ]
}


def test_log_probabilities_are_asked_for_and_read() -> None:
    with serving(lambda _: chat("4", logprobs=LOGPROBS)) as server:
        _, (reply,) = asked(server, request(logprobs=2))
    assert (server.bodies[0]["logprobs"], server.bodies[0]["top_logprobs"]) == (True, 2)
    assert reply.logprobs is not None
    assert reply.logprobs[0].top == (("4", -0.1), ("5", -2.5))


def _lacking(name: str, message: str) -> Callable[[Json], Any]:
    return lambda body: error(400, message, param=None) if name in body else chat("4")


@pytest.mark.parametrize(
    ("name", "message", "note"),
    [
        ("seed", "Unrecognized request argument supplied: seed", "takes no seed"),
        ("logprobs", "'logprobs' is not supported with this model", "no log-probabilities"),
        (
            "max_tokens",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "max_completion_tokens",
        ),
    ],
)
def test_what_an_endpoint_does_not_take_is_found_out_once_and_said(
    name: str, message: str, note: str
) -> None:
    with serving(_lacking(name, message)) as server:
        again = [request(conversation=str(i), logprobs=3) for i in range(3)]
        model, replies = asked(server, *again, options="?seed=3&temperature=0.5")
    assert [reply.text for reply in replies] == ["4"] * 3
    assert len(server.seen) == 4
    assert sum(note in said for said in model.notes) == 1
    assert server.bodies[-1]["temperature"] == 0.5, "nothing else is left out"
    if name == "max_tokens":
        assert server.bodies[-1]["max_completion_tokens"] == 100


def test_an_endpoint_that_tells_no_log_probabilities_is_noted_and_not_asked_again() -> None:
    with serving(lambda _: chat("4")) as server:
        model, _ = asked(server, request(logprobs=3), request(logprobs=3))
    assert ["logprobs" in body for body in server.bodies] == [True, False]
    assert len(model.notes) == 1


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (error(400, "Unsupported value: 'temperature' does not support 0"), "temperature=default"),
        (error(400, '"auto" tool choice requires --enable-auto-tool-choice'), "--dialect plain"),
        (error(400, "registry.ollama.ai/x does not support tools"), "--dialect plain"),
        (error(500, "tools param requires --jinja flag"), "--dialect plain"),
        (
            error(404, "The model `tiny` does not exist."),
            "mean 'tiny-2'? It offers: large, m0",
        ),
        (error(400, "Invalid model name passed in model=tiny"), "It offers: "),
        (error(401, "Incorrect API key"), "key=NAME"),
        (error(429, "You exceeded your current quota", code="insufficient_quota"), "balance"),
    ],
)
def test_what_no_other_request_would_mend_is_told_at_once(problem: Any, said: str) -> None:
    offered = ["tiny-2", "large", "\x1b[31mred", *(f"m{i}" for i in range(30))]
    with (
        serving(lambda _: problem, models=offered) as server,
        pytest.raises(UnusableModelError) as raised,
    ):
        asked(server, request(tools=(LOOKUP,)))
    assert said in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert sum(seen.body is not None for seen in server.seen) == 1, "asked once"


def test_a_request_that_is_refused_is_no_endpoint_that_is_down() -> None:
    with (
        serving(lambda _: error(400, "Conversation roles must alternate")) as server,
        pytest.raises(UnansweredError, match="roles must alternate"),
    ):
        asked(server, request())
    assert len(server.seen) == 1


# Whatever an endpoint writes.

NAMES = [
    *("choices", "message", "content", "tool_calls", "function", "name", "arguments", "id"),
    *("finish_reason", "usage", "prompt_tokens", "completion_tokens", "logprobs", "refusal"),
    *("top_logprobs", "token", "logprob"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(answer=JSON, around=st.sampled_from(["answer", "choice", "message", "logprobs"]))
@settings(max_examples=400)
def test_any_json_is_a_reply_or_garbled(answer: Any, around: str) -> None:
    whole: Any = answer
    if around == "logprobs":
        whole = {"choices": [{"message": {"content": "x"}, "logprobs": {"content": answer}}]}
    elif around == "message":
        whole = {"choices": [{"message": answer}]}
    elif around == "choice":
        whole = {"choices": [answer], "usage": answer}
    if not isinstance(whole, dict):
        return
    try:
        reply = OpenAI().read(whole, request(logprobs=2)).reply
    except GarbledError:
        return
    assert isinstance(reply.text, str)
    assert 0 <= reply.prompt_tokens < 2**63
    assert len({call.id for call in reply.tool_calls}) == len(reply.tool_calls)
    json.dumps([vars(call) for call in reply.tool_calls])
