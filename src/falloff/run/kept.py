"""What was worked out from a run's answers, kept in its file by whoever wrote them.

To be shown again without the work. Reading a run never writes to it: a baseline under version
control stays as it is.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from falloff.run import schema
from falloff.run.lock import WriterLock
from falloff.run.trouble import explained


def keep_estimates(path: Path, key: str, packed: bytes) -> None:
    """In the place of earlier ones. ``key``: a digest of all that they follow from.

    For a run that :func:`falloff.run.open_for_writing` has opened before. Raises
    :class:`falloff.core.RunFileError` if another process writes to it, and
    :class:`falloff.core.SetupError` if it cannot be written.
    """
    with explained(path):
        lock = WriterLock(path)
        try:
            with (
                closing(schema.connect(path, "mode=rw")) as connection,
                schema.transaction(connection),
            ):
                connection.execute("DELETE FROM estimates")
                connection.execute("INSERT INTO estimates VALUES (?, ?)", (key, packed))
        finally:
            lock.release()
