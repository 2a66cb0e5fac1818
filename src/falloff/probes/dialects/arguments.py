"""Reading the arguments of a tool call, which a model wrote: any bytes at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# No tool here takes more. What is larger is not looked at.
_MOST_CHARACTERS = 20_000
_DEEPEST = 40


def read_object(text: str) -> Mapping[str, Any] | None:
    """The JSON object in ``text``; None if it is none, or too large or too deep to be meant.

    Providers send an empty text for a call without arguments: that is an empty object.
    """
    if not text.strip():
        return {}
    if len(text) > _MOST_CHARACTERS or _depth(text) > _DEEPEST:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _depth(text: str) -> int:
    """Nesting at the most, brackets in strings counted too."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
