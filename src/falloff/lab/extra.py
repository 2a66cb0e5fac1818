"""Mined examples as text to train on: the chats that ``falloff mine`` has written, read again."""

from __future__ import annotations

import json
from pathlib import Path

from falloff.core import Message, ModelError, Probe, UsageError
from falloff.lab.answers import Example
from falloff.lab.corpus import Item
from falloff.lab.sequences import sequence_of_messages

SFT = "sft.jsonl"


def mined_examples(folder: Path) -> list[Example]:
    """The examples of a mined folder, in its order.

    Raises :class:`ModelError` where there are none, or a row is no chat of the micro dialect.
    """
    file = folder / SFT
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        found = [_example(row) for row in rows]
    except (OSError, ValueError, TypeError, KeyError, UsageError) as problem:
        raise ModelError(
            f"The mined examples {file} cannot be read: {problem}.",
            remedy="Delete their folder; the same command mines them again.",
        ) from problem
    if not found:
        raise ModelError(f"{file} holds no examples.", remedy="Mine some: falloff mine.")
    return found


def _example(row: dict[str, object]) -> Example:
    said = [Message(role=m["role"], content=m["content"]) for m in row["messages"]]  # type: ignore
    return Example(item=Item(probe=Probe.parse(str(row["probe"]))), text=sequence_of_messages(said))
