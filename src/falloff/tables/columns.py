"""Which column is which: named by the user, or guessed from what such columns are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from falloff.core import UnknownNameError, UsageError

# In order of preference; compared without case, spaces, dots, dashes and underscores.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "model": ("model", "system", "modelname", "modelid", "alias", "agent", "engine", "llm"),
    "item": (
        "item", "itemid", "task", "taskid", "taskname", "question", "questionid", "id", "docid",
        "sampleid", "example", "exampleid", "problem", "problemid", "prompt", "promptid",
    ),
    "level": (
        "level", "length", "dose", "minutes", "humanminutes", "difficulty", "contextlength",
        "context", "seqlength", "sequencelength", "tokens", "depth", "steps", "distance", "hops",
        "hours", "seconds", "size", "noise", "x",
    ),
    "score": (
        "score", "correct", "iscorrect", "scorebinarized", "accuracy", "acc", "success", "solved",
        "passed", "pass", "result", "outcome", "exactmatch", "scorecont", "recall", "y",
    ),
    "weight": ("weight", "weights", "sampleweight", "invsqrttaskweight", "equaltaskweight"),
}  # fmt: skip
OPTIONAL = ("item", "weight")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """A name for each column, None where it is to be guessed (or is absent: item, weight)."""

    model: str | None = None
    item: str | None = None
    level: str | None = None
    score: str | None = None
    weight: str | None = None


def settle(wanted: Columns, header: tuple[str, ...], table: str) -> Columns:
    """The columns of a table with this header.

    Raises :class:`falloff.core.UsageError` if a named one is not there, or a needed one cannot be
    guessed.
    """
    found: dict[str, str | None] = {}
    for role in SYNONYMS:
        named = getattr(wanted, role)
        if named is not None and named not in header:
            raise UnknownNameError(f"column of {table}", named, filter(None, header))
        taken = set(filter(None, (*found.values(), *vars(wanted).values())))
        found[role] = named or _guess(role, [name for name in header if name not in taken])
    for role, name in found.items():
        if name is None and role not in OPTIONAL:
            raise _missing(role, header, table)
    return Columns(**found)


def _guess(role: str, header: list[str]) -> str | None:
    by_plain = {re.sub(r"[\s._-]", "", name).casefold(): name for name in header}
    return next((by_plain[name] for name in SYNONYMS[role] if name in by_plain), None)


def _missing(role: str, header: tuple[str, ...], table: str) -> UsageError:
    listed = ", ".join(f"'{name}'" for name in header)
    wide = [name for name in header if re.fullmatch(r"\s*[\d.]+\s*[kKmM]?\s*", name)]
    if role == "level" and len(wide) > 1:
        return UsageError(
            f"{table} has a column for each level ({', '.join(wide)}), not a row.",
            remedy="Write one row for each score: model, level, score, the level as a number.",
        )
    return UsageError(
        f"{table} has no column for the {role}: its columns are {listed}.",
        remedy=f"Name it with --{role}-column. Known names: {', '.join(SYNONYMS[role])}.",
    )
