"""Tokens of a talk: by the model's own tokenizer where it lies on this disk, else estimated."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from falloff.core import Message, ToolCall, ToolSpec

LETTERS_A_TOKEN = 4
# What templates put around a message.
_AROUND = 4

CountPrompt = Callable[[Sequence[Message], Sequence[ToolSpec]], int]


@dataclass(frozen=True, kw_only=True)
class Counter:
    """``prompt`` counts a whole request, ``text`` what the model says; ``said`` is how."""

    prompt: CountPrompt
    text: Callable[[str], int]
    said: str


def counter_for(spec: str) -> Counter:
    """The counter of a model. Never loads weights, never asks anybody.

    Raises :class:`falloff.core.FalloffError` as loading does, for a prefix or name that nobody
    knows and a local model that is not there.
    """
    prefix, _, name = spec.partition(":")
    if prefix in _CHECKED and (own := _CHECKED[prefix](name)):
        return own
    return Counter(
        prompt=_estimated_prompt,
        text=_estimated,
        said=f"estimated, about {LETTERS_A_TOKEN} characters a token",
    )


def spoken(text: str, calls: Sequence[ToolCall]) -> str:
    """A reply as one text, its tool calls written out."""
    return text + "".join(json.dumps({"name": c.name, "arguments": c.arguments}) for c in calls)


def _estimated(text: str) -> int:
    return -(-len(text) // LETTERS_A_TOKEN)


def _estimated_prompt(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> int:
    said = sum(_AROUND + _estimated(spoken(m.content, m.tool_calls)) for m in messages)
    return said + (_estimated(_written(tools)) if tools else 0)


def _written(tools: Sequence[ToolSpec]) -> str:
    return json.dumps([vars(tool) for tool in tools])


def _characters(name: str) -> Counter:
    """The embedded models: one token a character, one that opens, one that ends each message."""
    from falloff.core import UnknownNameError
    from falloff.models.micro import embedded_names

    if name not in embedded_names():
        raise UnknownNameError("embedded model", name, embedded_names())
    return Counter(
        prompt=lambda messages, _: 1 + sum(len(message.content) + 1 for message in messages),
        text=lambda text: len(text) + 1,
        said="counted by its tokenizer",
    )


def _own_tokenizer(name: str) -> Counter | None:
    """A checkpoint's tokenizer with its chat template; None without the extra."""
    from falloff.models.folder import check_folder
    from falloff.models.hf.options import read_options

    folder = read_options(name).path
    check_folder(folder)
    try:
        from transformers import AutoTokenizer
    except ImportError:
        return None
    tokenizer = AutoTokenizer.from_pretrained(
        folder, local_files_only=True, trust_remote_code=False
    )

    def text(said: str) -> int:
        return len(tokenizer.encode(said, add_special_tokens=False)) + 1

    def prompt(messages: Sequence[Message], tools: Sequence[ToolSpec]) -> int:
        said = "".join(spoken(m.content, m.tool_calls) for m in messages)
        return text(said + (_written(tools) if tools else "")) + _AROUND * len(messages)

    return Counter(prompt=prompt, text=text, said="counted by its tokenizer, template estimated")


def _gguf(name: str) -> None:
    from falloff.models.gguf.file import parts_of
    from falloff.models.gguf.options import read_options

    parts_of(read_options(name).path)


def _simulated(name: str) -> None:
    from falloff.models.simulated_names import read_name

    read_name(name)


# What is known of a model without asking it; each raises where there is no such model.
_CHECKED: dict[str, Callable[[str], Counter | None]] = {
    "micro": _characters,
    "hf": _own_tokenizer,
    "gguf": _gguf,
    "sim": _simulated,
}
