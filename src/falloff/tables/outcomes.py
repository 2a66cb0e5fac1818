"""From records to outcomes: every cell checked, every error with its line and its remedy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from falloff.core import UsageError
from falloff.tables.columns import Columns, settle
from falloff.tables.rows import Data, records_of
from falloff.tables.text import Records

T = TypeVar("T")

_TRUTHS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, kw_only=True)
class OutcomeTable:
    """n outcomes, parallel; ``weights`` None where there is no such column.

    ``levels``: one sequence of n for each of ``columns.levels``.
    ``own_items``: there was no item column, so each row is an item of its own. ``said`` tells a
    user what the columns were taken for.
    """

    models: tuple[str, ...]
    items: tuple[str, ...]
    levels: tuple[tuple[float, ...], ...]
    scores: tuple[float, ...]
    weights: tuple[float, ...] | None
    columns: Columns
    own_items: bool
    said: str


def read_outcomes(data: Data, wanted: Columns | None = None) -> OutcomeTable:
    """The outcomes of a table with columns for model, level and score, maybe item and weight.

    ``data``: the path of a CSV file, rows as mappings, or a pandas or polars data frame.

    Scores are shares from 0 to 1, or TRUE and FALSE. Raises :class:`falloff.core.UsageError` for
    anything that cannot be taken as it stands: nothing is rescaled, dropped or filled in.
    """
    records = records_of(data)
    columns = settle(wanted or Columns(), records.header, records.name)
    weights = tuple(_cells(records, columns.weight, _weight)) if columns.weight else None
    return OutcomeTable(
        models=tuple(_cells(records, columns.model, _name)),
        items=tuple(_cells(records, columns.item, _name)) if columns.item else _own(records),
        levels=tuple(tuple(_cells(records, name, _number)) for name in columns.levels),
        scores=tuple(_cells(records, columns.score, _score)),
        weights=weights,
        columns=columns,
        own_items=columns.item is None,
        said=_said(records, columns),
    )


def _own(records: Records) -> tuple[str, ...]:
    return tuple(f"{records.unit} {number}" for number, _ in records.rows)


def _cells(records: Records, column: str | None, read: Callable[[str], T]) -> Iterator[T]:
    """A column read cell by cell; what ``read`` complains of is said with its place."""
    if column is None:
        return
    index = records.header.index(column)
    for number, row in records.rows:
        try:
            yield read(row[index].strip())
        except UsageError as error:
            raise UsageError(
                f"{records.name}, {records.unit} {number}, column '{column}': {error.message}",
                remedy=error.remedy,
            ) from None


def _name(cell: str) -> str:
    if not cell:
        raise UsageError("the cell is empty.", remedy="Give a name in every row.")
    return cell


def _number(cell: str) -> float:
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if math.isfinite(number) and "_" not in cell:
        return number
    if not cell:
        raise UsageError("the cell is empty.", remedy="Give a number in every row.")
    hint = "Write plain numbers: 4096 rather than 4k, 0.5 rather than 0,5."
    raise UsageError(f"'{cell:.40}' is not a number.", remedy=hint)


def _score(cell: str) -> float:
    truth = _TRUTHS.get(cell.casefold())
    score = _number(cell) if truth is None else truth
    if 0 <= score <= 1:
        return score
    percent = 1 < score <= 100
    raise UsageError(
        f"the score {cell:.40} is outside 0 to 1.",
        remedy="If the scores are percentages, divide them by 100."
        if percent
        else "Give shares from 0 to 1, or TRUE and FALSE.",
    )


def _weight(cell: str) -> float:
    weight = _number(cell)
    if weight < 0:
        raise UsageError(f"the weight {cell:.40} is negative.", remedy="Give weights of 0 or more.")
    return weight


def _said(records: Records, columns: Columns) -> str:
    taken = [f"{role} '{name}'" for role, name in columns.by_role]
    used = {name for _, name in columns.by_role}
    left = [name for name in records.header if name and name not in used]
    ignored = f"; not used: {', '.join(left)}" if left else ""
    own = "" if columns.item else "; no item column, so each row is an item of its own"
    return (
        f"{records.name}: {len(records.rows)} rows, {records.form};"
        f" {', '.join(taken)}{ignored}{own}."
    )
