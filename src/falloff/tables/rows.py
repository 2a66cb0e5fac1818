"""From Python rows, or a data frame, to records: the same text cells as a file would have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from falloff.core import UsageError
from falloff.tables.text import Records, read_records


class Frame(Protocol):
    """What a pandas or a polars data frame has in common."""

    columns: Any


Data = str | Path | Iterable[Mapping[str, Any]] | Frame

_NAME = "The table"


def records_of(data: Data) -> Records:
    """The records of a CSV file, of rows as mappings, or of a pandas or polars data frame.

    Raises :class:`falloff.core.UsageError` for anything else, and for rows with other columns than
    the first.
    """
    if isinstance(data, str | Path):
        return read_records(Path(data))
    rows = _rows(data)
    if not rows:
        raise UsageError("There are no rows.", remedy="A curve needs at least two levels.")
    header = tuple(str(name) for name in rows[0])
    for number, row in enumerate(rows, 1):
        if tuple(str(name) for name in row) != header:
            raise UsageError(
                f"Row {number} has the columns {', '.join(map(str, row))}, the first"
                f" {', '.join(header)}.",
                remedy="Give every row the same columns, in one order.",
            )
    cells = [tuple(_text(cell) for cell in row.values()) for row in rows]
    return Records(
        name=_NAME, unit="row", form="in memory", header=header, rows=tuple(enumerate(cells, 1))
    )


def _rows(data: Any) -> list[Mapping[str, Any]]:
    if hasattr(data, "to_dicts"):  # polars
        return list(data.to_dicts())
    if hasattr(data, "columns") and hasattr(data, "to_dict"):  # pandas
        return list(data.to_dict("records"))
    rows = list(data) if isinstance(data, Iterable) and not isinstance(data, Mapping) else None
    if rows is None or not all(isinstance(row, Mapping) for row in rows):
        raise UsageError(
            f"Outcomes cannot be read from a {type(data).__name__}.",
            remedy="Give the path of a CSV file, a list of dicts, or a pandas or polars frame.",
        )
    return rows


def _text(cell: Any) -> str:
    """What the cell would be in a file."""
    return "" if cell is None else str(cell)
