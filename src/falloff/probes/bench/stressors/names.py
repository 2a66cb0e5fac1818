"""name_swap: people by other names, the same in question, options and answer."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import replace

from falloff.core import Message
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.form_words import FORM_WORDS
from falloff.probes.bench.given_names import HE, SHE
from falloff.probes.bench.protect import LETTERS_MATTER, item_words
from falloff.probes.bench.stressor import Stressor, labels
from falloff.probes.bench.variant import RejectedError, Variant

_GIVEN = re.compile(rf"\b(?:{'|'.join(sorted((*SHE, *HE), key=len, reverse=True))})\b")
# A name beside another word with a capital may be somebody whom everybody knows.
_CAPITAL_BEFORE = re.compile(r"(\b[A-Z][\w.'’-]*)[ \n]$")
_CAPITAL_AFTER = re.compile(r"[ -]([A-Z][\w'’]*)")


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """1: one name; 2: all of them."""
    del bench
    texts = (
        variant.stem,
        variant.tail,
        *(option.text for option in variant.shown),
        *(message.content for message in variant.before),
    )
    if LETTERS_MATTER.search(variant.plain):
        raise RejectedError("letters matter in it")
    found = swappable(texts)
    if not found:
        raise RejectedError("no name that may be another")
    chosen = found if dose > 1 else [rng.choice(found)]
    new = _drawn(chosen, item_words(variant.item), rng)
    swap = _Swapper(new)
    if (
        variant.item.scoring.rule in ("regex", "function")
        and swap(variant.answers[0]) != (variant.answers[0])
    ):
        raise RejectedError("the answer has a name, and its scoring cannot follow")
    if any(kept != swap(kept) for kept in variant.item.protected):
        raise RejectedError("no name that may be another")
    return replace(
        variant,
        stem=swap(variant.stem),
        tail=swap(variant.tail),
        shown=tuple(replace(option, text=swap(option.text)) for option in variant.shown),
        before=tuple(_renamed(message, new) for message in variant.before),
        answers=tuple(map(swap, variant.answers)),
    )


def swappable(texts: tuple[str, ...]) -> list[str]:
    """Given names that stand alone wherever they stand, in the order in which they are met."""
    alone: dict[str, bool] = {}
    for text in texts:
        for found in _GIVEN.finditer(text):
            before = _CAPITAL_BEFORE.search(text[max(0, found.start() - 30) : found.start()])
            after = _CAPITAL_AFTER.match(text, found.end())
            beside = (before and before[1].lower() not in FORM_WORDS) or after
            alone[found.group()] = alone.get(found.group(), True) and not beside
    return [name for name, is_alone in alone.items() if is_alone]


def _drawn(names: list[str], taken: frozenset[str], rng: random.Random) -> Mapping[str, str]:
    """Other names of the same pronoun, none of which the item has, no two alike."""
    new: dict[str, str] = {}
    for name in names:
        kind = SHE if name in SHE else HE
        free = [n for n in kind if n.casefold() not in taken and n not in new.values()]
        new[name] = rng.choice(free)
    return new


class _Swapper:
    def __init__(self, new: Mapping[str, str]) -> None:
        self._new = new
        self._names = re.compile(rf"\b(?:{'|'.join(new)})\b")

    def __call__(self, text: str) -> str:
        return self._names.sub(lambda found: self._new[found.group()], text)


def _renamed(message: Message, new: Mapping[str, str]) -> Message:
    return replace(message, content=_Swapper(new)(message.content))


NAMES = Stressor(
    axis=labels("name_swap", "names", "people by other names", "none", "one", "all"),
    stress=stress,
    order=10,
    gold="REC",
    rule="everywhere, none that is there already, the answer with them",
)
