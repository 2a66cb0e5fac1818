"""From a file or a data set to rows, each with the line it stands on."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from falloff.core import UsageError
from falloff.probes.bench.hub import PREFIX, load_rows
from falloff.tables.parquet import parquet_rows
from falloff.tables.text import read_records

# Longer lines are no benchmark item; they are passed over without being read into memory.
LONGEST_LINE = 4_000_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
KINDS = (".jsonl", ".json", ".csv", ".tsv", ".parquet")

Row = tuple[int, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """``rows`` with line numbers, from 1; ``losses``: what could not be read, by reason.

    ``name`` is a benchmark's by them, ``said`` how the source is spoken of, ``digest`` that of its
    contents.
    """

    rows: tuple[Row, ...]
    losses: Counter[str] = field(default_factory=Counter)
    name: str = ""
    said: str = ""
    digest: str = ""


def read_rows(source: str | Path) -> Rows:
    """All rows of a file, or of a data set ``hf:NAME``.

    What they hold is data: paths and addresses in them are never followed. Raises
    :class:`falloff.core.UsageError` for what cannot be read as a table, and as
    :func:`falloff.probes.bench.hub.load_rows` does.
    """
    if str(source).startswith(PREFIX):
        loaded = load_rows(str(source))
        found = Rows(
            rows=tuple(enumerate(loaded.rows, 1)),
            name=loaded.name,
            said=loaded.said,
            digest=loaded.digest,
        )
    else:
        path = Path(source)
        found = _rows_of(path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = replace(found, name=path.stem, said=str(path), digest=digest)
    if not found.rows:
        raise UsageError(f"The benchmark '{source}' has no rows.", remedy="Give a row an item.")
    return found


def _rows_of(path: Path) -> Rows:
    if not path.is_file():
        raise UsageError(
            f"There is no benchmark '{path}'.",
            remedy=f"Give a file that ends in {', '.join(KINDS)}.",
        )
    match path.suffix.lower():
        case ".jsonl" | ".json":
            return _json_lines(path)
        case ".csv" | ".tsv":
            records = read_records(path)
            cells = (
                (line, dict(zip(records.header, row, strict=True))) for line, row in records.rows
            )
            return Rows(rows=tuple(cells))
        case ".parquet":
            return Rows(rows=tuple(enumerate(parquet_rows(path), 1)))
        case other:
            raise UsageError(
                f"The benchmark '{path}' ends in '{other}'.",
                remedy=f"Give a file that ends in {', '.join(KINDS)}.",
            )


def _json_lines(path: Path) -> Rows:
    losses: Counter[str] = Counter()
    rows: list[Row] = []
    with path.open("rb") as file:
        start = file.read(1)
        file.seek(0)
        if path.suffix.lower() == ".json" and start in (b"[", b"\xef"):
            return _json_list(path, file.read())
        for number, line, whole in _lines(file):
            if line is None:
                losses[f"a line of more than {LONGEST_LINE:,} bytes"] += 1
                continue
            try:
                text = line.decode("utf-8")
                row = json.loads(text) if text.strip() else None
            except (UnicodeDecodeError, ValueError, RecursionError) as problem:
                if not whole and rows:
                    losses["a last line that breaks off"] += 1
                    break
                raise _broken(path, number, line, problem) from problem
            if row is not None:
                rows.append((number, _object(path, number, row)))
    return Rows(rows=tuple(rows), losses=losses)


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None, bool]]:
    """(number, line, whether it ends) of all lines; None for a line that is too long."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        whole = line.endswith(b"\n")
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if not whole and len(line) >= LONGEST_LINE - len(codecs.BOM_UTF8):
            while not whole and (rest := file.readline(LONGEST_LINE)):
                whole = rest.endswith(b"\n")
            yield number, None, True
        else:
            yield number, line, whole


def _json_list(path: Path, content: bytes) -> Rows:
    try:
        listed = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise _broken(path, 1, content, problem) from problem
    if isinstance(listed, dict):
        listed = [listed]
    return Rows(rows=tuple((i, _object(path, i, row)) for i, row in enumerate(listed, 1)))


def _object(path: Path, number: int, row: Any) -> Mapping[str, Any]:
    if isinstance(row, dict):
        return row
    raise UsageError(
        f"{path}, line {number}: a {type(row).__name__}, not an object.",
        remedy='Write one JSON object a line: {"prompt": …, "answer": …}.',
    )


def _broken(path: Path, number: int, line: bytes, problem: Exception) -> UsageError:
    if isinstance(problem, UnicodeDecodeError):
        what = "has zero bytes, as UTF-16 has" if b"\0" in line[:100] else "is not UTF-8"
        utf16 = number == 1 and line.startswith(_UTF16)
        what = "is UTF-16" if utf16 else what
        return UsageError(
            f"{path}, line {number} {what} (byte {problem.start + 1} of the line).",
            remedy="Save the whole file in UTF-8.",
        )
    return UsageError(
        f"{path}, line {number} is no JSON: {str(problem)[:120]}.",
        remedy="Write one JSON object a line.",
    )
