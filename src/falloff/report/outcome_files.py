"""Outcomes as a table for other programs: CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from falloff.core import missing_extra
from falloff.report.files import whole_file

# The columns beside the doses, ``axis.…``, which stand after the coordinate.
_PLACE = {"probe": str, "family": str, "coordinate": str}
_ANSWER = {
    "template": int,
    "share": str,
    "role": str,
    "model": str,
    "score": float,
    "reason": str,
    "answer": str,
    "calls": int,
    "prompt_tokens": int,
    "completion_tokens": int,
    "cached_tokens": int,
    "thinking_tokens": int,
    "seconds": float,
    "error": str,
}

Rows = Iterable[Mapping[str, Any]]


def write_outcomes(path: Path, rows: Rows, axes: Sequence[str]) -> Path:
    """Write rows of a run in the form that the ending of ``path`` names, and return ``path``.

    ``axes`` are all that occur in the rows, which are read once, one at a time. An earlier file is
    replaced in one step. What no encoding takes, such as a lone surrogate, becomes an escape.

    Raises :class:`falloff.core.SetupError` where the file cannot be written, or polars is missing.
    """
    columns = _PLACE | {f"axis.{axis}": float for axis in dict.fromkeys(axes)} | _ANSWER
    with whole_file(path) as draft:
        WRITERS[path.suffix.lower()](draft, (_encodable(row) for row in rows), columns)
    return path


def _csv(draft: Path, rows: Rows, columns: Mapping[str, type]) -> None:
    with draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _jsonl(draft: Path, rows: Rows, columns: Mapping[str, type]) -> None:
    """A row has the axes of its own family alone."""
    del columns
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row, allow_nan=False) + "\n" for row in rows)


def _parquet(draft: Path, rows: Rows, columns: Mapping[str, type]) -> None:
    """By way of JSON lines, which polars streams: memory does not grow with the run."""
    try:
        import polars
    except ImportError as error:
        raise missing_extra("polars", "frames", "Writing Parquet") from error
    types = {str: polars.String, float: polars.Float64, int: polars.Int64}
    lines = draft.with_name(f"{draft.name}.jsonl")
    try:
        _jsonl(lines, rows, columns)
        schema = {name: types[kind] for name, kind in columns.items()}
        polars.scan_ndjson(lines, schema=schema).sink_parquet(draft)
    finally:
        lines.unlink(missing_ok=True)


def _encodable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.encode("utf-8", "backslashreplace").decode()
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }


WRITERS: dict[str, Callable[[Path, Iterator[Mapping[str, Any]], Mapping[str, type]], None]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}
