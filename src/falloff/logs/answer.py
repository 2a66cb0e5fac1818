"""One answer of a log, whatever harness wrote it, and what is wanted of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import UsageError

NOVELTY = "novelty"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to take from logs; None where it is to be guessed, and then said.

    ``align``: items by ``id`` or ``hash`` of what was asked. ``metric``, ``filter``: which of
    several scores. ``level``: the column or key of the level, dotted where nested, or ``novelty``.
    ``group``: of what belongs together and is resampled as one. ``columns``: names of CSV columns
    by role.
    """

    align: str | None = None
    metric: str | None = None
    filter: str | None = None
    level: str | None = None
    group: str | None = None
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``item`` names what was asked, within ``task``; ``score`` is from 0 to 1.

    ``level`` and ``group`` are None where the log has none. ``prompt`` is what the user said, where
    it is wanted; ``prompt_hash`` tells two wordings of an item apart. ``choices``: options among
    which the model chose; 0 where it wrote freely.
    """

    model: str
    task: str
    item: str
    score: float
    level: float | None = None
    group: str | None = None
    prompt: str | None = None
    prompt_hash: str = ""
    choices: int = 0


def dig(record: Any, key: str) -> Any:
    """``record["doc"]["steps"]`` for ``doc.steps``; None where there is none."""
    if isinstance(record, Mapping) and key in record:
        return record[key]
    for part in key.split("."):
        record = record.get(part) if isinstance(record, Mapping) else None
    return record


def as_level(value: Any) -> float | None:
    """A level as a number; None where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if -1e300 < number < 1e300 else None


def as_score(value: Any, where: str) -> float | None:
    """A score from 0 to 1; None where there is none.

    Raises :class:`falloff.core.UsageError` for a number outside: then it is no share of success.
    """
    if isinstance(value, str):
        value = {"true": 1.0, "false": 0.0}.get(value.strip().casefold(), value.strip())
    number = as_level(value)
    if number is None:
        return None
    if not 0 <= number <= 1:
        raise UsageError(
            f"{where}: the score {number:g} is outside 0 to 1.",
            remedy="Name a metric that is a share of success with --metric, such as acc or"
            " exact_match; divide percentages by 100.",
        )
    return number
