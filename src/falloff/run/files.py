"""Run files as things on a disk: made whole or not at all, and recognised."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from falloff.core import RunFileError, SetupError
from falloff.run import schema
from falloff.run.manifest import Manifest


def build(path: Path, manifest: Manifest) -> Path:
    """An empty run beside ``path``, under the name returned, to be filled and put in place."""
    new = Path(f"{path}-new")
    new.unlink(missing_ok=True)
    with closing(schema.connect(new, "mode=rwc")) as connection, schema.transaction(connection):
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {schema.FORMAT}")
        for table in schema.TABLES:
            connection.execute(table)
        schema.add_later_tables(connection)
        connection.executemany(
            "INSERT INTO manifest VALUES (?, ?)",
            ((key, json.dumps(value)) for key, value in manifest.as_dict().items()),
        )
    return new


def put_in_place(new: Path, path: Path) -> None:
    """Replace the run at ``path`` in one step.

    Its write-ahead log goes first: SQLite would take it for the new file's.
    """
    _remove_logs(path)
    new.replace(path)


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another that takes its name; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def put_back(connection: sqlite3.Connection, path: Path) -> SetupError:
    """Write a run whose file was removed, and is still open, to its place again.

    Returns what to tell. Where another file has taken the place, it goes to ``<run>.rescued``.
    """
    target = Path(f"{path}.rescued") if path.exists() else path
    try:
        _remove_logs(target)
        with closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
    except sqlite3.DatabaseError as error:
        kept = f"It could not be written again: {error}."
    else:
        kept = f"What it held is written to '{target}'."
    return SetupError(
        f"The file '{path}' is gone: it was moved or removed while it was written.",
        remedy=f"{kept} Leave it in its place, and run the same command again to go on.",
    )


def remove(path: Path) -> None:
    """Take a run that is not open off the disk."""
    _remove_logs(path)
    path.unlink(missing_ok=True)


def _remove_logs(path: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def check_identity(path: Path) -> None:
    """Raise :class:`RunFileError` unless there is a run at ``path``, damaged or not."""
    with closing(connect_damaged(path)) as connection:
        schema.identify(connection, path)


def connect_damaged(path: Path) -> sqlite3.Connection:
    """A connection that SQLite does not refuse although pages at the end are missing."""
    connection = schema.connect(path, "mode=rw")
    connection.execute("PRAGMA writable_schema = ON")
    return connection


def read_manifest(connection: sqlite3.Connection, path: Path) -> Manifest:
    """The manifest of an open run file."""
    rows = connection.execute("SELECT key, value FROM manifest").fetchall()
    try:
        return Manifest.from_dict({key: json.loads(value) for key, value in rows})
    except (KeyError, TypeError, ValueError) as error:
        raise RunFileError(
            f"The manifest of '{path}' cannot be read: {error!r}.",
            remedy="Start the run over with --fresh, or name another file with --run.",
        ) from error
