"""typos: slips of the keyboard in plain words, never one that is another word."""

from __future__ import annotations

import importlib.util
import random
from dataclasses import replace
from functools import lru_cache

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.dictionary import english
from falloff.probes.bench.protect import (
    LETTERS_MATTER,
    Span,
    answer_words,
    protected_spans,
    words_outside,
)
from falloff.probes.bench.stressor import Stressor, doses
from falloff.probes.bench.variant import RejectedError, Variant

# Shorter words are too easily other words.
_SHORTEST = 4
_TRIES = 12
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    """Keys beside each other on a QWERTY keyboard, each row half a key to the right."""
    at = {key: (x + y / 2, y) for y, row in enumerate(_ROWS) for x, key in enumerate(row)}
    return {
        key: "".join(k for k, (a, b) in at.items() if k != key and abs(a - x) <= 1 >= abs(b - y))
        for key, (x, y) in at.items()
    }


NEIGHBOURS = _neighbours()


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """Misspell ``dose`` per cent of the eligible words, on average exactly so many."""
    del bench
    text = variant.stem
    if LETTERS_MATTER.search(variant.plain):
        raise RejectedError("letters matter in it")
    places = eligible(text, variant.item.protected, answer_words(variant.item))
    if not places:
        raise RejectedError("no word that may be misspelt")
    wanted = dose / 100 * len(places)
    count = int(wanted) + (rng.random() < wanted % 1)
    taken = {text[low:high] for low, high in places}
    parts, end = [], 0
    for low, high in sorted(rng.sample(places, count)):
        parts += [text[end:low], misspelt(text[low:high], taken, rng)]
        end = high
    return replace(variant, stem="".join([*parts, text[end:]]))


@lru_cache(maxsize=4096)
def eligible(text: str, kept: tuple[str, ...], special: frozenset[str]) -> tuple[Span, ...]:
    """Places of plain English words: in lower case, in no protected span, none of the answer's."""
    known = english()
    return tuple(
        (low, high)
        for low, high in words_outside(text, protected_spans(text, kept))
        if high - low >= _SHORTEST
        and (word := text[low:high]).isascii()
        and word.isalpha()
        and word in known
        and word not in special
    )


def misspelt(word: str, taken: set[str], rng: random.Random) -> str:
    """The word with one slip; a slip that gives another word is tried again in another place."""
    known = english()
    for _ in range(_TRIES):
        slipped = _slip(word, rng)
        if slipped != word and slipped not in known and slipped not in taken:
            return slipped
    # No word has the same letter three times in a row.
    return f"{word[:2]}{word[1] * 2}{word[2:]}"


def _slip(word: str, rng: random.Random) -> str:
    """The first letter stays, by which people read."""
    at = rng.randrange(1, len(word))
    match rng.randrange(4):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + word[at] + word[at:]
        case 2 if at + 1 < len(word):
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice(NEIGHBOURS[word[at]]) + word[at + 1 :]


def _lacks(bench: Benchmark) -> str | None:
    del bench
    if importlib.util.find_spec("spellchecker"):
        return None
    return "it needs the word list of: pip install 'falloff[bench]'"


TYPOS = Stressor(
    axis=doses(
        "typos", "% of words", "plain words misspelt, never into another word", 0, 2, 5, 10, 20
    ),
    stress=stress,
    order=20,
    gold="INV",
    rule="numbers, names, code, quotes, options and the answer's words stay",
    lacks=_lacks,
)
