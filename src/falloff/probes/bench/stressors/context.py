"""distractors, distractors_same_topic and needle_depth: text beside the question, not about it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from falloff.core import Axis, child_rng
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.filler import Sentences, neutral
from falloff.probes.bench.form_words import FORM_WORDS
from falloff.probes.bench.item import Item
from falloff.probes.bench.protect import (
    ABOUT_THE_TEXT,
    NUMBER_WORDS,
    all_words,
    answer_words,
    item_words,
)
from falloff.probes.bench.stressor import Stressor, doses, labels
from falloff.probes.bench.variant import RejectedError, Variant

BEFORE = "Notes from other files, which happen to be here:\n\n"
TASK = "\n\nThe task:\n\n"
# The length of the text in which the question stands at some depth, in tokens.
HAYSTACK = 2048
_DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
# Sentences of other items that are looked at for one.
_MOST = 3000
# Items by which it is seen how much there is to draw on.
_PROBED = 20
_SENTENCE = re.compile(r"[^.!?\n]{20,400}\.(?=\s|$)")
# Statements that speak of something outside themselves might be taken to speak of the item.
_REFERS = re.compile(
    r"\b(?:answer|question|option|choose|following|above|below|correct|if|you|your|each|total"
    r"|it|its|itself|he|him|his|she|her|hers|they|them|their|theirs|this|that|these|those|there|here"
    r"|then|also|too|another|others?|same|latter|former|such|so|both|we|us|our|i|my|me)\b",
    re.IGNORECASE,
)


def distract(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del bench
    return _noted(variant, _neutral(variant).run(dose, rng))


def distract_same_topic(
    variant: Variant, dose: int, rng: random.Random, bench: Benchmark
) -> Variant:
    _standing_alone(variant)
    return _noted(variant, of_the_same_topic(variant.item, bench).run(dose, rng))


def bury(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """The question between sentences: the whole always equally long, but for part of a sentence."""
    del bench
    depth = _DEPTHS[dose - 1]
    text = _neutral(variant).run(HAYSTACK, rng)
    if text is None:
        raise RejectedError("too little text that has nothing to do with it")
    at = _boundary(text, depth)
    before, after = text[:at].rstrip(), text[at:].lstrip()
    return variant.within(f"{before}\n\n" if before else "", f"\n\n{after}" if after else "")


def _boundary(text: str, depth: float) -> int:
    """The end of a sentence, the nearest one before that share of the text."""
    if depth >= 1:
        return len(text)
    return text.rfind(". ", 0, int(depth * len(text)) + 1) + 1


def _noted(variant: Variant, text: str | None) -> Variant:
    if text is None:
        raise RejectedError("too little text that has nothing to do with it")
    return variant.within(f"{BEFORE}{text}{TASK}")


def _neutral(variant: Variant) -> Sentences:
    _standing_alone(variant)
    return neutral(item_words(variant.item))


def _standing_alone(variant: Variant) -> None:
    if ABOUT_THE_TEXT.search(variant.plain):
        raise RejectedError("it asks about the text itself")


@lru_cache(maxsize=1024)
def of_the_same_topic(item: Item, bench: Benchmark) -> Sentences:
    """Statements of other items of its subject that share no name, quantity or answer with it."""
    own_words = item_words(item)
    answers = " ".join((*item.answers, *(item.options.texts if item.options else ())))
    names, numbers = _names(item.prompt), _numbers(f"{item.prompt} {answers}")
    special = answer_words(item) - FORM_WORDS
    return Sentences(
        tuple(
            text
            for other, text, its_names, its_numbers, words in _statements(bench, item.group)
            if other != item.id
            and not names & its_names
            and not numbers & its_numbers
            and not special & words
            and not words <= own_words
        )
    )


@lru_cache(maxsize=256)
def _statements(
    bench: Benchmark, group: str
) -> tuple[tuple[str, str, frozenset[str], frozenset[str], frozenset[str]], ...]:
    found: dict[str, str] = {}
    for item in bench.of_group[group]:
        for text in _SENTENCE.findall(item.prompt):
            statement = text.strip()
            if not _REFERS.search(statement):
                found.setdefault(statement, item.id)
    chosen = list(found.items())
    child_rng("statements", group).shuffle(chosen)
    return tuple(
        (item, text, _names(text), _numbers(text), frozenset(map(str.casefold, all_words(text))))
        for text, item in chosen[:_MOST]
    )


def _names(text: str) -> frozenset[str]:
    """Words with a capital, but those of form."""
    return _casefolded(w for w in all_words(text) if w[0].isupper()) - FORM_WORDS


def _numbers(text: str) -> frozenset[str]:
    words = _casefolded(all_words(text)) & NUMBER_WORDS
    return words | frozenset(re.findall(r"\d+", text))


def _casefolded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _same_topic_axis(bench: Benchmark) -> Axis:
    """As far as the benchmark has other statements, for half of a few of its items."""
    axis = SAME_TOPIC.axis
    some = child_rng("same topic").sample(bench.items, min(len(bench.items), _PROBED))
    rooms = sorted(of_the_same_topic(item, bench).tokens for item in some)
    levels = tuple(level for level in axis.levels if level <= rooms[len(rooms) // 2])
    return replace(axis, levels=levels if len(levels) > 1 else axis.levels[:2])


def _one_subject(bench: Benchmark) -> str | None:
    return None if len(bench.items) > 1 else "there is no other item"


DISTRACTORS = Stressor(
    axis=doses(
        "distractors", "tokens", "sentences on another topic before the question, four characters"
        " a token", 0, 128, 512, 2048, 8192,
    ),
    stress=distract,
    order=60,
    gold="INV",
    rule="no name, number or word of meaning is shared with the item",
)  # fmt: skip
SAME_TOPIC = Stressor(
    axis=doses(
        "distractors_same_topic", "tokens", "statements of other items before the question, four"
        " characters a token", 0, 128, 512, 2048,
    ),
    stress=distract_same_topic,
    order=60,
    gold="INV",
    rule="no name, quantity or word of the answer is shared with the item",
    lacks=_one_subject,
    axis_of=_same_topic_axis,
)  # fmt: skip
NEEDLE = Stressor(
    axis=labels(
        "needle_depth", "depth", f"where the question stands in {HAYSTACK} tokens of other text",
        "alone", "0 %", "25 %", "50 %", "75 %", "100 %",
    ),
    stress=bury,
    order=60,
    gold="INV",
    rule="the question stands verbatim inside, the whole is always equally long",
)  # fmt: skip
