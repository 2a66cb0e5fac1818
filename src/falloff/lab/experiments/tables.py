"""Tables of a TOML file, read strictly: every key known, every value of its kind, every complaint
with the file and the place."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from falloff.core import UnknownNameError, UsageError

T = TypeVar("T")

_KINDS: Mapping[str, tuple[str, type | tuple[type, ...]]] = {
    "str": ("a text", str),
    "int": ("a whole number", int),
    "float": ("a number", (int, float)),
    "bool": ("true or false", bool),
    "table": ("a table", dict),
    "texts": ("a list of texts", list),
    "ints": ("a list of whole numbers", list),
    "floats": ("a list of numbers", list),
    "tables": ("a list of tables", list),
}
_ITEMS = {"texts": "str", "ints": "int", "floats": "float", "tables": "table"}


@dataclass(frozen=True)
class Table:
    """One table of ``file``; ``where`` is its name there, ``""`` the whole file."""

    file: Path
    where: str
    values: Mapping[str, Any]

    def known(self, names: Collection[str], what: str = "key") -> None:
        """Raise :class:`UnknownNameError` for a key that is none of ``names``."""
        for key in self.values:
            if key not in names:
                raise UnknownNameError(f"{what} in {self._place()}:", key, names)

    def get(self, key: str, kind: str, default: Any = MISSING) -> Any:
        """The value of a key, of its kind; required unless there is a default."""
        if key not in self.values:
            if default is MISSING:
                raise UsageError(
                    f"{self._place()} has no {key}.", remedy=f"Give {key}, {_KINDS[kind][0]}."
                )
            return default
        value = self.values[key]
        self._check(key, value, kind)
        return float(value) if kind == "float" else value

    def table(self, key: str, default: Mapping[str, Any] | None = None) -> Table:
        """A table inside this one."""
        values = self.get(key, "table", MISSING if default is None else default)
        return Table(self.file, self._inside(key), values)

    def tables(self, key: str) -> list[Table]:
        """A list of tables, empty if it is not there."""
        return [
            Table(self.file, f"{self._inside(key)}[{i}]", values)
            for i, values in enumerate(self.get(key, "tables", []))
        ]

    def choice(self, key: str, names: Collection[str], default: Any = MISSING) -> str:
        """A text that has to be one of ``names``."""
        value: str = self.get(key, "str", default)
        if value not in names:
            raise UnknownNameError(f"{key} in {self._place()}:", value, names)
        return value

    def filled(self, made: type[T], *, may_be_zero: Collection[str] = ()) -> T:
        """A dataclass of plain numbers, all positive, by the names of its fields."""
        parts = {each.name: each for each in fields(made)}  # type: ignore[arg-type]
        self.known(parts, "dial")
        values = {}
        for name, part in parts.items():
            kind = str(part.type).partition(" ")[0]
            value = self.get(name, kind, None if part.default is not MISSING else MISSING)
            if value is not None:
                if value < 0 or (value == 0 and name not in may_be_zero):
                    raise self.wrong(name, "at least 1" if kind == "int" else "greater than 0")
                values[name] = value
        return made(**values)

    def wrong(self, key: str, meant: str) -> UsageError:
        """The error for a value that cannot be."""
        return UsageError(
            f"{self._place()}: {key} is {self.values[key]!r:.80}.", remedy=f"It must be {meant}."
        )

    def _check(self, key: str, value: Any, kind: str) -> None:
        words, types = _KINDS[kind]
        fits = isinstance(value, types) and (kind == "bool" or not isinstance(value, bool))
        if fits and isinstance(value, float):
            fits = math.isfinite(value)
        if fits and kind in _ITEMS:
            inner = _KINDS[_ITEMS[kind]][1]
            fits = all(isinstance(v, inner) and not isinstance(v, bool) for v in value)
        if not fits:
            raise self.wrong(key, words)

    def _inside(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def _place(self) -> str:
        return f"{self.file.name}, [{self.where}]" if self.where else self.file.name
