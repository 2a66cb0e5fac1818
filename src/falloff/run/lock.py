"""One writer a run: a lock that the operating system lets go of when the process dies."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from falloff.run import disks
from falloff.run.trouble import explained, in_use, is_busy


class WriterLock:
    """Holds ``<run>-lock`` until released, or until the process ends, however it ends.

    The lock is SQLite's own on an empty file: the same on every system, without a process id that
    may go stale. ``<run>-writer`` says whose it is, for the message to others, and decides nothing;
    only where the disk takes no locks it is the lock itself, and is void once its process is dead.
    Raises :class:`falloff.core.RunFileError` if another process holds it and
    :class:`falloff.core.SetupError` if the file cannot be made.
    """

    def __init__(self, run: Path) -> None:
        self._path, self._writer = Path(f"{run}-lock"), Path(f"{run}-writer")
        self._connection: sqlite3.Connection | None = None
        with explained(run):
            if disks.has_locks(run):
                self._connection = self._locked(run)
                with suppress(OSError):  # a full disk does not matter here
                    self._writer.write_text(_me())
            else:
                self._claim(run)

    def _locked(self, run: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.DatabaseError) and is_busy(error):
                raise in_use(run, _named(_read(self._writer))) from error
            raise
        return connection

    def _claim(self, run: Path) -> None:
        holder = _read(self._writer)
        if _is_dead(holder):
            self._writer.unlink(missing_ok=True)
        try:
            with self._writer.open("x") as file:
                file.write(_me())
        except FileExistsError as error:
            raise in_use(run, _named(holder), claim=self._writer) from error

    def release(self) -> None:
        # Windows does not remove a file in use; an empty one left behind does no harm.
        with suppress(OSError):
            self._writer.unlink(missing_ok=True)
        if self._connection is not None:
            with closing(self._connection), suppress(OSError):
                self._path.unlink(missing_ok=True)


def is_being_written(run: Path) -> bool:
    """Whether somebody says to be writing the run, and is not known to be dead.

    Takes no lock, so that looking keeps nobody from writing.
    """
    holder = _read(Path(f"{run}-writer"))
    return bool(holder) and not _is_dead(holder)


def _me() -> str:
    return json.dumps({"process": os.getpid(), "host": socket.gethostname()})


def _read(writer: Path) -> dict[str, Any]:
    try:
        said = json.loads(writer.read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _named(holder: dict[str, Any]) -> str:
    process, host = holder.get("process"), holder.get("host")
    if not isinstance(process, int) or not isinstance(host, str):
        return "Another process"
    return f"Another process ({process} on {host[:60]!r})"


def _is_dead(holder: dict[str, Any]) -> bool:
    """Whether it was a process of this machine and is no more."""
    process = holder.get("process")
    if holder.get("host") != socket.gethostname() or not isinstance(process, int):
        return False
    if os.name != "posix":  # elsewhere such a signal would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
