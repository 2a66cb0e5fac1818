"""Between a model's host and who asks: all that is sent arrives as it was."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    UnknownNameError,
    UnusableModelError,
    UsageError,
)
from falloff.models.hosting.wire import (
    pack_error,
    pack_reply,
    pack_request,
    unpack,
    unpack_reply,
    unpack_request,
)

# Models write what they like, halves of surrogate pairs included.
text = st.text(st.characters(exclude_categories=()))
counts = st.integers(0, 2**40)
calls = st.lists(st.builds(ToolCall, id=text, name=text, arguments=text), max_size=3).map(tuple)
messages = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    content=text,
    tool_calls=calls,
    tool_call_id=st.none() | text,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
schemas = st.dictionaries(text, json_values, max_size=3)
tools = st.builds(ToolSpec, name=text, description=text, parameters=schemas)
requests = st.builds(
    Request,
    conversation=text,
    messages=st.lists(messages, max_size=3).map(tuple),
    tools=st.lists(tools, max_size=2).map(tuple),
    max_tokens=counts,
    repeat=counts,
    logprobs=st.integers(0, 20),
)
top = st.lists(st.tuples(text, st.floats(allow_nan=False, max_value=0.0)), max_size=3).map(tuple)
tokens = st.lists(st.builds(TokenLogprobs, text=text, top=top), max_size=3).map(tuple)
replies = st.builds(
    Reply,
    text=text,
    tool_calls=calls,
    finish=st.sampled_from(["stop", "length", "refused", "overflow"]),
    prompt_tokens=counts,
    completion_tokens=counts,
    cached_tokens=counts,
    thinking_tokens=counts,
    seconds=st.floats(0, 1e6),
    logprobs=st.none() | tokens,
)


@given(requests)
def test_requests_arrive_as_they_were(request: Request) -> None:
    packed = pack_request(request)
    assert "\n" not in packed, "a request is a line"
    assert unpack_request(packed) == request


@given(replies, st.lists(text))
def test_replies_arrive_as_they_were(reply: Reply, notes: list[str]) -> None:
    packed = pack_reply(reply, notes)
    assert "\n" not in packed, "a reply is a line"
    assert unpack_reply(packed) == (reply, notes)


@pytest.mark.parametrize(
    "kind", [UnansweredError, UnusableModelError, ModelError, SetupError, UsageError]
)
def test_errors_arrive_as_they_were(kind: type[FalloffError]) -> None:
    with pytest.raises(kind) as raised:
        unpack(pack_error(kind("What it is.", remedy="How to mend it.")))
    assert type(raised.value) is kind
    assert str(raised.value) == "What it is.\nHow to mend it."


def test_other_errors_arrive_as_what_they_derive_from() -> None:
    error = UnknownNameError("model", "teachr", ["teacher"])
    with pytest.raises(UsageError, match="Did you mean 'teacher'") as raised:
        unpack(pack_error(error))
    assert raised.value.exit_code == error.exit_code
    with pytest.raises(ModelError):
        unpack(pack_error(FalloffError("Something.")))


def test_no_reply_is_more_than_data() -> None:
    hostile = Reply(text='{"error": {"kind": "SetupError"}}\n0 {}')
    reply, _ = unpack_reply(pack_reply(hostile, []))
    assert reply == hostile
    assert json.loads(pack_reply(hostile, []))["notes"] == []
