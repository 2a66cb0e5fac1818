"""case_space_punctuation: the same letters, carelessly typed."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.form_words import FORM_WORDS
from falloff.probes.bench.protect import (
    LETTERS_MATTER,
    answer_words,
    protected_spans,
    words_outside,
)
from falloff.probes.bench.stressor import Stressor, doses
from falloff.probes.bench.variant import RejectedError, Variant

_FIRST = re.compile(r"(?:^|(?<=[.!?]\s)|(?<=\n))[A-Z][a-z]*\b")
_GAP = re.compile(r"(?<=[^\s]) (?=[^\s])")
_END = re.compile(r"(?<=\w)[?!](?=\s|$)")
_SHARE = 0.3

Edit = tuple[int, int, str]


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """1: wide spaces; 2: also sentences without a capital; 3: also words in capitals, end marks
    twice."""
    del bench
    item, text = variant.item, variant.stem
    if item.scoring.rule in ("exact", "regex", "function"):
        raise RejectedError("its scoring may mind case")
    if LETTERS_MATTER.search(variant.plain):
        raise RejectedError("letters matter in it")
    kept = (*item.protected, *item.answers, *(item.options.texts if item.options else ()))
    spans = protected_spans(text, kept)
    # A word at the start of a sentence is protected since it might be a name; these are none.
    edits = [edit for find in _FINDERS[:dose] for edit in find(text, rng)]
    ends = [high for _, high in spans]
    free = [edit for edit in edits if not _touches(edit, spans, ends)]
    starts = [e for e in _uncapitalised(text) if dose > 1 and text[e[0] : e[1]] not in kept]
    special = answer_words(item)
    shouted = _shouted(text, spans, special, rng) if dose > 2 else []
    changed = _applied(text, [*free, *starts, *shouted])
    if changed == text:
        raise RejectedError("nothing that may change its case or spacing")
    return replace(variant, stem=changed)


def _touches(edit: Edit, spans: tuple[tuple[int, int], ...], ends: list[int]) -> bool:
    """Whether it reaches into a span: into the first that ends behind where it begins."""
    at = bisect_right(ends, edit[0])
    return at < len(spans) and spans[at][0] < edit[1]


def _wide(text: str, rng: random.Random) -> list[Edit]:
    gaps = [found.span() for found in _GAP.finditer(text)]
    chosen = rng.sample(gaps, max(1, int(_SHARE * len(gaps)))) if gaps else []
    return [(low, high, "  ") for low, high in chosen]


def _none(text: str, rng: random.Random) -> list[Edit]:
    del text, rng
    return []


def _twice(text: str, rng: random.Random) -> list[Edit]:
    del rng
    return [(*found.span(), found.group() * 2) for found in _END.finditer(text)]


_FINDERS: tuple[Callable[[str, random.Random], list[Edit]], ...] = (_wide, _none, _twice)


def _uncapitalised(text: str) -> list[Edit]:
    """Words of form at the start of a sentence, in lower case."""
    return [
        (*found.span(), found.group().lower())
        for found in _FIRST.finditer(text)
        if found.group().lower() in FORM_WORDS and found.group() != "I"
    ]


def _shouted(
    text: str,
    spans: tuple[tuple[int, int], ...],
    special: frozenset[str],
    rng: random.Random,
) -> list[Edit]:
    words = [
        (low, high)
        for low, high in words_outside(text, spans)
        if (word := text[low:high]).islower() and word.isascii() and word not in special
    ]
    chosen = rng.sample(words, int(_SHARE * len(words)))
    return [(low, high, text[low:high].upper()) for low, high in chosen]


def _applied(text: str, edits: list[Edit]) -> str:
    parts, end = [], 0
    for low, high, new in sorted(edits):
        if low >= end:
            parts += [text[end:low], new]
            end = high
    return "".join([*parts, text[end:]])


SURFACE = Stressor(
    axis=doses(
        "case_space_punctuation",
        "degrees of carelessness",
        "wide spaces, lost and odd capitals, end marks twice",
        *(0, 1, 2, 3),
    ),
    stress=stress,
    order=21,
    gold="INV",
    rule="the same letters in the same order; code, names and the answer's words stay",
)
