"""How SQLite keeps a run whole while it is written: a write-ahead log, or a rollback journal."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Literal, get_args

from falloff.core import UsageError
from falloff.run import disks

Journal = Literal["wal", "delete"]
VARIABLE = "FALLOFF_JOURNAL"
# Under a rollback journal a reader keeps the writer waiting, seconds at a time.
PATIENCE_MILLISECONDS = 60_000


def wanted_journal(given: str | None) -> Journal | None:
    """What was asked for: ``given``, or else the environment's :data:`VARIABLE`; None if nothing.

    Raises :class:`falloff.core.UsageError` for another word.
    """
    word = given or os.environ.get(VARIABLE) or None
    for journal in get_args(Journal):
        if word == journal:
            return journal  # type: ignore[no-any-return]
    if word is None:
        return None
    where = "" if given else f" (from {VARIABLE})"
    raise UsageError(
        f"There is no journal '{word}'{where}.",
        remedy="Use 'wal' on a disk of this machine, 'delete' on a network disk.",
    )


def set_journal(connection: sqlite3.Connection, path: Path, wanted: Journal | None) -> str | None:
    """Have writes kept so. Returns what a person should know of it, None if nothing.

    Unless something is wanted: a write-ahead log, which is faster and lets others read meanwhile,
    but needs memory shared by all who use the file: a network disk has none.
    """
    note = None
    if wanted is None and disks.is_network(path):
        wanted = "delete"
        note = f"'{path}' is on a network disk: written with a rollback journal, which is slower."
    if wanted != "delete":
        if _switched(connection, "wal"):
            return None
        note = (
            f"The disk of '{path}' takes no write-ahead log: written with a rollback journal, which"
            " is slower."
        )
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MILLISECONDS}")
    _switched(connection, "delete")
    return note


def _switched(connection: sqlite3.Connection, mode: Journal) -> bool:
    try:
        return bool(connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0] == mode)
    except sqlite3.OperationalError:
        if mode == "wal":
            return False
        raise
