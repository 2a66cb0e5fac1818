"""A line of text, and the names of a list as they stand in it, however they are written."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Named:
    """A name as it stands in a line, from ``start`` to ``end``."""

    written: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return self.written.lower()


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line and the names found in it."""

    text: str
    found: tuple[Named, ...]

    @property
    def names(self) -> list[str]:
        return [named.name for named in self.found]

    @property
    def between(self) -> list[str]:
        """What stands between one name and the next."""
        pairs = itertools.pairwise(self.found)
        return [self.text[first.end : second.start] for first, second in pairs]

    def before(self, named: Named) -> str:
        return self.text[: named.start].rstrip()

    def after(self, named: Named) -> str:
        return self.text[named.end :].lstrip(" ]-")


def read_line(text: str, known: frozenset[str]) -> Line:
    """``text`` with all words in it that are ``known`` names, however they are written."""
    text = text.strip()
    found = tuple(
        Named(written=word[0], start=word.start(), end=word.end())
        for word in re.finditer("[A-Za-z]+", text)
        if word[0].lower() in known
    )
    return Line(text=text, found=found)
