"""When a reply is right: by one of six rules, or by a function of the user's.

auto         by item: choice with options, numeric, json, or else normalised
exact        the reply, but for space around it, is the answer
normalised   the same words: case, articles, space and marks around do not matter
numeric      the same number; numeric:0.01 within ± 0.01, numeric:1% within one per cent
choice       the right option, by its label or its text
regex        the answer is a regular expression that is found in the reply
json         the reply has all that the answer, a JSON value, has; it may have more
FILE.py:NAME a function (reply, answer) → whether it is right
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from falloff.core import UnknownNameError, UsageError
from falloff.probes.answers import same
from falloff.probes.answers.markup import plain
from falloff.probes.answers.numbers import number
from falloff.probes.answers.structured import alike, parsed
from falloff.probes.bench.functions import OwnFunction

RULES = ("auto", "exact", "normalised", "numeric", "choice", "regex", "json")
# Rules that look at the reply as a whole, and not at a final answer in it.
WHOLE = ("exact", "regex", "function")
# Of a reply, so many characters are looked through.
_LONGEST = 50_000


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """One rule. ``tolerance`` is that of numbers, a share of the answer where ``relative``."""

    rule: str
    tolerance: Fraction = Fraction(0)
    relative: bool = False
    function: OwnFunction | None = None

    @classmethod
    def parse(cls, text: str) -> Scoring:
        """The rule as it is written on the command line.

        Raises :class:`falloff.core.UsageError` for one that is not there.
        """
        if ".py:" in text:
            return cls(rule="function", function=OwnFunction.load(text))
        rule, colon, tolerance = text.partition(":")
        if rule not in RULES:
            raise UnknownNameError("scoring", rule, (*RULES, "FILE.py:function"))
        if not colon:
            return cls(rule=rule)
        relative = tolerance.endswith("%")
        within = number(tolerance.removesuffix("%"))
        if rule != "numeric" or within is None or within < 0:
            raise UsageError(
                f"The scoring '{text}' has no tolerance that can be read.",
                remedy="Write numeric:0.01, or numeric:1%; other rules have none.",
            )
        return cls(rule=rule, tolerance=within / 100 if relative else within, relative=relative)

    def accepts(self, given: str, answer: str) -> bool:
        """Whether ``given`` is right. ``choice`` is a matter of options, and not asked here."""
        match self.rule:
            case "exact":
                return given.strip() == answer.strip()
            case "numeric":
                return self._numeric(given, answer)
            case "regex":
                return re.search(answer, given[-_LONGEST:]) is not None
            case "json":
                return includes(parsed(given), parsed(answer))
            case "function" if self.function:
                return self.function.says_yes(given, answer)
        return same(given, answer, "word") or normal(given) == normal(answer)

    def _numeric(self, given: str, answer: str) -> bool:
        if same(given, answer, "number"):
            return True
        value, gold = number(plain(given)), number(plain(answer))
        if value is None or gold is None or not self.tolerance:
            return False
        return abs(value - gold) <= self.tolerance * (abs(gold) if self.relative else 1)


def includes(given: Any, wanted: Any) -> bool:
    """Whether ``given`` has all that ``wanted`` has: an object may have further keys."""
    match given, wanted:
        case dict(), dict():
            return all(k in given and includes(given[k], wanted[k]) for k in wanted)
        case list(), list():
            return len(given) == len(wanted) and all(map(includes, given, wanted))
    return alike(given, wanted)


def normal(text: str) -> str:
    """Words without case, form of characters, space, and marks around."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(" \t.,;:!?\"'“”‘’«»()[]*_`")
