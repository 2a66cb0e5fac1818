"""Names for things that can be looked up, with what they were registered with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from falloff.core.errors import UnknownNameError, UsageError

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Entry(Generic[T]):
    """A registered thing: its name, its version, and the parameters it was registered with."""

    name: str
    version: int
    value: T
    parameters: dict[str, Any] = field(default_factory=dict)


class Registry(Generic[T]):
    """A table of named things of one kind.

    ``register`` is a decorator: ``@FAMILIES.register("chain", version=2, dialect="micro")``. It
    keeps name, version and parameters, so that a run's manifest can say exactly what it used.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, Entry[T]] = {}

    def register(self, name: str, *, version: int = 1, **parameters: Any) -> Callable[[T], T]:
        """Register the decorated thing. Raises :class:`UsageError` if the name is taken."""

        def keep(value: T) -> T:
            if name in self._entries:
                raise UsageError(
                    f"The {self.what} '{name}' is registered twice.", remedy="Rename one of them."
                )
            self._entries[name] = Entry(
                name=name, version=version, value=value, parameters=parameters
            )
            return value

        return keep

    def forget(self, name: str) -> None:
        """Take an entry out again, so that its name is free."""
        del self._entries[name]

    def entry(self, name: str) -> Entry[T]:
        """The entry of that name. Raises :class:`UnknownNameError` with a suggestion."""
        if name not in self._entries:
            raise UnknownNameError(self.what, name, self._entries)
        return self._entries[name]

    def __getitem__(self, name: str) -> T:
        return self.entry(name).value

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
