"""Hostile text made visible: what a model said may hide, reorder or overflow, but not here."""

from __future__ import annotations

import unicodedata

# Cc controls, Cf formats (bidi, zero-width, tags), Cs lone surrogates, Co and Cn unassigned,
# Zl and Zp separators. Spaces of other scripts (Zs) are ordinary text.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT = {"\r": "\\r", "\n": "\\n"}


def visible(text: str) -> str:
    """``text`` with every control, bidi and zero-width character as an escape.

    Line breaks and tabs stay. What is returned can always be encoded as UTF-8.
    """
    if text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def excerpt(text: str, limit: int) -> str:
    """The first ``limit`` characters made visible; what is left out is stated, never silent."""
    if len(text) <= limit:
        return visible(text)
    return f"{visible(text[:limit])}… [{len(text) - limit:,} of {len(text):,} characters not shown]"


def one_line(text: str, limit: int = 80) -> str:
    """A name or a value on one line, at most ``limit`` characters of it."""
    flat = text.replace("\n", _SHORT["\n"]).replace("\t", " ")
    return visible(flat if len(flat) <= limit else f"{flat[: limit - 1]}…")


def _shown(char: str) -> str:
    if char in "\n\t" or unicodedata.category(char) not in _HIDDEN:
        return char
    if char in _SHORT:
        return _SHORT[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
