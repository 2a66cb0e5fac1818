"""The one interface behind which every model stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from falloff.core import Reply, Request


class Model(Protocol):
    """Anything that answers, one turn at a time."""

    @property
    def spec(self) -> str:
        """How the user named it (``micro:teacher``)."""
        ...

    @property
    def concurrency(self) -> int:
        """How many episodes are worth having in flight at once."""
        ...

    def describe(self) -> dict[str, Any]:
        """All that decides its answers, as JSON: weights' hash, decoding, template, versions.

        Goes into the run's manifest; two runs go on in one file only if it is equal. If the first
        answer to a probe (``Request.repeat`` 0) is decoded otherwise than its repeats, such as
        greedily, the key ``repeats`` says how those are; without it all are decoded alike.
        """
        ...

    async def reply(self, request: Request) -> Reply:
        """Answer one turn. Raises :class:`falloff.core.ModelError` if it cannot be asked."""
        ...

    def forget(self, conversation: str) -> None:
        """The episode of that name is over: anything kept for it may go."""
        ...

    async def close(self) -> None:
        """Let go of threads, connections and memory."""
        ...


def notes_of(model: Model) -> Sequence[str]:
    """Sentences on a model that its user should read, such as what it turned out not to take."""
    return getattr(model, "notes", ())
