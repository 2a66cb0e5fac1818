"""JSON values, strictly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


class _NotJson:
    """Stands for a text that is no JSON: like nothing, itself included."""


def parsed(text: str) -> Any:
    """The value of a JSON text; an instance of a private class if it is none."""
    text = text.strip().strip("`").strip()
    try:
        return json.loads(
            text.removeprefix("json"),
            parse_float=Decimal,
            parse_constant=_refuse,
            object_pairs_hook=_without_repeats,
        )
    except (ValueError, RecursionError, ArithmeticError):
        return _NotJson()


def is_json(text: str) -> bool:
    """Whether ``text`` is one JSON object or list."""
    return isinstance(parsed(text), dict | list)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def alike(given: Any, gold: Any) -> bool:
    """Equal in value and type; 3 and 3.0 are one number, true is none."""
    match given, gold:
        case dict(), dict():
            return given.keys() == gold.keys() and all(alike(given[k], gold[k]) for k in gold)
        case list(), list():
            return len(given) == len(gold) and all(map(alike, given, gold))
        case (bool(), _) | (_, bool()):
            return given is gold
    return type(given) is not _NotJson and bool(given == gold)
