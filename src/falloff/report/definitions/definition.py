"""What a definition is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One number, or a few that belong together, as the report and ``docs/definitions.md`` say it.

    ``limits``: when it is not valid, or says less than it seems to. ``source``: the paper, or that
    there is none. ``keys``: where it stands in ``--json``, dotted where one name is not enough.
    """

    anchor: str
    name: str
    meaning: str
    limits: str
    source: str
    formula: str = ""
    keys: tuple[str, ...] = ()


OWN = "falloff's own"
COUNTED = "a count, not an estimate"
