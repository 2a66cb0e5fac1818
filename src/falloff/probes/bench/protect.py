"""What no stressor may touch: numbers, units, names, code, quotes, and the answer's words.

Careful rather than complete: a plain word that is taken for a name stays as it is, and does no
harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from falloff.probes.bench.item import Item

NUMBER_WORDS = frozenset(
    [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "millions",
        "billion",
        "billions",
        "dozen",
        "dozens",
        "half",
        "halves",
        "third",
        "thirds",
        "quarter",
        "quarters",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "first",
        "second",
        "twice",
        "thrice",
        "double",
        "triple",
        "single",
        "pair",
        "pairs",
        "couple",
        "both",
        "each",
        "every",
        "none",
        "per",
        "percent",
    ]
)
# In order: the first that matches at a place is taken.
_PIECES = re.compile(
    r"""
      ```.*?(?:```|\Z)                                  # fenced code
    | `[^`\n]+`
    | ^(?:\ {4}|\t)\S[^\n]*$                            # indented code
    | ^[^\n]{0,400}(?:[{};]|==|=>|->|::)[ \t]*$
    | ^[ \t]*(?:def|class|import|from|return|print|for|if|while)\b[^\n]*[:(=][^\n]*$
    | \$\$[^$]+\$\$ | \$[^$\n\d][^$\n]*\$ | \\[A-Za-z]+(?:\{[^{}]*\})*    # formulas
    | "[^"\n]{1,600}" | “[^”]{1,600}” | «[^»]{1,600}» | „[^“”]{1,600}[“”] | 「[^」]{1,600}」
    | (?<!\w)'[^'\n]{1,200}'(?!\w) | (?<!\w)‘[^’\n]{1,200}’(?!\w)
    | <[^<>\n]{1,200}>                                  # tags
    | (?<!\S)\S{0,200}(?:://|@|\\|\w/\w|\w_\w)\S{0,200}        # addresses, paths, names in code
    | [^\s\w]?[-+−]?\d[\d.,:/×^%‰°-]*(?:\s?[^\W\d_]{1,30})? # a number and its unit
    | (?<!\S)\S{0,40}\d\S{0,40}
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Questions in which letters or their case are what is asked about.
LETTERS_MATTER = re.compile(
    r"\b(?:letters?|spell\w*|misspel\w*|alphabet\w*|rhym\w*|vowels?|consonants?|syllab\w*|anagram\w*"
    r"|initials?|acronym\w*|palindrom\w*|characters? in|typos?|capital letters?|upper-?case"
    r"|lower-?case|capitali[sz]\w*|punctuation|grammar\w*|proofread\w*|(?:begin|start|end)s? with"
    r"|abbreviat\w*|prefix\w*|suffix\w*|case-sensitive|words? (?:in|are|does)|how many words)\b",
    re.IGNORECASE,
)
# Questions about the text itself, to which nothing can be added.
ABOUT_THE_TEXT = re.compile(
    r"\b(?:this|the) (?:prompt|message|conversation|whole text|entire text)\b"
    r"|\bhow many (?:words|sentences|lines|paragraphs)\b|\b(?:summari[sz]e|translate|count the)\b",
    re.IGNORECASE,
)

Span = tuple[int, int]


@lru_cache(maxsize=4096)
def protected_spans(text: str, further: tuple[str, ...] = ()) -> tuple[Span, ...]:
    """Places that stay as they are, ascending, none overlapping; ``further`` are the user's."""
    spans = [found.span() for found in _PIECES.finditer(text) if found.group().strip()]
    spans += [word.span() for word in _WORD.finditer(text) if is_special(word.group())]
    for kept in filter(None, further):
        spans += [found.span() for found in re.finditer(re.escape(kept), text)]
    return tuple(_merged(spans))


def is_special(word: str) -> bool:
    """A name or an abbreviation, since it has a capital; or a number."""
    return any(map(str.isupper, word)) or word.casefold() in NUMBER_WORDS


def words_outside(text: str, spans: Iterable[Span]) -> list[Span]:
    """Places of the words that lie outside all spans."""
    kept = list(spans)
    found, i = [], 0
    for word in _WORD.finditer(text):
        while i < len(kept) and kept[i][1] <= word.start():
            i += 1
        if i == len(kept) or word.end() <= kept[i][0]:
            found.append(word.span())
    return found


@lru_cache(maxsize=8192)
def answer_words(item: Item) -> frozenset[str]:
    """The words of its answers and options, without case."""
    texts = (*item.answers, *(item.options.texts if item.options else ()))
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


@lru_cache(maxsize=8192)
def item_words(item: Item) -> frozenset[str]:
    """All words of its messages and options, without case."""
    texts = (item.prompt, *(message.content for message in item.before))
    words = {word.casefold() for text in texts for word in _WORD.findall(text)}
    return frozenset(words | answer_words(item))


def all_words(text: str) -> list[str]:
    """The words of a text as they stand."""
    return _WORD.findall(text)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low < merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return merged
