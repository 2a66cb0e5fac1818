"""What can go wrong with a run file, told to a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from falloff.core import FalloffError, RunFileError, SetupError

_UNWRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
# Beside a run whose damage was met in reading: all of it is checked before it is written again.
SUSPECT = "-suspect"
# Falloff's own queries are right for what its files hold. Where SQLite finds an error in one, such
# as a table that is not there or text that is none, it is the file that has changed.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}
# What reading a value raises that nobody wrote.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
T = TypeVar("T")
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system raise within the block into errors for people."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _explanation(path, error) from error
    except UnicodeDecodeError as error:
        raise _damaged(path) from error
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def is_unopenable(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite could not make the files it needs beside the run."""
    return _code(error) in _UNWRITABLE


def is_busy(error: sqlite3.DatabaseError) -> bool:
    """Whether another connection holds the file."""
    return _code(error) in _BUSY


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether something in the file is lost, rather than locked or not to be written."""
    return _code(error) in _DAMAGE


def decoded(
    path: Path, rows: Iterator[tuple[Any, ...]], decode: Callable[[tuple[Any, ...]], T]
) -> Iterator[T]:
    """What the rows of a run say. Raises :class:`RunFileError` at one that says nothing."""
    for row in rows:
        try:
            value = decode(row)
        except UNREADABLE as error:
            if isinstance(rows, Generator):
                rows.close()  # now, rather than after its connection
            raise _damaged(path) from error
        yield value


def not_a_run(path: Path) -> RunFileError:
    return RunFileError(
        f"'{path}' is not a falloff run.",
        remedy="Give a file that falloff compare or falloff measure wrote.",
    )


def a_folder(path: Path) -> RunFileError:
    return RunFileError(
        f"'{path}' is a folder, not a run.",
        remedy="Give a file that falloff compare or falloff measure wrote, or will write.",
    )


def _explanation(path: Path, error: sqlite3.DatabaseError) -> FalloffError:
    code = _code(error)
    if code == sqlite3.SQLITE_NOTADB:
        return not_a_run(path)
    if is_damage(error):
        return _damaged(path)
    if is_busy(error):
        return in_use(path, "Another process", doing="using")
    if is_unopenable(error):
        return _unwritable(path, str(error))
    if code in _DISK:
        return SetupError(
            f"'{path}' cannot be written: {error}.",
            remedy="Every answer recorded so far is kept. Make room on the disk, then run the same"
            " command again to go on.",
        )
    return RunFileError(f"'{path}' cannot be used: {error}.", remedy="Give another file.")


def _damaged(path: Path) -> RunFileError:
    with suppress(OSError):
        Path(f"{path}{SUSPECT}").touch()
    return RunFileError(
        f"'{path}' is damaged: part of it cannot be read.",
        remedy="Run the command that made it again: it keeps every answer that can be read,"
        " says what is lost, and asks only for that.",
    )


def _unwritable(path: Path, why: str) -> SetupError:
    return SetupError(
        f"'{path}' cannot be opened: {why}.",
        remedy="Check that its folder is there and that you may write to it, or name another file"
        " (to write a run: --run).",
    )


def in_use(
    path: Path, who: str, *, doing: str = "writing to", claim: Path | None = None
) -> RunFileError:
    """``claim``: the file that keeps others out, where a disk takes no locks."""
    gone = f" If there is no such process, remove '{claim}'." if claim else ""
    return RunFileError(
        f"{who} is {doing} '{path}'.",
        remedy=f"Wait until it is done, or name another file with --run.{gone}",
    )


def _code(error: sqlite3.DatabaseError) -> int:
    """SQLite's primary result code, without the extended part."""
    # Python's own complaints have none; text that is no text is the one that tells of the file.
    none = sqlite3.SQLITE_ERROR if isinstance(error, sqlite3.OperationalError) else 0
    return int(getattr(error, "sqlite_errorcode", none)) & 0xFF
