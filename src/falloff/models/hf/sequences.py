"""Sequences whose keys and values are at hand, and which of them a new prompt begins like.

Found by hashes of their beginnings, a block of tokens at a time, and compared token by token then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from falloff.models.hf.slots import Kept

# Tokens of a block. Shorter beginnings are computed anew, which takes no longer than to copy them.
BLOCK = 16
# Sequences put by at the most: each costs the search a little, however short it is.
_MOST_KEPT = 256


@dataclass(kw_only=True, eq=False)
class Computed:
    """The first ``count`` of ``tokens`` are computed: in ``slot`` or, put by, in ``kept``."""

    tokens: list[int]
    conversation: str
    count: int = 0
    slot: int | None = None
    kept: Kept | None = None
    blocks: list[int] = field(default_factory=list)

    def shared(self, prompt: Sequence[int]) -> int:
        """How many tokens of the prompt are computed here."""
        most = min(self.count, len(prompt))
        if self.tokens[:most] == prompt[:most]:
            return most
        pairs = zip(self.tokens[:most], prompt, strict=False)
        return next(i for i, (old, new) in enumerate(pairs) if old != new)


class Library:
    """Sequences by conversation and by beginning. Those put by hold ``most`` tokens together.

    Of these the conversations that are over go first, and the longest unused of each kind.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._by_block: dict[int, Computed] = {}
        self._open: OrderedDict[str, Computed] = OrderedDict()
        self._over: OrderedDict[int, Computed] = OrderedDict()
        self._held = 0

    def find(self, wanted: Computed) -> tuple[Computed | None, int]:
        """The sequence that has most of the beginning of ``wanted``, and how many tokens."""
        own = self._open.get(wanted.conversation)
        best, count = own, own.shared(wanted.tokens) if own else 0
        other = None
        for block in wanted.blocks:
            if block not in self._by_block:
                break
            other = self._by_block[block]
        if other is not None and (shared := other.shared(wanted.tokens)) > count:
            best, count = other, shared
            if id(other) in self._over:
                self._over.move_to_end(id(other))
        return (best, count) if count >= BLOCK else (None, 0)

    def own(self, conversation: str) -> Computed | None:
        """What was put by of a conversation."""
        return self._open.get(conversation)

    def list(self, sequence: Computed) -> None:
        """Let others find its beginning."""
        self._by_block.update(dict.fromkeys(sequence.blocks, sequence))

    def drop(self, sequence: Computed) -> None:
        """Its tokens are not at hand any more."""
        for block in sequence.blocks:
            if self._by_block.get(block) is sequence:
                del self._by_block[block]
        if sequence.kept is not None:
            self._held -= sequence.count
        sequence.kept, sequence.count, sequence.slot = None, 0, None
        if self._open.get(sequence.conversation) is sequence:
            del self._open[sequence.conversation]
        self._over.pop(id(sequence), None)

    def put_by(self, sequence: Computed, kept: Kept) -> None:
        """It left its slot, and its tokens are kept."""
        if old := self._open.get(sequence.conversation):
            self.drop(old)
        sequence.kept, sequence.slot = kept, None
        self._open[sequence.conversation] = sequence
        self._held += sequence.count
        sequence.blocks = blocks_of(sequence.tokens[: sequence.count])
        self.list(sequence)
        while self._held > self.most or len(self._open) + len(self._over) > _MOST_KEPT:
            self.drop(next(iter((self._over or self._open).values())))

    def forget(self, conversation: str) -> None:
        """It is over; as a beginning for others it stays while there is room."""
        if sequence := self._open.pop(conversation, None):
            self._over[id(sequence)] = sequence

    def clear(self) -> None:
        """Let go of all that was put by."""
        for sequence in [*self._over.values(), *self._open.values()]:
            self.drop(sequence)

    def __len__(self) -> int:
        return len(self._open) + len(self._over)


def blocks_of(tokens: Sequence[int]) -> list[int]:
    """A hash for each whole block, of all tokens up to its end."""
    found, value = [], 0
    for end in range(BLOCK, len(tokens) + 1, BLOCK):
        value = hash((value, *tokens[end - BLOCK : end]))
        found.append(value)
    return found
