"""From an older run format to this one, step by step, in the file itself.

To change the format: raise :data:`falloff.run.schema.FORMAT`, change its tables, and add the step
from the format before. New tables alone need no new format: see ``LATER_TABLES``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

from falloff.run import schema

# By the format that a step starts from; it leads to the next. Steps stay for good, and use SQL of
# their own rather than today's tables, which will change under them.
MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {}


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an open run file to this format.

    Each step and the number that it leads to are one transaction: whatever ends the process, the
    file is of one format or the next. For a file that :func:`falloff.run.schema.identify` passed.
    """
    while (written := schema.format_of(connection)) < schema.FORMAT:
        with schema.transaction(connection):
            MIGRATIONS[written](connection)
            connection.execute(
                "INSERT OR REPLACE INTO manifest VALUES ('format', ?)", (str(written + 1),)
            )
            connection.execute(f"PRAGMA user_version = {written + 1}")


def brought_up(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The same connection, or for an older format one to a copy in this format.

    The copy is nobody else's and goes with its connection; the file stays as it was. SQLite keeps
    it in a temporary file once it is large.
    """
    if schema.format_of(connection) == schema.FORMAT:
        return connection
    copy = sqlite3.connect("", isolation_level=None)
    try:
        connection.backup(copy)
        migrate(copy)
    except BaseException:
        copy.close()
        raise
    connection.close()
    return copy
