"""Rules on how three names are to be written on one line, each with a check of its own.

Eight matters, four rules on each: from what many are trained on to what nobody is. Rules on
different matters never contradict, so that any one rule a matter can be asked for together. The
checks read the line; they know nothing of :mod:`line_writer`, which writes lines that meet them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from falloff.probes.novel_instructions.line_reader import Line, Named

VOWELS = "aeiou"


@dataclass(frozen=True, kw_only=True)
class LineRule:
    """One rule: what the prompt says, with ``{}`` for its argument, and whether a line keeps it."""

    said: str
    kept: Callable[[Line, str], bool]


def _each(line: Line, kept: Callable[[Named], bool]) -> bool:
    return all(kept(named) for named in line.found)


def _sorted(line: Line, key: Callable[[str], Any]) -> bool:
    keys = [key(name) for name in line.names]
    return all(a <= b for a, b in itertools.pairwise(keys))


def _counts(line: Line, sign: str) -> list[int]:
    return [between.count(sign) for between in line.between]


def _numbered(line: Line, marks: tuple[str, ...]) -> bool:
    """Each name has its mark right before it, whatever brackets the name itself has."""
    pattern = r"(?:^|[^A-Za-z0-9]){}\)\s*[\[-]?$"
    return len(line.found) == len(marks) and all(
        re.search(pattern.format(mark), line.before(named))
        for mark, named in zip(marks, line.found, strict=True)
    )


def _enclosed(line: Line, opens: str, closes: str) -> bool:
    return _each(
        line,
        lambda n: line.text[: n.start].endswith(opens) and line.text[n.end :].startswith(closes),
    )


def _followed(line: Line, pattern: Callable[[str], str]) -> bool:
    return _each(line, lambda n: re.match(pattern(n.name), line.after(n)) is not None)


# Matter → the four rules on it, by novelty.
RULES: dict[str, tuple[LineRule, LineRule, LineRule, LineRule]] = {
    "opening": (
        LineRule(
            said="Begin with the word 'Result' and a colon.",
            kept=lambda line, _: line.text.startswith("Result:"),
        ),
        LineRule(
            said="Begin with three plus signs.",
            kept=lambda line, _: re.match(r"\+{3}(?!\+)", line.text) is not None,
        ),
        LineRule(
            said="Begin with the first letters of the three names, in the order of the names, as"
            " one small-letter word with a colon after it.",
            kept=lambda line, _: line.text.startswith("".join(n[0] for n in line.names) + ":"),
        ),
        LineRule(
            said="Begin with the last letter of the third name, written three times in small"
            " letters, with a colon after it.",
            kept=lambda line, _: line.text.startswith(f"{line.names[-1][-1] * 3}:"),
        ),
    ),
    "ending": (
        LineRule(
            said="End with the word 'done'.",
            kept=lambda line, _: re.search(r"\bdone$", line.text) is not None,
        ),
        LineRule(
            said="End with three exclamation marks.",
            kept=lambda line, _: re.search(r"(?<!!)!{3}$", line.text) is not None,
        ),
        LineRule(
            said="End with the number of letters that the three names have together.",
            kept=lambda line, _: (
                re.search(rf"\D{sum(map(len, line.names))}$", line.text) is not None
            ),
        ),
        LineRule(
            said="End with the last letters of the third, the second and the first name, in this"
            " order, as one word in capitals.",
            kept=lambda line, _: (
                re.search(rf"\b{''.join(n[-1] for n in line.names[::-1]).upper()}$", line.text)
                is not None
            ),
        ),
    ),
    "separator": (
        LineRule(
            said="Put a comma between one name and the next.",
            kept=lambda line, _: _counts(line, ",") == [1, 1],
        ),
        LineRule(
            said="Put a semicolon between one name and the next, and no comma.",
            kept=lambda line, _: _counts(line, ";") == [1, 1] and "," not in line.text,
        ),
        LineRule(
            said="Put the sign => between one name and the next, and no comma.",
            kept=lambda line, _: _counts(line, "=>") == [1, 1] and "," not in line.text,
        ),
        LineRule(
            said="Put one sign ~ between the first and the second name, and two of them between"
            " the second and the third; no comma.",
            kept=lambda line, _: _counts(line, "~") == [1, 2] and "," not in line.text,
        ),
    ),
    "order": (
        LineRule(
            said="Put the names in alphabetical order.",
            kept=lambda line, _: _sorted(line, lambda name: name),
        ),
        LineRule(
            said="Put the names in reverse alphabetical order.",
            kept=lambda line, _: line.names == sorted(line.names, reverse=True),
        ),
        LineRule(
            said="Order the names by their number of letters, the fewest first.",
            kept=lambda line, _: _sorted(line, len),
        ),
        LineRule(
            said="Order the names alphabetically by their last letters.",
            kept=lambda line, _: _sorted(line, lambda name: name[-1]),
        ),
    ),
    "case": (
        LineRule(
            said="Write the names in capital letters.",
            kept=lambda line, _: _each(line, lambda n: n.written.isupper()),
        ),
        LineRule(
            said="Write each name with a capital first letter and small letters after it.",
            kept=lambda line, _: _each(line, lambda n: n.written == n.name.capitalize()),
        ),
        LineRule(
            said="Write each name in small letters but for its last letter, a capital.",
            kept=lambda line, _: _each(
                line, lambda n: n.written == n.name[:-1] + n.name[-1].upper()
            ),
        ),
        LineRule(
            said="In the names, write the vowels (a, e, i, o, u) as capitals and all other letters"
            " as small letters.",
            kept=lambda line, _: _each(
                line, lambda n: all(c.isupper() == (c.lower() in VOWELS) for c in n.written)
            ),
        ),
    ),
    "mark": (
        LineRule(
            said="Put each name in square brackets.",
            kept=lambda line, _: _enclosed(line, "[", "]"),
        ),
        LineRule(
            said="Put a hyphen right before and right after each name.",
            kept=lambda line, _: _enclosed(line, "-", "-"),
        ),
        LineRule(
            said="Right after each name, give its number of letters in parentheses.",
            kept=lambda line, _: _followed(line, lambda name: rf"\({len(name)}\)"),
        ),
        LineRule(
            said="Right after each name, repeat its second letter as a small letter between two"
            " slashes, like /x/.",
            kept=lambda line, _: _followed(line, lambda name: f"/{name[1]}/"),
        ),
    ),
    "numbering": (
        LineRule(
            said="Number the names: 1) before the first, 2) before the second, 3) before the"
            " third.",
            kept=lambda line, _: _numbered(line, ("1", "2", "3")),
        ),
        LineRule(
            said="Letter the names: a) before the first, b) before the second, c) before the"
            " third.",
            kept=lambda line, _: _numbered(line, ("a", "b", "c")),
        ),
        LineRule(
            said="Number the names with small Roman numerals: i) before the first, ii) before the"
            " second, iii) before the third.",
            kept=lambda line, _: _numbered(line, ("i", "ii", "iii")),
        ),
        LineRule(
            said="Number the names downwards by sevens: 21) before the first, then 14), then 7).",
            kept=lambda line, _: _numbered(line, ("21", "14", "7")),
        ),
    ),
    "choice": (
        LineRule(said="One of the three must be {}.", kept=lambda line, name: name in line.names),
        LineRule(said="Do not choose {}.", kept=lambda line, name: name not in line.names),
        LineRule(
            said="Choose no name that has the letter {} in it.",
            kept=lambda line, letter: not any(letter in name for name in line.names),
        ),
        LineRule(
            said="Choose the three so that they have {} letters together.",
            kept=lambda line, total: sum(map(len, line.names)) == int(total),
        ),
    ),
}
