"""Plain CSV as a log: one row an answer, read row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from falloff.core import UsageError
from falloff.logs.answer import Answer, Wanted, as_level, as_score
from falloff.tables.columns import Columns, settle
from falloff.tables.lines import LONGEST, Losses, text_lines
from falloff.tables.openings import opening_of
from falloff.tables.text import DELIMITERS


class CsvLog:
    """The answers of one file. Without a model column they are all of ``model``."""

    def __init__(self, path: Path, model: str, wanted: Wanted, losses: Losses) -> None:
        self.path = path
        self.model = model
        self._wanted = wanted
        self._losses = losses
        self.said: tuple[str, ...] = ()
        self.unscored = 0

    def __iter__(self) -> Iterator[Answer]:
        longest = csv.field_size_limit(LONGEST)
        try:
            yield from self._answers()
        except csv.Error as error:
            raise UsageError(f"{self.path} is not CSV: {error}.", remedy="Check it.") from error
        finally:
            csv.field_size_limit(longest)

    def _answers(self) -> Iterator[Answer]:
        lines = (text for _, text, _ in text_lines(self.path, self._losses))
        head = next(lines, "")
        delimiter = max(DELIMITERS, key=head.count)
        header = tuple(name.strip() for name in next(csv.reader([head], delimiter=delimiter), []))
        columns = self._columns(header)
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in reader:
            if len(cells) < len(header):
                self._losses.cut_short += 1
                self._losses.read -= 1
                continue
            row = dict(zip(header, cells, strict=False))
            where = f"{self.path}, row {reader.line_num + 1}"
            if any(cell.strip() for cell in cells[len(header) :]):
                raise UsageError(
                    f"{where}: {len(cells)} cells for {len(header)} columns.",
                    remedy="Quote cells that hold the delimiter; write 0.5 rather than 0,5.",
                )
            score = as_score(row[columns["score"]], where)
            if score is None:
                self.unscored += 1
                continue
            yield self._answer(row, columns, score)

    def _answer(self, row: dict[str, str], columns: dict[str, str], score: float) -> Answer:
        wanted = self._wanted
        prompt = opening_of({k.casefold(): v for k, v in row.items()})
        return Answer(
            model=row[columns["model"]].strip() if "model" in columns else self.model,
            task=row["task"].strip() if columns["item"] != "task" and "task" in row else "",
            item=row[columns["item"]].strip(),
            score=score,
            level=as_level(row[columns["level"]]) if "level" in columns else None,
            group=row[wanted.group] if wanted.group else None,
            prompt=prompt[1] if prompt and wanted.level == "novelty" else None,
        )

    def _columns(self, header: tuple[str, ...]) -> dict[str, str]:
        """Names by role: item and score must be there."""
        named = dict(self._wanted.columns or {})
        level = self._wanted.level
        wanted = Columns(
            model=named.get("model"),
            item=named.get("item"),
            levels=(level,) if level and level != "novelty" else (),
            score=self._wanted.metric or named.get("score"),
        )
        found = dict(settle(wanted, header, str(self.path), needed=("item", "score")).by_role)
        if level == "novelty" or level is None:
            found.pop("level", None)
        if self._wanted.group and self._wanted.group not in header:
            raise UsageError(
                f"{self.path} has no column '{self._wanted.group}'.",
                remedy=f"Its columns are {', '.join(header)}.",
            )
        taken = ", ".join(f"{role} '{name}'" for role, name in found.items())
        self.said = (f"{self.path.name}: {taken}.",)
        return found
