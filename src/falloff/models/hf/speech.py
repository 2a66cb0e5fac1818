"""What a reply's text is made of: thinking, tool calls, and what was said.

A call that cannot be read is kept as the model wrote it: then it is malformed, as at an endpoint.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from falloff.core import Request, ToolCall
from falloff.models.hf.prompts import Prompts
from falloff.models.http.protocol import distinct

# Thinking between tags; a checkpoint's own are those that its template or vocabulary has.
TAGS = (
    ("<think>", "</think>"),
    ("[THINK]", "[/THINK]"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<seed:think>", "</seed:think>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
)
# What models are taught to begin calls with. Some are special tokens, lost in plain decoding.
MARKS = ("<tool_call>", "[TOOL_CALLS]", "<|python_tag|>")
# Tokens of a prompt's end in which thinking may be opened for the model.
_TAIL = 12
_BLOCK = re.compile(r"<tool_call>(.*?)(?:</tool_call>|\Z)", re.DOTALL)
_NAMED = re.compile(r"\s*(?P<name>[\w.-]+)\s*(?:\[CALL_ID\]\s*\w+\s*)?(?:\[ARGS\])?\s*(?=\{)")
_NAME = re.compile(r'"name"\s*:\s*"([^"]*)"')


def tags_of(template: str, vocabulary: Collection[str]) -> tuple[str, str]:
    """The tags that a checkpoint thinks between: ``<think>`` unless it has others."""
    for opened, closed in TAGS:
        if closed in template or closed in vocabulary:
            return opened, closed
    return TAGS[0]


def special_tokens(tokenizer: Any) -> set[str]:
    """All that plain decoding leaves out: the named ones, and those only marked as special."""
    added = tokenizer.added_tokens_decoder.values()
    return {*tokenizer.all_special_tokens, *(token.content for token in added if token.special)}


def after_thinking(text: str, tags: tuple[str, str], *, begun: bool) -> str | None:
    """What was said after thinking, "" if that did not end; None where nothing was thought.

    ``begun``: the prompt has opened the thinking already.
    """
    opened, closed = tags
    start = text.lstrip()
    if not begun and not start.startswith(opened):
        return None
    return text.partition(closed)[2].lstrip("\n")


def thinking_tokens(
    tokens: Sequence[int], closed: str, decode: Callable[[Sequence[int]], str]
) -> int:
    """How many of the reply's tokens come up to and with the closing tag: all without one."""
    low, high = 0, len(tokens)
    while low < high:
        middle = (low + high) // 2
        if closed in decode(tokens[:middle]):
            high = middle
        else:
            low = middle + 1
    return low


def calls_of(text: str) -> tuple[str, tuple[ToolCall, ...]]:
    """What was said beside the calls, and the calls; all text where there are none.

    Known: ``<tool_call>{…}</tool_call>``, ``[TOOL_CALLS]`` before a list or before a name with its
    arguments, and a text that is a call, or several, and nothing else.
    """
    if "<tool_call>" in text:
        said = _BLOCK.sub("", text).strip()
        return said, tuple(_call(block) for block in _BLOCK.findall(text))
    if "[TOOL_CALLS]" in text:
        said, *parts = text.split("[TOOL_CALLS]")
        return said.strip(), tuple(call for part in parts for call in _listed(part))
    bare = text.replace("<|python_tag|>", "").strip()
    if "<|python_tag|>" in text or bare.startswith("{"):
        calls = tuple(_bare(bare))
        if calls or "<|python_tag|>" in text:
            return "", calls or (_call(bare),)
    return text, ()


def _listed(part: str) -> Iterator[ToolCall]:
    """Calls after ``[TOOL_CALLS]``."""
    if named := _NAMED.match(part):
        yield ToolCall(id="", name=named["name"], arguments=part[named.end() :].strip())
        return
    try:
        found, _ = json.JSONDecoder().raw_decode(part.strip())
    except (ValueError, RecursionError):
        yield _call(part)
        return
    for call in found if isinstance(found, list) else [found]:
        yield _object(call) or _unreadable(json.dumps(call))


def _bare(text: str) -> list[ToolCall]:
    """Calls one after the other; none unless all of the text is such."""
    at, found = 0, []
    while at < len(text):
        try:
            value, at = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            return []
        call = _object(value)
        if call is None or not {"parameters", "arguments"} & value.keys():
            return []
        found.append(call)
        at += len(text[at:]) - len(text[at:].lstrip(" \n\t;"))
    return found


def _call(text: str) -> ToolCall:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _unreadable(text)
    return _object(value) or _unreadable(text)


def _object(value: Any) -> ToolCall | None:
    """A call as an object with a name and its arguments, which some call parameters."""
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments = value.get("arguments", value.get("parameters", {}))
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return ToolCall(id="", name=value["name"], arguments=written)


def _unreadable(text: str) -> ToolCall:
    """The whole as its arguments, which will not be read; the name where one can be seen."""
    name = _NAME.search(text)
    return ToolCall(id="", name=name[1] if name else "", arguments=text.strip() or "?")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a reply says, its tool calls, and how many of its tokens were thinking."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    thinking: int = 0


class Speech:
    """Reads replies as the checkpoint behind ``prompts`` writes them."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        vocabulary = prompts.tokenizer.get_vocab()
        self._tags = tags_of(prompts.template, vocabulary)
        # Tags and marks that plain decoding would leave out.
        special = special_tokens(prompts.tokenizer)
        self._ends = special - {*MARKS, *self._tags, "[ARGS]", "[CALL_ID]"}
        self._hidden = bool(special & {*MARKS, *self._tags})

    def read(self, tokens: Sequence[int], request: Request, *, asked: Sequence[int]) -> Said:
        """The reply of ``tokens`` to the prompt ``asked``."""
        text, thinking = self._decode(tokens), 0
        begun = self._decode(asked[-_TAIL:]).rstrip().endswith(self._tags[0])
        said = after_thinking(text, self._tags, begun=begun)
        if said is not None:
            text = said
            thinking = thinking_tokens(tokens, self._tags[1], self._decode)
        calls: tuple[ToolCall, ...] = ()
        if request.tools:
            text, calls = calls_of(text)
        # Nine digits, which is what some templates insist on.
        numbered = [
            replace(call, id=f"{len(request.messages):05}{i:04}") for i, call in enumerate(calls)
        ]
        return Said(text=text, calls=distinct(numbered, request), thinking=thinking)

    def _decode(self, tokens: Sequence[int]) -> str:
        if not self._hidden:
            return self._prompts.text(tokens)
        text = self._prompts.text(tokens, special=True)
        for token in self._ends:
            text = text.replace(token, "")
        return text
