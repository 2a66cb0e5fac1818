"""turns: the same words in one message or in several, a turn each."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.stressor import Stressor, labels
from falloff.probes.bench.variant import RejectedError, Variant

_COUNTS = (4, 2, 4, 8)
# A place where a text may be cut, the better ones first.
_SENTENCE = re.compile(r"(?<=[.!?。！？؟।])\s+|\n+")
_CLAUSE = re.compile(r"(?<=[,;:—–])\s+|\s+(?=(?:and|but|or|while|when|who|which|that)\s)")
_WORD = re.compile(r"\s+")
_ANY = re.compile(r"\S+")
# Words on each side of a cut within a sentence.
_LEAST = 2


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """1: in parts, but in one message, as the control; 2, 3, 4: in two, four, eight turns."""
    del rng, bench
    if variant.container or "```" in variant.text or re.search(r"^( {4}|\t)", variant.text, re.M):
        raise RejectedError("its lines belong together")
    if any(kept and re.search(r"\s", kept) for kept in variant.item.protected):
        raise RejectedError("a protected passage might be cut")
    parts = shards(variant, _COUNTS[dose - 1])
    return replace(variant, shards=("\n\n".join(parts),) if dose == 1 else parts)


def shards(variant: Variant, count: int) -> tuple[str, ...]:
    """The message in so many parts, options and what follows them in one; all words in order."""
    end = "\n".join(variant.lines) + variant.tail + variant.suffix if variant.lines else ""
    start = variant.text.removesuffix(end) if end else variant.text
    pieces = _pieces(start, count - bool(end))
    return (*_grouped(pieces, count - bool(end)), *([end.strip()] if end else []))


def _pieces(text: str, least: int) -> list[str]:
    pieces = [piece for piece in _SENTENCE.split(text) if piece.strip()]
    while len(pieces) < least:
        longest = max(range(len(pieces)), key=lambda i: len(pieces[i].split()))
        pieces[longest : longest + 1] = _halved(pieces[longest])
    return pieces


def _halved(piece: str) -> tuple[str, str]:
    """Cut near the middle, at the end of a clause if there is one."""
    words = [word.span() for word in _ANY.finditer(piece)]
    if len(words) < 2 * _LEAST:
        raise RejectedError("too short for so many parts")
    first, last = words[_LEAST - 1][1], words[-_LEAST][0]
    for places in (_CLAUSE, _WORD):
        cuts = [c for c in places.finditer(piece) if first <= c.start() and c.end() <= last]
        if cuts:
            cut = min(cuts, key=lambda c: abs(c.start() - len(piece) / 2))
            return piece[: cut.start()], piece[cut.end() :]
    raise RejectedError("too short for so many parts")


def _grouped(pieces: list[str], count: int) -> list[str]:
    """``count`` runs of pieces, about equally long; a piece is never cut."""
    total = sum(map(len, pieces))
    groups: list[list[str]] = [[]]
    said = 0
    for i, piece in enumerate(pieces):
        left = len(pieces) - i
        full = said >= total * len(groups) / count
        if groups[-1] and len(groups) < count and (full or left <= count - len(groups)):
            groups.append([])
        groups[-1].append(piece)
        said += len(piece)
    return [" ".join(group) for group in groups]


TURNS = Stressor(
    axis=labels(
        "turns", "shards", "the prompt in several turns, the same words in the same order",
        "whole", "in parts, one message", "2 turns", "4 turns", "8 turns",
    ),
    stress=stress,
    order=90,
    gold="INV",
    rule="the same words in the same order",
)  # fmt: skip
