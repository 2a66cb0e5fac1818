"""One writer a run: a lock that the operating system lets go of when the process dies."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from falloff.run.trouble import explained


class WriterLock:
    """Holds ``<run>-lock`` until released, or until the process ends, however it ends.

    The lock is SQLite's own on an empty file: the same on every system, without a process id that
    may go stale. Raises :class:`falloff.core.RunFileError` if another process holds it and
    :class:`falloff.core.SetupError` if the file cannot be made.
    """

    def __init__(self, run: Path) -> None:
        self._path = Path(f"{run}-lock")
        with explained(run):
            self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
            try:
                self._connection.execute("PRAGMA journal_mode = MEMORY")
                self._connection.execute("BEGIN EXCLUSIVE")
            except BaseException:
                self._connection.close()
                raise

    def release(self) -> None:
        with closing(self._connection), suppress(OSError):
            # Windows does not remove a file in use; an empty one left behind does no harm.
            self._path.unlink(missing_ok=True)
