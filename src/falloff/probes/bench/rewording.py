"""Whether a text that a model wrote in place of another still asks the same, as far as rules see.

Every number and every "not" must stand in it as often as before; names, quotations, code and the
user's protected spans must be there; a question stays one; an answer or an option is, if it was
before, and not else. What meaning it has beyond that, no rule sees.
"""

from __future__ import annotations

import re
from collections import Counter

from falloff.probes.answers.refusals import refusal
from falloff.probes.answers.thinking import without_thinking
from falloff.probes.bench.form_words import FORM_WORDS
from falloff.probes.bench.given_names import HE, SHE
from falloff.probes.bench.item import Item
from falloff.probes.bench.protect import NUMBER_WORDS, all_words, protected_spans
from falloff.probes.bench.scoring import normal
from falloff.probes.bench.variant import RejectedError

OPEN, CLOSE = "<rewording>", "</rewording>"
# How much shorter or longer a rewording may be.
_SHORTEST, _LONGEST = 0.4, 2.5
_NUMBER = re.compile(r"\d(?:[\d.,:/]*\d)?")
# Words of number that come and go where a sentence is turned.
_COUNTED = NUMBER_WORDS - {"one", "each", "every", "both", "per", "none", "single", "pair", "pairs"}
_NEGATIONS = frozenset({"not", "no", "never", "nor", "neither", "except", "without", "unless"})
# Tags around a task and its rewording, which small models copy.
_OURS = re.compile(r"</?(?:task|rewording)>")
_SENTENCE_ENDS = re.compile(r"(?:\A|[.!?:]|\n)[\s\"'“‘(*>-]*\Z")


def rewording_in(reply: str) -> str:
    """What stands between the tags. Raises :class:`RejectedError` where nothing does."""
    said = without_thinking(reply)
    _, opened, rest = said.partition(OPEN)
    inside, closed, _ = rest.partition(CLOSE)
    if opened and closed and inside.strip():
        return inside.strip()
    raise RejectedError("the paraphraser declined" if refusal(said) else "no rewording to be read")


def check_rewording(before: str, after: str, item: Item) -> None:
    """Raises :class:`RejectedError` for what is not a rewording by the rule."""
    if normal(before) == normal(after):
        raise RejectedError("the rewording is the same")
    if not _SHORTEST <= len(after) / max(len(before), 1) <= _LONGEST:
        raise RejectedError("the rewording is far shorter or longer")
    if refusal(after):
        raise RejectedError("the paraphraser declined")
    if "?" in before and "?" not in after:
        raise RejectedError("the rewording asks no question")
    if _OURS.search(after) and not _OURS.search(before):
        raise RejectedError("the rewording repeats our tags")
    if _numbers(before) != _numbers(after):
        raise RejectedError("the rewording has other numbers")
    if _negations(before) != _negations(after):
        raise RejectedError("the rewording negates otherwise")
    if any(span not in after for span in _kept(before, item)):
        raise RejectedError("the rewording lost a name, a quotation, code or a protected span")
    options = item.options.texts if item.options else ()
    for text in (*item.answers, *options):
        if _occurs(text, before) != _occurs(text, after):
            raise RejectedError("the rewording gives or loses an answer")


def _numbers(text: str) -> Counter[str]:
    words = (word.casefold() for word in all_words(text))
    return Counter([*_NUMBER.findall(text), *(word for word in words if word in _COUNTED)])


def _negations(text: str) -> int:
    words = [word.casefold().replace("’", "'") for word in all_words(text)]
    return sum(word in _NEGATIONS or word.endswith("n't") for word in words)


def _kept(text: str, item: Item) -> set[str]:
    """What must be there again: all that is protected, but for what only a sentence's start is."""
    return {
        text[low:high]
        for low, high in protected_spans(text, item.protected)
        if not _free(text, low, high) and not _NUMBER.search(text[low:high])
    } | {kept for kept in item.protected if kept in text}


def _free(text: str, low: int, high: int) -> bool:
    """Whether it is a plain word: of number (counted apart), of form, or a sentence's first."""
    word = text[low:high]
    if not word.isalpha():
        return False
    if word.casefold() in NUMBER_WORDS or word.casefold() in FORM_WORDS:
        return True
    first = _SENTENCE_ENDS.search(text[max(0, low - 20) : low]) is not None
    return first and word[1:].islower() and word not in SHE and word not in HE


def _occurs(text: str, within: str) -> bool:
    """As words of its own, whatever the case."""
    return bool(re.search(rf"(?<!\w){re.escape(text.strip())}(?!\w)", within, re.IGNORECASE))
