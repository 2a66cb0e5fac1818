"""Prompts that others have written: training data, or what users asked."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from falloff.core import UsageError, child_rng
from falloff.tables.lines import LONGEST, Losses, json_lines, text_lines
from falloff.tables.openings import NAMES, opening_of
from falloff.tables.text import DELIMITERS

# Prompts that are kept of a file, at the most: of more, so many are drawn, each as likely.
MOST_PROMPTS = 100_000
# Letters of a prompt that are kept.
MOST_LETTERS = 8_000
_REMEDY = (
    f"Give JSON lines, CSV or plain text, a prompt a line. Names it may have: {', '.join(NAMES)}."
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


def read_prompts(path: Path, *, distinct: bool) -> Prompts:
    """The prompts of a file: JSON lines, a JSON list, CSV with a header, or a prompt a line.

    ``distinct``: those that differ in more than white space. What cannot be read is left
    out and counted. Raises :class:`falloff.core.UsageError` where nothing is left.
    """
    losses, names = Losses(), Counter[str]()
    seen: set[bytes] = set()
    kept: list[tuple[int, str]] = []
    total = without = different = 0
    rng = child_rng("prompts")
    for found in _openings(path, losses):
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
        place = len(kept) if different <= MOST_PROMPTS else rng.randrange(different)
        if place < MOST_PROMPTS:
            kept[place : place + 1] = [(different, text[:MOST_LETTERS])]
    if not kept:
        lost = " ".join(losses.said(path))
        raise UsageError(f"{path} has no prompts. {lost}".strip(), remedy=_REMEDY)
    said = [_taken(path, total, names)]
    if distinct and total > different:
        said.append(
            f"{path.name}: {total - different:,} of them say what another one says; left out."
        )
    if different > MOST_PROMPTS:
        drawn = f"of {different:,} prompts {MOST_PROMPTS:,} are drawn"
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


def _openings(path: Path, losses: Losses) -> Iterator[tuple[str, str] | None]:
    """The name and the text of each prompt; None for a record without one."""
    first = next((text.lstrip() for _, text, _ in text_lines(path, Losses())), "")
    if first.startswith("{"):
        yield from (opening_of(record) for _, record in json_lines(path, losses))
    elif first.startswith("[") and path.suffix.lower() in (".json", ".jsonl"):
        yield from map(opening_of, _listed(path, losses))
    elif path.suffix.lower() in (".csv", ".tsv"):
        yield from map(opening_of, _rows(path, losses))
    else:
        yield from (("", text.strip()) for _, text, _ in text_lines(path, losses))


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


def _rows(path: Path, losses: Losses) -> Iterator[Mapping[str, Any]]:
    """The rows of a CSV file by column."""
    longest = csv.field_size_limit(LONGEST)
    try:
        lines = (text for _, text, _ in text_lines(path, losses))
        head = next(lines, "")
        if not head:
            return
        delimiter = max(DELIMITERS, key=head.count)
        header = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
        lower = [name.casefold() for name in header]
        if not set(lower) & set(NAMES):
            listed = ", ".join(f"'{name}'" for name in islice(header, 20))
            raise UsageError(
                f"{path} has no column for the prompt: its columns are {listed}.", remedy=_REMEDY
            )
        for row in csv.reader(lines, delimiter=delimiter):
            yield dict(zip(lower, row, strict=False))
    except csv.Error as error:
        raise UsageError(f"{path} is not CSV: {error}.", remedy=_REMEDY) from error
    finally:
        csv.field_size_limit(longest)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
