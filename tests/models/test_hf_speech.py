"""Thinking and tool calls are told from what was said, whatever a model writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.core import ToolCall
from falloff.models.hf.speech import after_thinking, calls_of, tags_of, thinking_tokens

TAGS = ("<think>", "</think>")


def said(*calls):
    return tuple(ToolCall(id="", name=name, arguments=arguments) for name, arguments in calls)


@pytest.mark.parametrize(
    ("text", "begun", "after"),
    [
        ("5", False, None),
        ("<think>2+3</think>\n\n5", False, "5"),
        ("\n<think>\n\n</think>5", False, "5"),
        ("<think>2+3", False, ""),
        ("2+3</think>5", True, "5"),
        ("2+3", True, ""),
        ("I <think> so", False, None),
    ],
)
def test_thinking_is_taken_away(text, begun, after):
    assert after_thinking(text, TAGS, begun=begun) == after


def test_thinking_tokens_are_those_up_to_the_closing_tag():
    def decode(tokens):
        return "".join(map(chr, tokens))

    tokens = [ord(character) for character in "<think>abc</think>five"]
    assert thinking_tokens(tokens, TAGS[1], decode) == len("<think>abc</think>")
    assert thinking_tokens(tokens[:9], TAGS[1], decode) == 9


def test_a_checkpoint_has_its_own_tags():
    assert tags_of("", ["[THINK]", "[/THINK]"]) == ("[THINK]", "[/THINK]")
    assert tags_of("{{ x.split('</think>') }}", []) == TAGS
    assert tags_of("", []) == TAGS


@pytest.mark.parametrize(
    ("text", "beside", "calls"),
    [
        ("no call", "no call", ()),
        (
            'Well.\n<tool_call>\n{"name": "look", "arguments": {"x": 1}}\n</tool_call>',
            "Well.",
            said(("look", '{"x": 1}')),
        ),
        (
            '<tool_call>{"name": "a"}</tool_call><tool_call>{"name": "b"}</tool_call>',
            "",
            said(("a", "{}"), ("b", "{}")),
        ),
        ('{"name": "look", "parameters": {"x": 1}}', "", said(("look", '{"x": 1}'))),
        ('<|python_tag|>{"name": "a", "parameters": {}}', "", said(("a", "{}"))),
        (
            '{"name": "a", "parameters": {}}; {"name": "b", "parameters": {}}',
            "",
            said(("a", "{}"), ("b", "{}")),
        ),
        ('[TOOL_CALLS] [{"name": "look", "arguments": {"x": 1}}]', "", said(("look", '{"x": 1}'))),
        ('[TOOL_CALLS]look[ARGS]{"x": 1}', "", said(("look", '{"x": 1}'))),
        ('{"name": "Ann", "age": 3}', '{"name": "Ann", "age": 3}', ()),
    ],
)
def test_calls_are_read(text, beside, calls):
    assert calls_of(text) == (beside, calls)


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "look", "arguments": {"x": </tool_call>',
        '<tool_call>{"name": "look", "arguments": {"x": 1',
        '[TOOL_CALLS][{"name": "look", "arguments": {"x"',
        '<|python_tag|>{"name": "look", "parameters": {"x"',
    ],
)
def test_a_call_that_cannot_be_read_is_malformed_and_keeps_its_name(text):
    from falloff.probes.dialects.arguments import read_object

    (call,) = calls_of(text)[1]
    assert call.name == "look"
    assert read_object(call.arguments) is None


_PIECES = ["<tool_call>", "</tool_call>", "[TOOL_CALLS]", "[ARGS]", "<|python_tag|>", "{", "}", "["]


@given(
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from([*_PIECES, '"name":"a"'])), max_size=9)
)
def test_anything_at_all_is_read_without_an_error(parts):
    text = "".join(parts)
    beside, calls = calls_of(text)
    assert isinstance(beside, str)
    assert all(isinstance(call.name, str) and isinstance(call.arguments, str) for call in calls)
