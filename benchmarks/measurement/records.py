"""Results on disk: one CSV a table, one line an estimate, an empty line when a peer is done.

A stopped run goes on where it was, and a longer one adds further observers. Every line carries a
digest of the code that made it, falloff's own methods one of falloff's numerics too; lines of other
code are dropped and made anew.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import falloff

from .observers import BOXES, box

RESULTS = Path(__file__).parent / "results"
_DECIDE = (
    *("observers", "play", "fixed_designs", "edges", "volumes", "ratios", "speed"),
    *("coverage", "verdict", "glm", "curves", "quest", "aepsych_peer", "aepsych_server"),
    "limits",
)
# Units in flight at once: what a run that is out of time still waits for.
_AHEAD = 3
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


@lru_cache(maxsize=2)
def code(ours: bool) -> str:
    """A digest of what decides the rows: observers, boxes and peers; if ``ours``, falloff too."""
    here, root = Path(__file__).parent, Path(falloff.__file__).parent
    files = [here / f"{name}.py" for name in _DECIDE]
    rooms = ["models/observers", *(["sampling", "analysis"] if ours else [])]
    files += sorted(file for room in rooms for file in (root / room).rglob("*.py"))
    digest = hashlib.sha256(repr([box(name).axes for name in BOXES]).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


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
            self.path.write_text(",".join([*HEAD, *columns]) + "\n\n")

    def run(self, units: Iterable[Unit], *, until: float, pool: Executor | None = None) -> None:
        """Units that are not there yet, in their order, until the clock says ``until``.

        Without a ``pool`` in this process, one after another.
        """
        self._drop_other_code()
        missing = iter([unit for unit in dict.fromkeys(units) if unit.key not in self.done])
        if pool is None:
            for unit in missing:
                if time.monotonic() > until:
                    break
                self._take(unit, unit.work(unit.subject))
            return
        waiting: dict[Future, Unit] = {}
        while True:
            late = time.monotonic() > until
            while not late and len(waiting) < _AHEAD and (unit := next(missing, None)):
                waiting[pool.submit(unit.work, unit.subject)] = unit
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                self._take(waiting.pop(future), future.result())

    def _take(self, unit: Unit, rows: list[tuple]) -> None:
        stamp = code(unit.ours)
        s = unit.subject
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for method, n, *values in rows:
                self.rows[s, method, n] = tuple(float(v) for v in values)
                shown = [f"{v:.5g}" for v in values]
                writer.writerow([s.box, s.chance, s.kind, s.index, method, n, stamp, *shown])
            file.write("\n")
        self.done.add(unit.key)

    def _load(self) -> None:
        for line in self._lines()[1:]:
            box, chance, kind, index, method, n, _, *values = line
            subject = Subject(box, float(chance), kind, int(index))
            self.rows[subject, method, int(n)] = tuple(float(v) for v in values)
            self.done.add((subject, method.split(":")[0]))

    def _drop_other_code(self) -> None:
        """And what a killed run was writing, so that no unit counts as done by half."""
        text = self.path.read_text()
        lines = self._lines()
        kept = [line for line in lines[1:] if line[6] in (code(True), code(False))]
        if len(kept) < len(lines) - 1:
            print(f"{self.path.name}: {len(lines) - 1 - len(kept)} rows of other code are dropped")
        if kept and not text.endswith("\n\n"):
            torn = _unit_of(kept[-1])
            kept = [line for line in kept if _unit_of(line) != torn]
        blocks = ["\n".join(map(",".join, block)) for _, block in groupby(kept, _unit_of)]
        self.path.write_text("".join(f"{block}\n\n" for block in [",".join(lines[0]), *blocks]))
        self.rows.clear()
        self.done.clear()
        self._load()

    def _lines(self) -> list[list[str]]:
        """Without a line that a killed run has left unfinished."""
        with self.path.open(newline="") as file:
            return list(csv.reader(line for line in file if line.strip() and line.endswith("\n")))


def _unit_of(line: list[str]) -> tuple[str, ...]:
    return (*line[:4], line[4].split(":")[0])
