"""What a host of one copy of a model looks like from this side."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol


class LostError(Exception):
    """A place is no more: it ended, was killed, or its machine is gone. The text says which."""


class Place(Protocol):
    """One copy of a model somewhere else. Made at once; the model loads in its own time.

    Futures hold JSON of :mod:`falloff.models.hosting.wire`, or a :class:`LostError`.
    """

    def facts(self) -> Future[str]:
        """Done once the model is loaded, or cannot be."""
        ...

    def reply(self, request: str) -> Future[str]:
        """The answer to a packed request."""
        ...

    def forget(self, conversation: str) -> None:
        """Nothing if the place is lost."""
        ...

    def close(self) -> None:
        """End it, whatever it does. May be called twice."""
        ...
