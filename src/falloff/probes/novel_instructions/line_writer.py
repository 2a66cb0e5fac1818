"""Writes lines that keep the rules of :mod:`line_rules`, which check them by reading."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from falloff.probes.novel_instructions.line_rules import VOWELS

_ORDER: tuple[Callable[[str], Any], ...] = (
    lambda name: name,
    lambda name: name,
    len,
    lambda name: name[-1],
)
_CASE: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.capitalize,
    lambda name: name[:-1] + name[-1].upper(),
    lambda name: "".join(c.upper() if c in VOWELS else c for c in name),
)
_MARK = ("[{0}]", "-{0}-", "{0} ({1})", "{0} /{2}/")
_NUMBERING = (("1", "2", "3"), ("a", "b", "c"), ("i", "ii", "iii"), ("21", "14", "7"))
_SEPARATORS = ((", ", ", "), ("; ", "; "), (" => ", " => "), (" ~ ", " ~~ "))


def write_line(chosen: tuple[str, ...], matters: tuple[str, ...], novelty: int) -> str:
    """The three names on a line that keeps the rule of ``novelty`` on each of ``matters``."""
    names = list(chosen)
    if "order" in matters:
        names.sort(key=_ORDER[novelty], reverse=novelty == 1)
    items = []
    for place, name in enumerate(names):
        item = _CASE[novelty](name) if "case" in matters else name
        if "mark" in matters:
            item = _MARK[novelty].format(item, len(name), name[1])
        if "numbering" in matters:
            item = f"{_NUMBERING[novelty][place]}) {item}"
        items.append(item)
    # Without a rule on it, a separator that no rule on another matter takes for its own.
    first, second = _SEPARATORS[novelty] if "separator" in matters else (" + ", " + ")
    line = f"{items[0]}{first}{items[1]}{second}{items[2]}"
    if "opening" in matters:
        line = f"{_opening(names, novelty)} {line}"
    if "ending" in matters:
        line = f"{line} {_ending(names, novelty)}"
    return line


def _opening(names: list[str], novelty: int) -> str:
    firsts = "".join(name[0] for name in names)
    return ("Result:", "+++", f"{firsts}:", f"{names[-1][-1] * 3}:")[novelty]


def _ending(names: list[str], novelty: int) -> str:
    lasts = "".join(name[-1] for name in reversed(names)).upper()
    return ("done", "!!!", str(sum(map(len, names))), lasts)[novelty]


def argument(
    chosen: tuple[str, ...], others: tuple[str, ...], novelty: int, rng: random.Random
) -> str:
    """What the rule of ``novelty`` on the choice names, such that ``chosen`` keeps it.

    ``others`` might have been chosen as well; where possible, the rule forbids one of them.
    """
    if novelty == 0:
        return rng.choice(chosen)
    if novelty == 1:
        return rng.choice(others)
    if novelty == 2:
        absent = sorted({c for name in others for c in name} - {c for n in chosen for c in n})
        return rng.choice(absent or ["x"])
    return str(sum(map(len, chosen)))
