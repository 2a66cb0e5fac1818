"""Sentences about a harbour town that have nothing to do with anybody's questions.

They hold no number, no name, no question and no instruction, so that they cannot change an answer;
those that share a word of meaning with an item are left out for it.
"""

from __future__ import annotations

import itertools
import random
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache

from falloff.core import child_rng

# English has about four characters a token.
CHARACTERS = 4
_COUNT = 4000
# Words of form, which may be shared.
_SHORT = 4

_WHO = """the ferry crew; the harbour office; a retired sailor; the lighthouse keeper;
the old chapel; the fish market; a visiting choir; the night porter; the gardening club;
the town archive; the cable car; a travelling clockmaker; the brass band; the village bakery;
the rowing society; the local museum; a landscape painter; the weather station; the print shop;
the botanical garden; the tram depot; a stamp collector; the theatre troupe; the stone quarry;
the puppet workshop; the wool merchant; the pottery studio; the river pilot; the bell foundry;
the chess circle"""
_DID = """repainted; admired; borrowed; described; restored; photographed; postponed; rearranged;
praised; catalogued; sketched; abandoned; polished; rediscovered; donated; dismantled; hid;
celebrated; inspected; forgot; decorated; mended; neglected; displayed"""
_WHAT = """its wooden shutters; a faded banner; the copper weathervane; an unfinished mural;
the gravel footpath; a velvet curtain; the ivy along the wall; an antique compass;
the mosaic floor; a crate of driftwood; the marble staircase; a dusty manuscript;
the slate rooftop; an ornate lantern; the willow hedge; a patched sail; the granite fountain;
a woven tapestry; the rusty anchor; a cracked barometer; the moss beside the steps;
a silk parasol; the iron railing; an embroidered cushion"""
_WHEN = """in early spring; during the long fog; after the autumn storm; before sunrise;
while the tide was out; under a pale sky; despite the drizzle; at the end of the season;
shortly after the festival; on a quiet afternoon; when the lamps were lit; in the heat of summer;
with great patience; without any hurry; to general amusement; as the custom demands"""


@dataclass(frozen=True)
class Sentences:
    """Sentences in an order, of which runs can be taken."""

    texts: tuple[str, ...]

    @cached_property
    def _twice(self) -> tuple[str, ...]:
        return self.texts * 2

    @cached_property
    def _ends(self) -> list[int]:
        """Characters up to the end of each, twice round, a space between two."""
        return list(itertools.accumulate(len(text) + 1 for text in self._twice))

    @property
    def tokens(self) -> int:
        """Of all of them together."""
        return sum(len(text) + 1 for text in self.texts) // CHARACTERS

    def run(self, tokens: float, rng: random.Random) -> str | None:
        """A run of at most so many tokens, and no more than a sentence fewer; none is repeated.

        None where there are too few.
        """
        if not self.texts:
            return None
        room = int(tokens) * CHARACTERS
        start = rng.randrange(len(self.texts))
        before = self._ends[start - 1] if start else 0
        stop = bisect_right(self._ends, before + room + 1)
        if stop - start > len(self.texts) or stop == start:
            return None
        return " ".join(self._twice[start:stop])


def neutral(words: frozenset[str]) -> Sentences:
    """Those that share no word of meaning with ``words``, which are without case."""
    return _without(frozenset(words & _vocabulary()))


@lru_cache(maxsize=512)
def _without(words: frozenset[str]) -> Sentences:
    return Sentences(tuple(text for text, own in _pool() if not own & words))


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset().union(*(own for _, own in _pool()))


@lru_cache(maxsize=1)
def _pool() -> tuple[tuple[str, frozenset[str]], ...]:
    """Sentences with their words of meaning, the same in every process."""
    parts = [[part.strip() for part in text.split(";")] for text in (_WHO, _DID, _WHAT, _WHEN)]
    rng = child_rng("filler sentences", 1)
    made: dict[str, None] = {}
    while len(made) < _COUNT:
        who, did, what, when = (" ".join(rng.choice(part).split()) for part in parts)
        made[f"{who[0].upper()}{who[1:]} {did} {what} {when}."] = None
    return tuple((text, _meaning(text)) for text in made)


def _meaning(text: str) -> frozenset[str]:
    words = (word.strip(".").casefold() for word in text.split())
    return frozenset(word for word in words if len(word) > _SHORT)
