"""What to do with a damaged run file: keep what can be read, say what is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from falloff.core import RunFileError
from falloff.run import files, schema
from falloff.run.logprobs import read_logprobs
from falloff.run.records import PlacedProbe, read_answer, read_outcome, read_transcript
from falloff.run.trouble import SUSPECT, UNREADABLE, is_damage

_COUNTED = ("probes", "answers", "transcripts")
_OF_NO_PROBE = ("busy", "estimates")
_OF_PROBES = (*_COUNTED[1:], *(name for name in schema.LATER_TABLES if name not in _OF_NO_PROBE))
# Estimates are worked out anew.
_TABLES = (_COUNTED[0], *_OF_PROBES, "busy")


# Checking every page of a smaller file takes no time that anybody notices.
SMALL = 64_000_000


def is_doubtful(path: Path) -> bool:
    """Whether every page is to be checked: of small files, and of those that did not end well.

    A million outcomes take seconds to check. Ask before SQLite has cleaned up after a dead process.
    """
    beside = (Path(f"{path}{suffix}") for suffix in ("-wal", "-journal", SUSPECT))
    return path.stat().st_size <= SMALL or any(file.exists() for file in beside)


def salvage(path: Path, *, doubtful: bool = True) -> str | None:
    """Make a damaged run usable again. Returns what was lost; None for a sound file.

    Of a file that is not ``doubtful`` only the length is looked at: damage further in is met when
    it is read, which leaves a mark for the next time.
    The damaged file stays beside it as ``<run>.damaged``. Raises :class:`RunFileError` if not even
    the manifest can be read. Call with the writer's lock held.
    """
    with closing(files.connect_damaged(path)) as damaged:
        read_all = Path(f"{path}{SUSPECT}").exists()
        if _is_whole(path) and (not doubtful or _is_sound(damaged, read_all=read_all)):
            _clear(path)
            return None
        if schema.format_of(damaged) < schema.FORMAT:
            raise _damaged_and_old(path)
        new = _rescue(damaged, path)
        loss = _loss(new, path)
    shutil.copyfile(path, f"{path}.damaged")
    files.put_in_place(new, path)
    _clear(path)
    return loss


def _clear(path: Path) -> None:
    Path(f"{path}{SUSPECT}").unlink(missing_ok=True)


def _is_whole(path: Path) -> bool:
    """Whether the file is as long as it says: otherwise SQLite refuses it at once."""
    with closing(schema.connect(path, "mode=rw")) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                return False
            raise
    return True


def _damaged_and_old(path: Path) -> RunFileError:
    return RunFileError(
        f"'{path}' is damaged, and of an older format.",
        remedy="Run the command that made it once with the falloff of that time, which saves what"
        " can be read, or start over with --fresh.",
    )


def _is_sound(connection: sqlite3.Connection, *, read_all: bool) -> bool:
    """Whether every page is; ``read_all``: and every value says something."""
    try:
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            return False
        there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        return not read_all or all(
            _says_something(table, row)
            for table in _TABLES
            if table in there
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - own names
        )
    except UnicodeDecodeError:
        return False
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return False
        raise


def _rescue(damaged: sqlite3.Connection, path: Path) -> Path:
    """A sound copy of all that can be read."""
    try:
        manifest = files.read_manifest(damaged, path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise RunFileError(
            f"'{path}' is damaged, and its manifest cannot be read.",
            remedy="Start the run over with --fresh, or name another file with --run.",
        ) from error
    new = files.build(path, manifest)
    with closing(schema.connect(new, "mode=rw")) as copy, schema.transaction(copy):
        for table in _TABLES:
            for row in _readable(damaged, table):
                if not _says_something(table, row):
                    continue
                marks = ", ".join("?" * len(row))
                with suppress(sqlite3.IntegrityError):  # a row that is there, but garbled
                    copy.execute(f"INSERT INTO {table} VALUES ({marks})", row)  # noqa: S608
        _drop_after_gaps(copy)
    return new


# What reading the row of a table comes to.
_READ: dict[str, Callable[[tuple[Any, ...]], object]] = {
    "probes": lambda row: PlacedProbe.from_row(row[1:]),
    "answers": lambda row: read_outcome((*row[3:], None, None)),
    "transcripts": lambda row: read_transcript(row[3]),
    "errors": lambda row: read_answer(row[3]),
    "token_details": lambda row: dict(json.loads(row[3])),
    "logprobs": lambda row: read_logprobs(row[3]),
    "novelty": lambda row: float(row[1]),
    "asked_again": lambda row: [int(count) for count in row[3:]],
    "busy": lambda row: float(row[2]),
}


def _says_something(table: str, row: tuple[Any, ...]) -> bool:
    try:
        _READ[table](row)
    except UNREADABLE:
        return False
    return True


def _readable(damaged: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """The rows from the front as far as the damage, then from the back as far as the damage."""
    for direction in ("ASC", "DESC"):
        query = f"SELECT * FROM {table} NOT INDEXED ORDER BY rowid {direction}"  # noqa: S608
        try:
            yield from damaged.execute(query)
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            continue
        return


def _drop_after_gaps(copy: sqlite3.Connection) -> None:
    """A family's probes count from 0 without gaps: what follows a lost one is asked anew."""
    copy.execute(
        """WITH numbered AS (
            SELECT number, position, row_number() OVER (PARTITION BY family ORDER BY position) AS n
            FROM probes
        )
        DELETE FROM probes WHERE number IN (SELECT number FROM numbered WHERE position >= n)"""
    )
    for table in _OF_PROBES:
        copy.execute(
            f"DELETE FROM {table} WHERE probe NOT IN (SELECT number FROM probes)"  # noqa: S608
        )


def _loss(new: Path, path: Path) -> str:
    with closing(schema.connect(new, "mode=ro")) as copy:
        probes, answers, transcripts = (
            copy.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - own names
            for table in _COUNTED
        )
    return (
        f"'{path}' was damaged. What could be read is kept: {probes} probes, {answers} answers,"
        f" {transcripts} transcripts; answers that are lost are asked again. The damaged file is"
        f" kept as '{path}.damaged'."
    )
