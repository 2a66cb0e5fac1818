"""Frozen dataclasses as bytes and back: to keep what was worked out, and to tell whether it is so.

A line of JSON, then the arrays as they lie in memory. A dataclass is a list of its fields, or where
it stands in several places, ``{"again": n}`` for the n-th; an array is ``{"at": …, "of": shape}``.
Nothing in the bytes names a type: what is made of them is what the reader says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from io import BytesIO
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

T = TypeVar("T")
_ITEM = np.dtype("<f8")
# A whole number may stand where a float is meant.
_FLOATS = (float, int)


def pack(value: Any) -> bytes:
    """Dataclasses, tuples and lists, mappings by name, arrays of numbers, and what JSON has.

    Raises :class:`TypeError` for anything else.
    """
    return _packed(value, {})


def fingerprint(*values: Any) -> str:
    """A digest of what :func:`pack` takes: another where a number differs in its last bit."""
    return hashlib.blake2b(_packed(values, None), digest_size=16).hexdigest()


def _packed(value: Any, known: dict[int, int] | None) -> bytes:
    """``known``: dataclasses by identity, each to be written once; None: wherever they stand."""
    raw = BytesIO()

    def plain(part: Any) -> Any:
        if is_dataclass(part) and not isinstance(part, type):
            if known is not None:
                if id(part) in known:
                    return {"again": known[id(part)]}
                known[id(part)] = len(known)
            return [getattr(part, field) for field in _names(type(part))]
        if isinstance(part, np.ndarray):
            start = raw.tell()
            raw.write(np.asarray(part, dtype=_ITEM).tobytes())
            return {"at": start, "of": part.shape}
        if isinstance(part, Mapping):
            return dict(part)
        raise TypeError(f"a {type(part).__name__} cannot be packed")

    text = json.dumps(value, default=plain, separators=(",", ":"))
    return b"\n".join((text.encode("ascii"), raw.getvalue()))


def unpack(kind: type[T], packed: bytes, names: Mapping[str, Any] | None = None) -> T:
    """What :func:`pack` has made of a ``kind``; ``names`` of types that its modules do not know.

    Raises :class:`ValueError` for bytes that are none.
    """
    text, _, raw = packed.partition(b"\n")
    try:
        made: T = _Unpacking(raw, names or {}).made(kind, json.loads(text))
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as problem:
        raise ValueError(f"no {kind.__name__}: {problem!r}") from problem
    return made


class _Unpacking:
    def __init__(self, raw: bytes, names: Mapping[str, Any]) -> None:
        self._raw = raw
        self._known: list[Any] = []
        self._types = cache(lambda kind: _types(kind, names))

    def made(self, kind: Any, part: Any) -> Any:
        """What ``part`` of the JSON says, as a ``kind``."""
        origin, of = _parts(kind)
        if origin is None:
            return self._dataclass(kind, part) if is_dataclass(kind) else _simple(kind, part)
        if origin in (Union, UnionType):
            return None if part is None else self.made(_only(of), part)
        if origin is Literal:
            return _checked(part, part in of)
        if origin is tuple:
            return self._tuple(of, _checked(part, type(part) is list))
        if origin is np.ndarray:
            return self._array(part["at"], part["of"])
        key, value = of
        _checked(part, type(part) is dict)
        return {_simple(key, name): self.made(value, item) for name, item in part.items()}

    def _dataclass(self, kind: Any, part: Any) -> Any:
        if type(part) is dict:
            return _checked(again := self._known[part["again"]], type(again) is kind)
        place, types = len(self._known), self._types(kind)
        self._known.append(None)
        values = {
            name: self.made(of, value)
            for (name, of), value in zip(types.items(), part, strict=True)
        }
        made = self._known[place] = kind(**values)
        return made

    def _tuple(self, of: tuple[Any, ...], part: list[Any]) -> tuple[Any, ...]:
        if of[-1] is not Ellipsis:
            return tuple(self.made(kind, item) for kind, item in zip(of, part, strict=True))
        if of[0] is float:
            return tuple(_checked(part, all(type(item) in _FLOATS for item in part)))
        return tuple(self.made(of[0], item) for item in part)

    def _array(self, start: int, shape: list[int]) -> Any:
        count = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(self._raw, _ITEM, count, start).reshape(shape)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _parts(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(kind), get_args(kind)


def _types(kind: type, names: Mapping[str, Any]) -> dict[str, Any]:
    found = get_type_hints(kind, localns=dict(names))
    return {name: found[name] for name in _names(kind)}


def _only(kinds: tuple[Any, ...]) -> Any:
    """The type beside None in a union: of two there is no telling which."""
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    return kind


def _simple(kind: Any, part: Any) -> Any:
    if issubclass(kind, Enum):
        return kind(part)
    return _checked(part, type(part) in _FLOATS if kind is float else type(part) is kind)


def _checked(part: Any, fits: bool) -> Any:
    if not fits:
        raise TypeError(f"not a {part!r:.60}")
    return part
