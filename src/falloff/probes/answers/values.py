"""When two answers are the same value."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from falloff.probes.answers.markup import plain
from falloff.probes.answers.numbers import number
from falloff.probes.answers.phrases import changed, stated
from falloff.probes.answers.structured import alike, parsed
from falloff.probes.answers.words import bare as bare_words
from falloff.probes.answers.words import items, letter, words_agree

# integer and number: exact; word and words: case and punctuation do not matter, order does;
# choice: one letter; json: any value of JSON; text: as it stands.
Kind = Literal["integer", "number", "word", "words", "choice", "json", "text"]

# Kinds by which a number or a letter is told from other words.
EXACT: tuple[Kind, ...] = ("integer", "number", "choice")
# Of values, in characters.
_LONGEST, _LONGEST_PHRASE = 20_000, 2000
_WRAPPERS = ("```", "**", "`", '"', "'", "“”", "‘’")


def same(given: str, gold: str, kind: Kind) -> bool:
    """Whether ``given`` has the value of ``gold``, in whatever form.

    Where the gold of a number or a choice is a word ("none"), words are compared.
    """
    if len(given) > _LONGEST:
        return given == gold
    match kind:
        case "integer" | "number":
            exact = number(gold)
            return words_agree(given, gold) if exact is None else _numbers_agree(given, gold)
        case "choice":
            asked = letter(gold)
            return letter(given) == asked if asked else words_agree(given, gold)
        case "word":
            return words_agree(given, gold)
        case "words":
            return items(given) == items(gold)
        case "json":
            return given == gold or alike(parsed(given), parsed(gold))
        case "text":
            return gold.strip() in _unwrapped(given)


def _numbers_agree(given: str, gold: str) -> bool:
    """Exactly; but a gold with decimals, which may be rounded, is what rounds to it.

    Where the gold is per cent, the sign may be left out.
    """
    value, exact = number(plain(given)), number(gold)
    if value is None or exact is None:
        return False
    if value == exact:
        return True
    if "%" in gold:
        return value == 100 * exact and "%" not in given
    places = re.fullmatch(r"[-+]?\d*\.(\d+)", gold.strip())
    return places is not None and exact in _rounded(value, len(places[1]))


def _rounded(value: Fraction, places: int) -> set[Fraction]:
    """``value`` at so many decimals, halves both ways that are taught."""
    scaled = value * 10**places
    if scaled.denominator == 1:
        return {value}
    return {Fraction(round(scaled), 10**places), _half_up(scaled) / 10**places}


def _half_up(value: Fraction) -> Fraction:
    away = Fraction(int(abs(value) + Fraction(1, 2)))
    return away if value > 0 else -away


def is_exact(phrase: str, kind: Kind) -> bool:
    """Whether ``phrase`` is a number, or for a choice a letter, and little else."""
    if len(phrase) > _LONGEST_PHRASE:
        return False
    phrase = plain(phrase)
    return letter(phrase) is not None if kind == "choice" else number(phrase, bare=True) is not None


def readable(phrase: str, kind: Kind) -> bool:
    """Whether ``phrase`` is a value of the kind, and little else."""
    if kind not in (*EXACT, "word"):
        return True
    if len(phrase) > _LONGEST_PHRASE:
        return False
    if kind != "word":
        # A word may stand where there is no number: "none".
        return is_exact(phrase, kind) or plain(phrase).strip(" .").isalpha()
    said = stated(plain(phrase))
    words = bare_words(said[0]).split() if said else []
    return len(words) == 1 or (len(words) == 2 and not changed(phrase))


def _unwrapped(text: str) -> set[str]:
    """``text`` as it stands, and without one pair of marks around it."""
    text = text.strip()
    readings = {text}
    for marks in _WRAPPERS:
        opening, closing = (marks[0], marks[1]) if marks in ("“”", "‘’") else (marks, marks)
        if len(text) > 2 and text.startswith(opening) and text.endswith(closing):
            readings.add(text[len(opening) : len(text) - len(closing)].strip())
    return readings
