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
NEEDED = ("model", "level", "score")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """A name for each column, None where it is to be guessed (or is absent: item, weight).

    ``levels``: one name, or several where items have a level on each of several axes; empty where
    they are to be guessed.
    """

    model: str | None = None
    item: str | None = None
    levels: tuple[str, ...] = ()
    score: str | None = None
    weight: str | None = None

    @property
    def by_role(self) -> tuple[tuple[str, str], ...]:
        """(role, name) of all that are known."""
        pairs = [("model", self.model), ("item", self.item), *(("level", n) for n in self.levels)]
        pairs += [("score", self.score), ("weight", self.weight)]
        return tuple((role, name) for role, name in pairs if name is not None)


def settle(
    wanted: Columns, header: tuple[str, ...], table: str, needed: tuple[str, ...] = NEEDED
) -> Columns:
    """The columns of a table with this header. ``needed``: the roles that must be filled.

    Raises :class:`falloff.core.UsageError` if a named one is not there, or a needed one cannot be
    guessed.
    """
    named = dict.fromkeys(name for _, name in wanted.by_role)
    for name in named:
        if name not in header:
            raise UnknownNameError(f"column of {table}", name, filter(None, header))
    if len(named) < len(wanted.by_role):
        raise UsageError("One column is named twice.", remedy="Name another for each role.")
    found = {role: [name for r, name in wanted.by_role if r == role] for role in SYNONYMS}
    for role, names in found.items():
        free = [name for name in header if not any(name in taken for taken in found.values())]
        names += [] if names else _guess(role, free)
        if not names and role in needed:
            raise _missing(role, header, table)
    one = {role: names[0] for role, names in found.items() if names and role != "level"}
    return Columns(levels=tuple(found["level"]), **one)


def _guess(role: str, header: list[str]) -> list[str]:
    """The first that such a column is called; all of several that are called ``level_…``."""
    if role == "level":
        several = [name for name in header if re.match(r"level[\s._-]+\w", name.casefold())]
        if several:
            return several
    by_plain = {re.sub(r"[\s._-]", "", name).casefold(): name for name in header}
    return [by_plain[name] for name in SYNONYMS[role] if name in by_plain][:1]


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
