"""Numbers as people and models write them, exactly."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from falloff.probes.answers.phrases import changed, stated

# No gold has more digits; beyond, arithmetic would be slow.
_MOST_DIGITS = 1000
_LONGEST = 2000
_MOST_SIDES = 20
_SIGNS = str.maketrans({"−": "-", "﹣": "-", "－": "-", "＋": "+", "⁄": "/", "’": "'"})
_DASH = re.compile(r"[‐‑‒–](?=\s?[\d$€£¥₹])")
_MINUS = re.compile(r"^(?:minus|negative)\s+(?=[\d$])", re.IGNORECASE)

_DIGITS = r"\.?\d(?:[\d.,'_ \u00a0\u2009\u202f]*\d)?"
_NUMBER = re.compile(
    r"(?P<sign>[-+]\s?)?(?:[$€£¥₹]\s?)?(?:(?P<whole>\d{1,9})\s(?:and\s)?(?=\d+\s?/))?"
    rf"(?P<digits>{_DIGITS})"
    r"(?:[eE](?P<power>[-+]?\d{1,3})(?!\d)|\s?[×*]\s?10\s?\^\s?\{?(?P<exponent>[-+]?\d{1,3})\}?"
    rf"|\s?/\s?(?P<below>{_DIGITS}))?"
    r"(?P<percent>\s?%|\s?per\s?cent\b)?"
)
# Groups of three, all parted by the same sign; by dots only where there are two or more of them,
# since 1.234 is a decimal.
_GROUPED = re.compile(
    r"\d{1,3}(?:(?P<by>[,'_ \u00a0\u2009\u202f])\d{3}(?:(?P=by)\d{3})*(?:\.\d+)?|(?:\.\d{3}){2,})"
)
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
# Beside a number: signs by which it is part of something else, or an estimate.
_PART = re.compile(r"[+*^<>~≈≠±×÷√∞]")
_BEFORE = re.compile(r"(?:[^\W\d_]|[-/_\\])$")
_AFTER = re.compile(r"[kKmMbBtTxe](?![^\W\d_])|(?:th|st|nd|rd|bn|mn|-?ish|x\w*)(?!\w)|[/²³⁰-⁹_\\-]")
_NAMES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty"
)
_NAMED = {name: Fraction(value) for value, name in enumerate(_NAMES.split())}


def number(phrase: str, *, bare: bool = False) -> Fraction | None:
    """The one number that ``phrase``, in plain words, gives as its value; None if there is none.

    ``bare``: nothing stands before the number and at most three words behind it.
    """
    if len(phrase) > _LONGEST:
        return None
    phrase = phrase if phrase.isascii() else _ascii(phrase)
    if not (found := stated(phrase)):
        return None
    said, rest = found
    if said.count("=") >= _MOST_SIDES:
        return None
    sides = [_single(side.strip(), bare=bare) for side in said.split("=")]
    if len(sides) > 1:
        return _agreed(sides, bare=bare)
    value, before = sides[0]
    # "The tin holds 7. The sack holds 12": which of them is meant is not said.
    unclear = before and re.search(r"\d", rest)
    return None if unclear else value


def _agreed(sides: list[tuple[Fraction | None, str]], *, bare: bool) -> Fraction | None:
    """The value of an equation: of its last side, or of its first (``12 = 7 + 5``)."""
    values = {value for value, _ in sides if value is not None}
    ends = [value for value, _ in (sides[-1], sides[0]) if value is not None]
    return ends[0] if len(values) == 1 and ends and not bare else None


def _single(text: str, *, bare: bool) -> tuple[Fraction | None, str]:
    """The only number in ``text``, and the words before it."""
    text = _MINUS.sub("-", text.lstrip("()[]{}\"'“”‘’,;: ").rstrip("()[]{}\"'“”‘’.,;:!? "))
    found = _NUMBER.search(text)
    if not found:
        return _in_words(text, bare=bare), ""
    before, after = text[: found.start()], text[found.end() :]
    around = f"{before} {after}"
    if (
        re.search(r"\d", after)
        or _PART.search(around)
        or _BEFORE.search(before)
        or _AFTER.match(after)
        or changed(around)
        or (bare and (before.strip() or len(after.split()) > 3))
    ):
        return None, before
    return _value(found, negative=_negative(found["sign"], before)), before


def _negative(sign: str | None, before: str) -> bool:
    """A minus that stands apart, behind words, is a dash."""
    return bool(sign) and sign is not None and sign[0] == "-" and (len(sign) == 1 or not before)


def _value(found: re.Match[str], *, negative: bool) -> Fraction | None:
    above = _exact(found["digits"])
    below = _exact(found["below"]) if found["below"] else Fraction(1)
    if above is None or not below:
        return None
    value = above / below + int(found["whole"] or 0)
    if power := found["power"] or found["exponent"]:
        value *= Fraction(10) ** int(power)
    if found["percent"]:
        value /= 100
    return -value if negative else value


def _exact(digits: str) -> Fraction | None:
    if len(digits) > _MOST_DIGITS:
        return None
    if grouped := _GROUPED.fullmatch(digits):
        by = grouped["by"] or "."
        return Fraction(digits.replace(by, ""))
    return Fraction(digits) if _PLAIN.fullmatch(digits) else None


def _in_words(text: str, *, bare: bool) -> Fraction | None:
    """``twelve``, ``twelve pens``: up to twenty. Behind other words, *one* is no number."""
    words = [word.lower() for word in text.split()]
    if changed(text) or not 1 <= len(words) <= (1 if bare else 5):
        return None
    named = [word for word in words if word in _NAMED]
    told = len(named) == 1 and (named == words[:1] or named != ["one"])
    return _NAMED[named[0]] if told else None


def _ascii(text: str) -> str:
    """Digits of any script, minus signs and vulgar fractions in their plain form.

    Superscripts stay: 12² is not 122.
    """
    text = _DASH.sub("-", text.translate(_SIGNS))
    return "".join(map(_plain_character, text)).replace("⁄", "/")


def _plain_character(character: str) -> str:
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    name = unicodedata.name(character, "") if unicodedata.category(character) == "No" else ""
    return f" {unicodedata.normalize('NFKC', character)} " if "FRACTION" in name else character
