"""Words, lists of words and options, as people and models write them."""

from __future__ import annotations

import re

from falloff.probes.answers.markup import plain
from falloff.probes.answers.phrases import changed, stated

_MARKS = " \t\n.,;:!?\"'“”‘’«»()[]{}<>"
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)")
_NAMING = re.compile(
    r"^([^=]{0,300}?(?:\b(?:is|was|are|equals|it['’]s)\b|[:=]))\s*(?=\S)", re.IGNORECASE
)
_SUBJECT = re.compile(r"^(\S+(?: \S+)?) is the\b", re.IGNORECASE)
_NUMBERING = re.compile(r"(?:^|(?<=[\s,;]))\d{1,3}[.)]\s+(?=\S)")
_BETWEEN = re.compile(
    r"\s*(?:[,;\n|→&]|->|=>|(?<=\s)>(?=\s))\s*(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?",
    re.IGNORECASE,
)
_LETTER = re.compile(
    r"(?:(?:option|choice|letter)\s*:?\s*)?[(\[]?([A-Za-z])(?P<rest>$|[.:,)\]\s].*)",
    re.IGNORECASE | re.DOTALL,
)
_TEXT_BEHIND = re.compile(r"$|[.:,)\]]|\s+(?:[-–—:(]|because\b|since\b|as\b|is\b)")
# Another option's letter; "A" and "I" are words as well.
_OTHER = re.compile(r"(?<![\w'’])(?:[B-HJ-Z]|[AI](?=[).:,]|$))(?![\w'’])")


def words_agree(given: str, gold: str) -> bool:
    """Whether ``given``, or what it says the value is, has the words of ``gold``."""
    phrase = plain(given)
    readings = {bare(phrase)}
    if found := stated(phrase):
        said = found[0]
        readings.add(bare(said))
        if (naming := _NAMING.match(said)) and not changed(naming[1]):
            readings.add(bare(said[naming.end() :]))
        if (subject := _SUBJECT.match(said)) and not changed(said):
            readings.add(bare(subject[1]))
    return bare(gold) in readings


def bare(phrase: str) -> str:
    """Case, spacing, articles and the marks around are left out; all else counts."""
    words = " ".join(phrase.strip(_MARKS).replace("’", "'").split()).casefold()
    return _ARTICLE.sub("", words) or phrase.strip()


def items(phrase: str) -> list[str]:
    """The words of a list, in order: parted by commas, arrows, lines, numbers, or else by spaces.

    Unlike a single word, a list may not be told with a reason or within a sentence.
    """
    phrase = re.sub(r"(?m)^\s*[-*•+]\s+", "", plain(phrase)).strip()
    if len(_NUMBERING.findall(phrase)) > 1:
        phrase = _NUMBERING.sub(", ", phrase)
    parts = [part for part in map(bare, _BETWEEN.split(phrase)) if part]
    return parts if len(parts) > 1 else phrase.strip(_MARKS).casefold().split()


def letter(phrase: str) -> str | None:
    """The option that ``phrase`` names, in capitals; None if it names none or several."""
    phrase = plain(phrase).strip()
    said = stated(phrase)
    return _named(phrase) or (_named(said[0]) if said else None)


def _named(phrase: str) -> str | None:
    found = _LETTER.fullmatch(phrase)
    if not found:
        return None
    rest = found["rest"]
    told = _TEXT_BEHIND.match(rest) and not _OTHER.search(rest) and not changed(rest)
    return found[1].upper() if told else None
