"""Which column is which: named by the user, or guessed from what such columns are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from falloff.core import UnknownNameError, UsageError

# In order of preference; compared without case, spaces, dots, dashes and underscores.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "messages": ("messages", "conversation", "chat", "dialogue"),
    "prompt": (
        "prompt", "question", "input", "query", "problem", "instruction", "questiontext", "stem",
        "text", "goal", "ctx", "sentence",
    ),
    "context": ("context", "passage", "story", "article", "paragraph", "document", "support"),
    "answer": (
        "answer", "answers", "label", "target", "targets", "gold", "answerkey", "correctanswer",
        "correct", "expected", "expectedanswer", "solution", "output", "ideal", "reference",
        "groundtruth", "response", "completion",
    ),
    "choices": ("choices", "options", "endings", "candidates", "answerchoices"),
    "tools": ("tools", "functions"),
    "protected": ("protected", "protect", "protectedspans", "keep"),
    "group": ("group", "subject", "category", "topic", "domain", "subset", "subtask", "type"),
    "id": (
        "id", "itemid", "item", "questionid", "qid", "docid", "taskid", "problemid", "exampleid",
        "uid", "key", "index", "idx",
    ),
}  # fmt: skip
_LETTERED = re.compile(r"(?:choice|option|opt|answer)?[\s._-]*([a-j]|\d{1,2})", re.IGNORECASE)


def settle(wanted: str | Mapping[str, str], header: Iterable[str], where: str) -> dict[str, str]:
    """Column by role. ``wanted``: ``"prompt=question,answer=label"``, or so by role; empty to guess
    all.

    Choices that stand in columns of their own (A, B, C, D) are joined: ``"A|B|C|D"``. Raises
    :class:`falloff.core.UsageError` where a column is not there, or none can be the prompt or the
    answer.
    """
    names = tuple(header)
    found = _named(wanted, names, where)
    for role, synonyms in SYNONYMS.items():
        if role not in found:
            free = {_bare(n): n for n in reversed(names) if n not in found.values()}
            guess = next((free[s] for s in synonyms if s in free), None)
            if guess and not (role == "messages" and "prompt" in found):
                found[role] = guess
    if "choices" not in found and (several := _lettered(names, found.values())):
        found["choices"] = "|".join(several)
    if "messages" in found:
        found.pop("prompt", None)
        found.pop("context", None)
    for role in ("prompt", "answer"):
        if role not in found and not (role == "prompt" and "messages" in found):
            raise UsageError(
                f"{where} has no column for the {role}: its columns are"
                f" {', '.join(map(repr, names[:20]))}.",
                remedy=f"Name it: --bench-columns {role}=COLUMN.",
            )
    return found


def said(columns: Mapping[str, str], header: Iterable[str]) -> str:
    """What the columns were taken for, for people."""
    used = {name for value in columns.values() for name in value.split("|")} | set(columns.values())
    taken = ", ".join(f"{role} from '{name}'" for role, name in columns.items())
    left = [name for name in header if name and name not in used]
    return taken + (f"; not used: {', '.join(left[:12])}" if left else "")


def _named(wanted: str | Mapping[str, str], names: tuple[str, ...], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for role, name in _pairs(wanted):
        if role not in SYNONYMS:
            raise UnknownNameError("role of a column", role, SYNONYMS)
        for column in [name] if name in names else name.split("|"):
            if column not in names:
                raise UnknownNameError(f"column of {where}", column, filter(None, names))
        found[role] = name
    return found


def _pairs(wanted: str | Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if isinstance(wanted, Mapping):
        yield from wanted.items()
        return
    for part in filter(None, (p.strip() for p in wanted.split(","))):
        role, equals, name = (p.strip() for p in part.partition("="))
        if not equals:
            raise UsageError(
                f"'{part}' names no column.", remedy="Write --bench-columns prompt=question,…"
            )
        yield role, name


def _lettered(names: tuple[str, ...], taken: Iterable[str]) -> list[str]:
    """Columns A, B, C, … or choice_1, choice_2, …, in order, from the first on."""
    by_mark = {}
    for name in names:
        if name not in taken and (found := _LETTERED.fullmatch(name.strip())):
            by_mark[found[1].casefold()] = name
    for marks in ("abcdefghij", [str(i) for i in range(1, 21)], [str(i) for i in range(20)]):
        several: list[str] = []
        for mark in marks:
            if mark not in by_mark:
                break
            several.append(by_mark[mark])
        if len(several) > 1:
            return several
    return []


def _bare(name: str) -> str:
    return re.sub(r"[\s._-]", "", name).casefold()
