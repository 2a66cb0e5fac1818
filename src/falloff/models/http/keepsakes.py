"""What a provider wants back with the model's earlier turns, such as signed thinking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from falloff.core import Request

# Conversations that are held at once; who never forgets any loses the oldest.
_MOST_CONVERSATIONS = 10_000


class Keepsakes:
    """By conversation, and in it by the number of the assistant's turn, earlier ones counted."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[int, Any]] = {}

    def of(self, request: Request) -> Mapping[int, Any]:
        """What goes with the turns of a request."""
        return self._kept.get(request.conversation, {})

    def keep(self, request: Request, keepsake: Any) -> None:
        """``keepsake`` came with the reply to a request."""
        turn = sum(message.role == "assistant" for message in request.messages)
        earlier = {n: kept for n, kept in self.of(request).items() if n < turn}
        self._kept[request.conversation] = {**earlier, turn: keepsake}
        if len(self._kept) > _MOST_CONVERSATIONS:
            del self._kept[next(iter(self._kept))]

    def forget(self, conversation: str) -> None:
        self._kept.pop(conversation, None)
