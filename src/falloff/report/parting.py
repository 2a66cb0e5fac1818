"""Where transcripts of one probe part: the first turn in which not all of them say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from falloff.core import Message


@dataclass(frozen=True, kw_only=True)
class Parting:
    """``turn`` is the first that differs; there the first ``letters`` and ``calls`` are alike."""

    turn: int
    letters: int
    calls: int


def parting(said: Sequence[Sequence[Message]]) -> Parting | None:
    """None where there is nobody to part from, or all say the same."""
    alike = 0
    for turns in zip(*said, strict=False):
        if len({_content(message) for message in turns}) > 1:
            break
        alike += 1
    going_on = [messages[alike] for messages in said if len(messages) > alike]
    if len(said) < 2 or not going_on:
        return None
    if len(going_on) < len(said) or len({message.role for message in going_on}) > 1:
        return Parting(turn=alike, letters=0, calls=0)
    calls = _alike([_content(message)[2] for message in going_on])
    return Parting(turn=alike, letters=_letters(going_on), calls=calls)


def _letters(messages: Sequence[Message]) -> int:
    """How much of the text is alike, back to the beginning of the word that differs."""
    texts = [message.content for message in messages]
    alike = _alike(texts)
    if all(len(text) == alike for text in texts):
        return alike
    return next((end for end in range(alike, 0, -1) if texts[0][end - 1].isspace()), 0)


def _alike(sequences: Sequence[Sequence[Any]]) -> int:
    """How many first elements all have in common."""
    together = zip(*sequences, strict=False)
    return sum(1 for _ in takewhile(lambda elements: len(set(elements)) == 1, together))


def _content(message: Message) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """What is said; the ids of calls are made up anew for every model."""
    calls = tuple((call.name, call.arguments) for call in message.tool_calls)
    return message.role, message.content, calls
