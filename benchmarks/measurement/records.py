"""Results on disk: one CSV a table, one line an estimate, appended as soon as it is there.

A stopped run goes on where it was, and a longer one adds further observers. Lines of falloff's own
methods carry a digest of the code that made them; those of other code are dropped and made anew.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import falloff

RESULTS = Path(__file__).parent / "results"
HEAD = ("box", "chance", "kind", "index", "method", "n", "code")


@dataclass(frozen=True, order=True)
class Subject:
    """Observer (or pair) ``index`` of a ``kind`` on a box with a chance level."""

    box: str
    chance: float
    kind: str
    index: int


@dataclass(frozen=True)
class Unit:
    """One peer on one subject: ``work(subject)`` gives rows (method, n, value …).

    ``name`` begins the names of its methods. ``ours``: it runs falloff's code.
    """

    name: str
    subject: Subject
    work: Callable[[Subject], list[tuple]]
    ours: bool = False

    @property
    def key(self) -> tuple[Subject, str]:
        return self.subject, self.name


@lru_cache(maxsize=1)
def code() -> str:
    """A digest of the rooms that decide falloff's numbers."""
    root = Path(falloff.__file__).parent
    files = sorted(f for room in ("sampling", "measure") for f in (root / room).rglob("*.py"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()[:8]


class Table:
    """The rows of one table. ``columns``: names of the values after :data:`HEAD`."""

    def __init__(self, name: str, columns: Sequence[str], folder: Path = RESULTS) -> None:
        self.path = folder / f"{name}.csv"
        self.columns = tuple(columns)
        self.rows: dict[tuple[Subject, str, int], tuple[float, ...]] = {}
        self.done: set[tuple[Subject, str]] = set()
        if self.path.exists():
            self._load()
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self.path.write_text(",".join([*HEAD, *columns]) + "\n")

    def run(self, units: Iterable[Unit], *, until: float, jobs: int = 1) -> None:
        """Units that are not there yet, in their order, until the clock says ``until``."""
        missing = [unit for unit in units if unit.key not in self.done]
        if jobs == 1:
            for unit in missing:
                if time.monotonic() > until:
                    break
                self._take(unit, unit.work(unit.subject))
            return
        with ProcessPoolExecutor(jobs) as pool:
            for start in range(0, len(missing), 4 * jobs):
                if time.monotonic() > until:
                    break
                some = missing[start : start + 4 * jobs]
                for unit, rows in zip(some, pool.map(_work, some), strict=True):
                    self._take(unit, rows)

    def _take(self, unit: Unit, rows: list[tuple]) -> None:
        stamp = code() if unit.ours else "-"
        s = unit.subject
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for method, n, *values in rows:
                self.rows[s, method, n] = tuple(float(v) for v in values)
                shown = [f"{v:.5g}" for v in values]
                writer.writerow([s.box, s.chance, s.kind, s.index, method, n, stamp, *shown])
        self.done.add(unit.key)

    def _load(self) -> None:
        with self.path.open(newline="") as file:
            lines = list(csv.reader(file))
        kept = [line for line in lines[1:] if self._readable(line)]
        if len(kept) != len(lines) - 1:
            text = "\n".join(",".join(line) for line in [lines[0], *kept])
            self.path.write_text(text + "\n")
        for box, chance, kind, index, method, n, _, *values in kept:
            subject = Subject(box, float(chance), kind, int(index))
            self.rows[subject, method, int(n)] = tuple(float(v) for v in values)
            self.done.add((subject, method.split(":")[0]))

    def _readable(self, line: list[str]) -> bool:
        return len(line) == len(HEAD) + len(self.columns) and line[6] in ("-", code())


def _work(unit: Unit) -> list[tuple]:
    return unit.work(unit.subject)
