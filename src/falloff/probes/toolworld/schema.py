"""Tools and their typed parameters, and a small validator for the part of JSON Schema they use.

A tool has a *key*, what it does in the store, and a *name*, as it is shown; so has a parameter.
Where the two differ, or where a parameter is *coded* (another type or unit), the shown form is
decoded before the store sees it.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from falloff.core import ToolSpec

# id: a record's id; choice: one of a few words; money: whole euros; hours: whole hours; date: ISO.
Kind = Literal["id", "choice", "money", "hours", "date", "count", "text"]
Value = str | int

MOST_EUROS = 100_000
MOST_HOURS = 200
MOST_DAYS = 3650
MOST_TEXT = 400
_FIRST_DAY = datetime.date(2026, 1, 1)
_DATE = r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$"
# More of what a model wrote is never repeated in an error.
_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class Param:
    """One argument. ``prefix`` is that of the records an id names, ``choices`` all allowed words.

    ``coded``: shown in another type or unit: ids, choices and dates as numbers, money in cents,
    hours in minutes. ``bare``: shown without a description.
    """

    key: str
    kind: Kind
    about: str
    name: str = ""
    prefix: str = ""
    choices: tuple[str, ...] = ()
    required: bool = True
    coded: bool = False
    bare: bool = False

    @property
    def shown(self) -> str:
        return self.name or self.key

    @property
    def description(self) -> str:
        unit = _CODED.get(self.kind, "") if self.coded else ""
        return self.about + unit.format(words=self._numbered)

    @property
    def _numbered(self) -> str:
        return ", ".join(f"{i} is {word}" for i, word in enumerate(self.choices))

    def schema(self) -> dict[str, Any]:
        """The parameter's JSON Schema."""
        said = {} if self.bare else {"description": self.description}
        return (self._coded_schema() if self.coded else self._plain_schema()) | said

    def _plain_schema(self) -> dict[str, Any]:
        match self.kind:
            case "id":
                return {"type": "string", "pattern": f"^{self.prefix or '[a-z]{3}'}-[0-9]{{4}}$"}
            case "choice":
                return {"type": "string", "enum": list(self.choices)}
            case "money" | "count":
                return {"type": "integer", "minimum": 0, "maximum": MOST_EUROS}
            case "hours":
                return {"type": "integer", "minimum": 1, "maximum": MOST_HOURS}
            case "date":
                return {"type": "string", "pattern": _DATE}
        return {"type": "string", "maxLength": MOST_TEXT}

    def _coded_schema(self) -> dict[str, Any]:
        tops = {
            "id": 9999,
            "choice": len(self.choices) - 1,
            "money": MOST_EUROS * 100,
            "hours": MOST_HOURS * 60,
            "date": MOST_DAYS,
        }
        if self.kind not in tops:
            return self._plain_schema()
        return {"type": "integer", "minimum": 0, "maximum": tops[self.kind]}

    def decode(self, value: Any) -> Value | None:
        """The value meant, from a valid shown one; None where it is not a whole euro or hour."""
        if not self.coded or self.kind not in _CODED:
            return value if isinstance(value, str) else int(value)
        number = int(value)
        match self.kind:
            case "id":
                return f"{self.prefix}-{number:04}"
            case "choice":
                return self.choices[number]
            case "date":
                return (_FIRST_DAY + datetime.timedelta(days=number - 1)).isoformat()
        return None if number % _UNIT[self.kind] else number // _UNIT[self.kind]

    def encode(self, value: Value) -> Value:
        """The inverse of :meth:`decode`."""
        if not self.coded or self.kind not in _CODED:
            return value
        match self.kind:
            case "id":
                return int(str(value)[-4:])
            case "choice":
                return self.choices.index(str(value))
            case "date":
                return (datetime.date.fromisoformat(str(value)) - _FIRST_DAY).days + 1
        return int(value) * _UNIT[self.kind]


_UNIT = {"money": 100, "hours": 60}
_CODED: dict[str, str] = {
    "id": ", given as the number in the id alone: 1234 for one that ends in -1234",
    "choice": ", given by number: {words}",
    "money": ", given in cents",
    "hours": ", given in minutes",
    "date": ", given as a day number: 1 is 2026-01-01, 2 is 2026-01-02",
}


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool as it is shown; ``key`` is what it does."""

    key: str
    about: str
    params: tuple[Param, ...]
    name: str = ""
    bare: bool = False

    @property
    def shown(self) -> str:
        return self.name or self.key

    @functools.cached_property
    def spec(self) -> ToolSpec:
        """The tool as models are told of it."""
        schema = {
            "type": "object",
            "properties": {param.shown: param.schema() for param in self.params},
            "required": [param.shown for param in self.params if param.required],
            "additionalProperties": False,
        }
        return ToolSpec(
            name=self.shown, description="" if self.bare else self.about, parameters=schema
        )

    def decode(self, arguments: Mapping[str, Any]) -> dict[str, Value] | str:
        """Arguments by key, as meant; or what is wrong with them."""
        if problem := violation(self.spec.parameters, arguments):
            return problem
        meant: dict[str, Value] = {}
        for param in self.params:
            if param.shown not in arguments:
                continue
            value = param.decode(arguments[param.shown])
            if value is None:
                return f"{param.shown} must come to a whole number of the larger unit"
            meant[param.key] = value
        return meant

    def encode(self, meant: Mapping[str, Value]) -> dict[str, Value]:
        """Arguments as shown, the inverse of :meth:`decode`."""
        return {p.shown: p.encode(meant[p.key]) for p in self.params if p.key in meant}


def violation(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> str:
    """What of ``arguments`` breaks ``schema``, in words; empty if nothing does.

    Knows the part of JSON Schema that the tools use: an object of strings and integers with
    ``required``, ``additionalProperties`` false, ``enum``, ``pattern``, ``maxLength``, ``minimum``
    and ``maximum``.
    """
    properties = schema["properties"]
    for name in schema["required"]:
        if name not in arguments:
            return f"the argument {name} is missing"
    for name, value in arguments.items():
        if name not in properties:
            return f"there is no argument {cut(name)}; there are: {', '.join(properties)}"
        if problem := _wrong_value(properties[name], value):
            return f"{name} {problem}"
    return ""


def _wrong_value(schema: Mapping[str, Any], value: Any) -> str:
    if schema["type"] == "integer":
        if not _whole(value):
            return f"must be an integer, not {cut(value)}"
        if not schema["minimum"] <= value <= schema["maximum"]:
            return f"must be from {schema['minimum']} to {schema['maximum']}"
        return ""
    if not isinstance(value, str):
        return f"must be a string, not {cut(value)}"
    if len(value) > schema.get("maxLength", MOST_TEXT):
        return f"must have at most {schema.get('maxLength', MOST_TEXT)} characters"
    if "enum" in schema and value not in schema["enum"]:
        return f"must be one of {', '.join(schema['enum'])}, not {cut(value)}"
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return f"must have the form {schema['pattern']}, not {cut(value)}"
    return ""


def _whole(value: Any) -> bool:
    """Whether ``value`` is a whole number: 3 and 3.0 are (JSON knows one number), True is not."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def cut(value: Any) -> str:
    """``value`` as text that fits a line, whatever it is: nested things by their type alone."""
    if not isinstance(value, str | int | float | bool | None):
        return f"a {type(value).__name__}"
    if isinstance(value, int) and abs(value) > 10**15:
        return "a very large number"
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
