"""Words around a value: those that change it, and those that may be left out."""

from __future__ import annotations

import re

# Another guess, or a guess taken back.
_HEDGES = r"or|either|neither|nor|maybe not|possibly not|actually|wait|instead|rather|correction"
# Words by which what stands beside them is not the value: denied, bounded, rounded, scaled.
_CHANGES = (
    r"not|no|never|none|cannot|wrong|incorrect|false|except|excluding|but|anything|other|unlike"
    r"|about|approximately|approx|around|roughly|nearly|almost|circa|between|least|most|than|over"
    r"|under|above|below|up to|dozens?|hundreds?|thousands?|millions?|billions?|trillions?|half"
    r"|times|twice|double|triple|squared|cubed|plus|minus|mod|modulo|if|whether|doubt|unless|infinity"
)
_HEDGED = re.compile(rf"(?<!\w)(?:{_HEDGES})(?!\w)", re.IGNORECASE)
_CHANGED = re.compile(rf"(?<!\w)(?:{_HEDGES}|{_CHANGES})(?!\w)|n['’]t(?!\w)", re.IGNORECASE)
_SAID = re.compile(
    r"^(?:(?:so|thus|therefore|hence|the|my|final|correct|right)[\s,]+){0,4}"
    r"answer(?:\s+(?:is|was|equals)\b\s*:?|\s*[:=])\s*",
    re.IGNORECASE,
)
# Where the value's own words end: at a reason, or where another sentence of some length begins.
_REASON = re.compile(r",?\s(?:because|since|which)\s|,\sas\s(?!well)", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!]\s+(?=[^\W\d_]\S*\s+\S+\s+\S)|\n")
_CHATTER = (
    r"(?:(?:please |just )?let me know|(?:i )?(?:really )?hope (?:this|that|it)|feel free|thank"
    r"|if you(?:'d|’d| have| need| want| would)|would you like|is there anything"
    r"|do you (?:want|need)"
    r"|(?:i'm |i’m )?happy to|you're welcome|good luck|hope it)\b"
)
_IS_CHATTER = re.compile(rf"[\W_]{{0,20}}{_CHATTER}", re.IGNORECASE)
_CHATTER_BEHIND = re.compile(rf"[.!?]\s+{_CHATTER}.*", re.IGNORECASE | re.DOTALL)
_REMARK = re.compile(r"\s*\(([^()]*)\)$")


def hedged(text: str) -> bool:
    """Whether ``text`` offers another guess or takes one back."""
    return bool(_HEDGED.search(text))


def changed(text: str) -> bool:
    """Whether ``text`` denies, bounds, rounds or scales what stands beside it."""
    return bool(_CHANGED.search(text))


def is_chatter(line: str) -> bool:
    """Whether ``line`` is what assistants add when all is said."""
    return bool(_IS_CHATTER.match(line))


def stated(phrase: str) -> tuple[str, str] | None:
    """The value's own words in ``phrase``, and the sentences behind them.

    Reasons and remarks in brackets are left out. None where what follows takes the value back.
    """
    phrase = _CHATTER_BEHIND.sub("", _SAID.sub("", phrase, count=1)).strip()
    phrase, rest = _cut(phrase, _SENTENCE)
    phrase, reason = _cut(phrase, _REASON)
    phrase = phrase.rstrip(" .,;:!?")
    if (remark := _REMARK.search(phrase)) and remark.start():
        phrase, reason = phrase[: remark.start()], f"{remark[1]} {reason}"
    return None if hedged(f"{reason} {rest}") else (phrase, rest)


def _cut(phrase: str, at: re.Pattern[str]) -> tuple[str, str]:
    found = at.search(phrase)
    return (phrase[: found.start()], phrase[found.end() :]) if found else (phrase, "")
