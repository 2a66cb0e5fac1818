"""When two answers are the same value."""

from __future__ import annotations

from typing import Literal

# integer and number: digits; word and words: case and punctuation do not matter, order does;
# choice: one letter; json: an object; text: as it stands.
Kind = Literal["integer", "number", "word", "words", "choice", "json", "text"]


def same(given: str, gold: str, kind: Kind) -> bool:
    """Whether ``given`` has the value of ``gold``, in whatever form."""
    if kind in ("integer", "number"):
        return given.replace(",", "").strip() == gold
    return given.strip().lower() == gold.lower()
