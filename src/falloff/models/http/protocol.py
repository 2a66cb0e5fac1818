"""What the two protocols are to the rest of the client, and what both need to read hostile JSON."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from falloff.core import Reply, Request, ToolCall
from falloff.models.http.settings import Settings

# Nobody counts more; what an endpoint says of itself must fit the run file.
_MOST_TOKENS = 10**12

# Things that an endpoint may turn out not to take, found out once.
SEED, LOGPROBS, MAX_TOKENS, RAW_CALLS = "seed", "logprobs", "max_tokens", "raw calls"


class GarbledError(Exception):
    """An answer that is none: what it lacks, in a few words."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A reply, and what the protocol wants back with it in the next turn (None for nothing)."""

    reply: Reply
    keepsake: Any = None


class Protocol(typing.Protocol):
    """One protocol: words requests, reads answers. Knows no network and holds no state."""

    @property
    def name(self) -> str: ...

    @property
    def own(self) -> str:
        """The provider's own address."""
        ...

    @property
    def variable(self) -> str:
        """The environment variable that holds the provider's key."""
        ...

    @property
    def path(self) -> str: ...

    def base(self, address: str) -> str:
        """The base that is meant by an address."""
        ...

    def check(self, settings: Settings) -> None:
        """Raise :class:`falloff.core.UsageError` for settings that the protocol has no word for."""
        ...

    def headers(self, key: str | None) -> dict[str, str]: ...

    def body(
        self,
        model: str,
        request: Request,
        settings: Settings,
        *,
        lacks: frozenset[str],
        keepsakes: Mapping[int, Any],
    ) -> dict[str, Any]:
        """The request as JSON, without what the endpoint ``lacks``.

        ``keepsakes``: by number of the assistant's turn.
        """
        ...

    def read(self, answer: dict[str, Any], request: Request) -> Said:
        """Raises :class:`GarbledError` for what is no answer."""
        ...


def tokens(usage: Any, *path: str) -> int:
    """The count at ``path``, 0 where there is none or it cannot be."""
    for name in path:
        usage = usage.get(name) if isinstance(usage, dict) else None
    counted = isinstance(usage, int | float) and not isinstance(usage, bool)
    return int(usage) if counted and 0 <= usage <= _MOST_TOKENS else 0


def distinct(calls: Sequence[ToolCall], request: Request) -> tuple[ToolCall, ...]:
    """Calls with ids that no other call of the conversation has: results go by them."""
    used = {call.id for message in request.messages for call in message.tool_calls}
    named = []
    for number, call in enumerate(calls):
        identity = call.id
        while not identity or identity in used:
            identity = f"{identity or 'call'}_{len(request.messages)}_{number}"
        used.add(identity)
        named.append(ToolCall(id=identity, name=call.name, arguments=call.arguments))
    return tuple(named)
