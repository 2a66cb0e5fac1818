"""From a record of training data, traffic or a log to the prompt in it.

A prompt is what the user said before the first reply. The system's words are left out: they say who
the model is, not what is asked. Addresses and paths in it are text and never followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# In order of preference: where a record may keep its prompt.
NAMES = (
    "messages", "conversations", "conversation", "prompt", "question", "instruction", "query",
    "problem", "input", "text", "content",
)  # fmt: skip
_USERS = ("user", "human")
_REPLIES = ("assistant", "gpt", "model", "bot")


def opening_of(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """The name under which a record keeps its prompt, and the prompt; None where there is none."""
    for name in NAMES:
        if said := text_of(record.get(name)):
            more = record.get("input") if name == "instruction" else None
            return name, f"{said}\n{more}" if isinstance(more, str) and more.strip() else said
    return None


def text_of(value: Any) -> str:
    """The prompt in a text or a list of messages; empty where there is none."""
    if isinstance(value, str):
        return value.strip() and value
    if not isinstance(value, list):
        return ""
    said: list[str] = []
    for message in value:
        if isinstance(message, str):
            return message
        if not isinstance(message, Mapping):
            continue
        role = message.get("role", message.get("from"))
        if role in _REPLIES and said:
            break
        if role in _USERS:
            said.append(_content(message.get("content", message.get("value"))))
    return "\n".join(filter(None, said))


def _content(value: Any) -> str:
    """The text of a message, also of one in parts; images and files are none."""
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, Mapping))
    return "\n".join(text for text in texts if isinstance(text, str))
