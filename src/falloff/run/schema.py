"""The run file as SQLite sees it: tables, connections, transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from falloff.core import RunFileError, SetupError
from falloff.run import disks
from falloff.run.trouble import not_a_run

# Stands in the header of every run file ("fall"), so that another SQLite file is told apart.
APPLICATION_ID = 0x66616C6C
# Raised whenever an older falloff could not read the file any more, with a step in migrations.py.
FORMAT = 1
OLDEST_SQLITE = (3, 37)

# Tables with row numbers grow at the end: a file cut short loses what came last, a damaged index
# loses nothing. Answers go by the probe's number rather than its id, since keys that ascend touch
# few pages: five times as many are written a second. Transcripts stand apart from outcomes, so that
# a million scores are read without them. Text that comes from a model is JSON in ASCII: it may hold
# what no encoding takes, such as lone surrogates.
TABLES = (
    "CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    """CREATE TABLE probes (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        family TEXT NOT NULL, version INTEGER NOT NULL, coordinate TEXT NOT NULL,
        seed INTEGER NOT NULL, share TEXT NOT NULL,
        round INTEGER NOT NULL, position INTEGER NOT NULL
    ) STRICT""",
    "CREATE UNIQUE INDEX probes_in_order ON probes (family, position)",
    """CREATE TABLE answers (
        role TEXT NOT NULL, repeat INTEGER NOT NULL, probe INTEGER NOT NULL REFERENCES probes,
        score REAL, reason TEXT NOT NULL, answer TEXT, calls INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, seconds REAL NOT NULL,
        PRIMARY KEY (role, repeat, probe)
    ) STRICT""",
    """CREATE TABLE transcripts (
        role TEXT NOT NULL, repeat INTEGER NOT NULL, probe INTEGER NOT NULL REFERENCES probes,
        messages TEXT NOT NULL CHECK (json_valid(messages)),
        PRIMARY KEY (role, repeat, probe)
    ) STRICT""",
)

# Tables that older run files do not have: what went wrong where the answer's reason is still
# ``error``, which tokens of an answer were cached or thought, where any were, the
# log-probabilities of answers, compressed, each probe's distance to the nearest prompt of the
# training data, the seconds of each session in which a model was at work, the tokens of answers
# that failed and were asked again, in all: paid for, though others stand in their place; and what
# was worked out from all answers, with a digest of what it follows from.
LATER_TABLES = {
    "errors": """
        role TEXT NOT NULL, repeat INTEGER NOT NULL, probe INTEGER NOT NULL REFERENCES probes,
        message TEXT NOT NULL CHECK (json_valid(message)),
        PRIMARY KEY (role, repeat, probe)
    """,
    "token_details": """
        role TEXT NOT NULL, repeat INTEGER NOT NULL, probe INTEGER NOT NULL REFERENCES probes,
        counts TEXT NOT NULL CHECK (json_valid(counts)),
        PRIMARY KEY (role, repeat, probe)
    """,
    "logprobs": """
        role TEXT NOT NULL, repeat INTEGER NOT NULL, probe INTEGER NOT NULL REFERENCES probes,
        turns BLOB NOT NULL,
        PRIMARY KEY (role, repeat, probe)
    """,
    "novelty": """
        probe INTEGER PRIMARY KEY REFERENCES probes, distance REAL NOT NULL
    """,
    "asked_again": """
        role TEXT NOT NULL, repeat INTEGER NOT NULL, probe INTEGER NOT NULL REFERENCES probes,
        prompt_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        PRIMARY KEY (role, repeat, probe)
    """,
    "busy": """
        role TEXT NOT NULL, session INTEGER NOT NULL, seconds REAL NOT NULL,
        PRIMARY KEY (role, session)
    """,
    "estimates": "key TEXT PRIMARY KEY, packed BLOB NOT NULL",
}


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection without implicit transactions. ``mode`` is a URI parameter of SQLite's.

    Raises :class:`SetupError` where SQLite is too old for STRICT tables: it would take a run for a
    damaged file.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise SetupError(
            f"Run files need SQLite {OLDEST_SQLITE[0]}.{OLDEST_SQLITE[1]} or newer; this Python"
            f" has {sqlite3.sqlite_version}.",
            remedy="Use a newer build of Python, for example one from uv, conda or python.org.",
        )
    # Without locks SQLite would find every file in use; there the writer keeps others out itself.
    locks = "" if disks.has_locks(path) else "&nolock=1"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}{locks}", uri=True, isolation_level=None, timeout=5.0
    )


def add_later_tables(connection: sqlite3.Connection) -> None:
    """Give an older run file the tables it lacks, to be written to."""
    for name, columns in LATER_TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({columns}) STRICT")


def stand_in_for_later_tables(connection: sqlite3.Connection) -> None:
    """Empty tables, of this connection alone, for those that an older run file lacks."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    for name, columns in LATER_TABLES.items():
        if name not in there:
            connection.execute(f"CREATE TEMP TABLE {name} ({columns})")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block is written, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def identify(connection: sqlite3.Connection, path: Path) -> None:
    """Raise :class:`RunFileError` unless this is a run file that this falloff can read."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise not_a_run(path)
    written = format_of(connection)
    if written > FORMAT:
        raise RunFileError(
            f"'{path}' was written by a newer falloff: run format {written}, and this one reads"
            f" up to {FORMAT}.",
            remedy="Upgrade with: pip install --upgrade falloff",
        )


def format_of(connection: sqlite3.Connection) -> int:
    """The format that an open run file was written in."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
