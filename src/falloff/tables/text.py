"""From bytes to records: encoding, delimiter, header, and the line each record stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from falloff.core import UsageError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True, kw_only=True)
class Records:
    """``header`` as written, stripped; ``rows`` with the number of the line each ends on.

    ``unit`` is what the numbers count: lines of a file, or rows. ``form`` says how it was written.
    """

    name: str
    unit: str
    form: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_records(path: Path) -> Records:
    """The records of a CSV file in UTF-8, with or without a byte order mark.

    The delimiter is the one of comma, semicolon and tab that splits the header into the most
    columns. Blank lines are skipped. Raises :class:`falloff.core.UsageError` for a file that cannot
    be read, is not UTF-8, is empty, or has a row that does not fit its header.
    """
    text = _decoded(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda sign: len(_split(first, sign)))
    lines = iter(_parsed(path, text, delimiter))
    _, header = next(lines, (0, ()))
    if not header:
        raise UsageError(f"{path} is empty.", remedy="Give a table with a header line.")
    names = tuple(name.strip() for name in header)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{path} has two columns '{twice}'.", remedy="Rename one of them.")
    rows = tuple(_fitting(path, names, line, row) for line, row in lines)
    if not rows:
        raise UsageError(f"{path} has a header and no rows.", remedy="Give one row an outcome.")
    form = f"{DELIMITERS[delimiter]}-separated"
    return Records(name=str(path), unit="line", form=form, header=names, rows=rows)


def _decoded(path: Path) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, f"byte {error.start} cannot be read") from error
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror or error}.", remedy="Check the path."
        ) from error
    if "\0" in text:
        raise _not_utf8(path, "it has zero bytes, as UTF-16 has")
    return text


def _not_utf8(path: Path, why: str) -> UsageError:
    return UsageError(
        f"{path} is not text in UTF-8: {why}.", remedy="Save it as CSV in UTF-8 and try again."
    )


def _parsed(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, tuple(row)
    except csv.Error as error:
        raise UsageError(
            f"{path}, line {reader.line_num}: {error}.", remedy="Check the quotes of that line."
        ) from error


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _fitting(
    path: Path, header: tuple[str, ...], line: int, row: tuple[str, ...]
) -> tuple[int, tuple[str, ...]]:
    """The row, if it has a cell for each column; empty ones may be missing or left over."""
    if any(cell.strip() for cell in row[len(header) :]):
        raise UsageError(
            f"{path}, line {line}: {len(row)} cells for {len(header)} columns.",
            remedy="Quote cells that hold the delimiter; write 0.5 rather than 0,5.",
        )
    return line, (*row[: len(header)], *[""] * (len(header) - len(row)))
