"""Plain words out of Markdown, LaTeX and invisible characters."""

from __future__ import annotations

import re

# Controls but tab and newline, soft hyphen, zero-width and bidi controls, byte-order mark.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff]"
)
_STYLE = re.compile(
    r"\\(?:boxed|fbox|mbox|emph|text(?:bf|it|rm|tt|sf)?|math(?:bf|it|rm|tt|sf)|boldsymbol|bm"
    r"|operatorname)\s?\{([^{}]*)\}"
)
_FRACTION = re.compile(r"\\[dtc]?frac\s?(?:\{([^{}]*)\}|(\d))\s?(?:\{([^{}]*)\}|(\d))")
_COMMANDS = (
    (re.compile(r"\\[,;:~ ]|\\q?quad\b"), " "),
    (re.compile(r"\\(?:[!()\[\]]|left\b|right\b|displaystyle\b)"), ""),
    (re.compile(r"\^\{?\\circ\}?|\\degree\b"), "°"),
    (re.compile(r"\\(?:times|cdot)\b"), "×"),
    (re.compile(r"\\approx\b"), "≈"),
    (re.compile(r"\\neq?\b"), "≠"),
    (re.compile(r"\\(?:rightarrow|to)\b"), "→"),
    (re.compile(r"\\([%$_#&{}])"), r"\1"),
)
_MATHS = re.compile(r"\$\$?([^$]*)\$\$?")
_EMPHASIS = re.compile(
    r"\*\*|`|(?<![=<>!])==(?!=)(?=\S)|(?<=[^\s=<>!])==(?!=)|(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)|</?(?:b|i|em|strong|p|br)/?>"
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_STRUCK = re.compile(r"~~[^~\n]*~~")
_SPACES = re.compile(r"\s{2,}")
_DEEPEST = 8
_LONGEST_BRACED = 4000


def visible(text: str) -> str:
    """``text`` as a reader sees it."""
    printable = text.isascii() and text.replace("\n", "").isprintable()
    return text if printable else _INVISIBLE.sub("", text)


def plain(text: str) -> str:
    """``text`` as words: no emphasis, no LaTeX, no delimiters of maths; fractions as ``a/b``."""
    text = visible(text).replace("{,}", ",")
    if "\\" in text:
        text = _without_latex(text)
    if "$" in text:
        text = _MATHS.sub(r"\1", text)
    if "~~" in text:
        text = _STRUCK.sub("", text)
    # Runs of spaces become one: the patterns that read phrases would try each of them.
    text = _SPACES.sub(lambda found: "\n" if "\n" in found[0] else " ", text)
    return _EMPHASIS.sub("", text).strip()


def _without_latex(text: str) -> str:
    for _ in range(_DEEPEST):
        before = text
        text = _STYLE.sub(r"\1", _FRACTION.sub(r"\1\2/\3\4", text))
        if text == before:
            break
    for command, sign in _COMMANDS:
        text = command.sub(sign, text)
    return text


def braced(text: str, start: int) -> tuple[str, int] | None:
    """What stands in the braces that open at ``start``, and where they end, if near."""
    depth = 0
    for brace in _BRACE.finditer(text, start, start + _LONGEST_BRACED):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0 and brace[0] == "}":
            return text[start + 1 : brace.start()], brace.end()
    return None
