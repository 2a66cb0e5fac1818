"""Prompts that others have written: training data, or what users asked."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from falloff.core import UsageError, child_rng
from falloff.tables.lines import LONGEST, Losses, json_lines, text_lines
from falloff.tables.openings import NAMES, opening_of, text_of
from falloff.tables.parquet import parquet_columns, parquet_rows
from falloff.tables.text import DELIMITERS

# Prompts that are kept of a file, at the most: of more, so many are drawn, each as likely.
MOST_PROMPTS = 100_000
# Letters of a prompt that are kept.
MOST_LETTERS = 8_000
_REMEDY = (
    "Give JSON lines, CSV, Parquet or plain text, a prompt a line. Names it may have:"
    f" {', '.join(NAMES)}; or name the column: FILE:COLUMN."
)


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """``texts``: the prompts kept, in the order of the file. ``total`` counts all that were there.

    ``digest`` is that of the file's bytes. ``said``: what a reader must know of how it was read.
    """

    texts: tuple[str, ...]
    total: int
    digest: str
    said: tuple[str, ...]


def read_prompts(path: Path, *, distinct: bool, most: int | None = None) -> Prompts:
    """The prompts of a file: JSON lines, a JSON list, CSV, Parquet, or a prompt a line.

    ``FILE:COLUMN`` names the column that holds them; else it is guessed.

    ``distinct``: those that differ in more than white space. What cannot be read is left
    out and counted. Of more than ``most``, 100,000 unless said, so many are drawn. Raises
    :class:`falloff.core.UsageError` where nothing is left.
    """
    most = most or MOST_PROMPTS
    path, column = _named(path)
    losses, names = Losses(), Counter[str]()
    seen: set[bytes] = set()
    kept: list[tuple[int, str]] = []
    total = without = different = 0
    rng = child_rng("prompts")
    for found in _openings(path, column, losses):
        if found is None:
            without += 1
            continue
        name, text = found
        names[name] += 1
        total += 1
        if distinct:
            plain = " ".join(text.split()).encode("utf-8", "surrogatepass")
            key = hashlib.blake2b(plain, digest_size=8).digest()
            if key in seen:
                continue
            seen.add(key)
        different += 1
        place = len(kept) if different <= most else rng.randrange(different)
        if place < most:
            kept[place : place + 1] = [(different, text[:MOST_LETTERS])]
    if not kept:
        lost = " ".join(losses.said(path))
        raise UsageError(f"{path} has no prompts. {lost}".strip(), remedy=_REMEDY)
    said = [_taken(path, total, names)]
    if distinct and total > different:
        said.append(
            f"{path.name}: {total - different:,} of them say what another one says; left out."
        )
    if different > most:
        drawn = f"of {different:,} prompts {most:,} are drawn"
        said.append(f"{path.name}: {drawn}; copies of the others go unseen.")
    if without:
        said.append(f"{path.name}: {without:,} records have no prompt and are left out.")
    return Prompts(
        texts=tuple(text for _, text in sorted(kept)),
        total=total,
        digest=_digest(path),
        said=(*said, *losses.said(path)),
    )


def _taken(path: Path, total: int, names: Counter[str]) -> str:
    prompts = "prompt" if total == 1 else "prompts"
    columns = ", ".join(f"'{name}'" for name in names if name)
    return f"{path.name}: {total:,} {prompts}{f' from {columns}' if columns else ''}."


# Columns that an error names.
_SHOWN = 12


def _named(path: Path) -> tuple[Path, str | None]:
    """A file, and the column that ``FILE:COLUMN`` names."""
    name, colon, column = path.name.rpartition(":")
    if not colon or not name or not column or path.exists():
        return path, None
    return path.with_name(name), column


def _in_column(
    path: Path, column: str, records: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str] | None]:
    """The prompts under one name alone. Raises where no record has it."""
    met, others = False, dict[str, None]()
    for record in records:
        met = met or column in record
        if not met:
            others |= dict.fromkeys(list(record)[:_SHOWN])
        text = text_of(record.get(column))
        yield (column, text) if text else None
    if not met:
        listed = ", ".join(f"'{name}'" for name in list(others)[:_SHOWN]) or "none"
        raise UsageError(
            f"{path} has no column '{column}'; it has {listed}.",
            remedy="Name one that it has: FILE:COLUMN.",
        )


def _openings(path: Path, column: str | None, losses: Losses) -> Iterator[tuple[str, str] | None]:
    """The name and the text of each prompt; None for a record without one."""
    records = _records(path, column, losses)
    if records is None:
        if column is not None:
            raise UsageError(
                f"{path} is plain text and has no column '{column}'.",
                remedy="Leave the column out: each line is a prompt.",
            )
        yield from (("", text.strip()) for _, text, _ in text_lines(path, losses))
    elif column is not None:
        yield from _in_column(path, column, records)
    else:
        yield from map(opening_of, records)


def _records(path: Path, column: str | None, losses: Losses) -> Iterable[Mapping[str, Any]] | None:
    """The records of a file by column; None for plain text."""
    if path.suffix.lower() == ".parquet":
        return _parquet(path, column, losses)
    first = next((text.lstrip() for _, text, _ in text_lines(path, Losses())), "")
    if first.startswith("{"):
        return (record for _, record in json_lines(path, losses))
    if first.startswith("[") and path.suffix.lower() in (".json", ".jsonl"):
        return _listed(path, losses)
    return _rows(path, column, losses) if path.suffix.lower() in (".csv", ".tsv") else None


def _parquet(path: Path, column: str | None, losses: Losses) -> Iterator[Mapping[str, Any]]:
    """The rows of a Parquet file, of the columns that may hold a prompt."""
    if not path.is_file():
        raise UsageError(f"{path} cannot be read: no such file.", remedy="Check the path.")
    columns = parquet_columns(path)
    wanted = _holding(path, columns, column)
    for row in parquet_rows(path, wanted):
        losses.read += 1
        yield row if column is not None else {name.casefold(): v for name, v in row.items()}


def _holding(path: Path, columns: Sequence[str], column: str | None) -> tuple[str, ...]:
    """The columns that may hold a prompt. Raises where there is none."""
    wanted = (column,) if column is not None else NAMES
    found = tuple(name for name in columns if (name if column else name.casefold()) in wanted)
    if not found:
        listed = ", ".join(f"'{name}'" for name in islice(columns, 20))
        missing = f"column '{column}'" if column is not None else "column for the prompt"
        raise UsageError(f"{path} has no {missing}: its columns are {listed}.", remedy=_REMEDY)
    return found


def _listed(path: Path, losses: Losses) -> Iterable[Mapping[str, Any]]:
    """The records of a JSON list, which is read whole."""
    if path.stat().st_size > 8 * LONGEST:
        raise UsageError(
            f"{path} is one JSON list of {path.stat().st_size >> 20:,} MB.",
            remedy="Write it as JSON lines, a record a line.",
        )
    try:
        records = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not JSON: {error}.", remedy=_REMEDY) from error
    losses.read = len(records)
    return [record for record in records if isinstance(record, dict)]


def _rows(path: Path, column: str | None, losses: Losses) -> Iterator[Mapping[str, Any]]:
    """The rows of a CSV file by column."""
    longest = csv.field_size_limit(LONGEST)
    try:
        lines = (text for _, text, _ in text_lines(path, losses))
        head = next(lines, "")
        if not head:
            return
        delimiter = max(DELIMITERS, key=head.count)
        header = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
        _holding(path, header, column)
        names = header if column is not None else [name.casefold() for name in header]
        for row in csv.reader(lines, delimiter=delimiter):
            yield dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise UsageError(f"{path} is not CSV: {error}.", remedy=_REMEDY) from error
    finally:
        csv.field_size_limit(longest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
