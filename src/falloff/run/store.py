"""The run file, to write: one process at a time, every answer on disk before it counts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.core import RunFileError, SetupError, Usage
from falloff.run import files, schema
from falloff.run.journal import Journal, set_journal, wanted_journal
from falloff.run.lock import WriterLock
from falloff.run.manifest import Manifest, Session
from falloff.run.migrations import migrate
from falloff.run.records import PROBE_COLUMNS, Answer, PlacedProbe
from falloff.run.salvage import is_doubtful, salvage
from falloff.run.spending import used
from falloff.run.trouble import a_folder, decoded, explained

# Differences to another run that an error names.
_MOST_TOLD = 3
_NUMBER = "(SELECT number FROM probes WHERE id = ?)"
# What a failed answer has used, before another takes its place.
_KEEP_PAID = f"""
    INSERT INTO asked_again
    SELECT a.role, a.repeat, a.probe, a.prompt_tokens,
           coalesce(json_extract(d.counts, '$.cached'), 0), a.completion_tokens
    FROM answers a LEFT JOIN token_details d USING (role, repeat, probe)
    WHERE a.role = ? AND a.repeat = ? AND a.probe = {_NUMBER} AND a.score IS NULL
    ON CONFLICT DO UPDATE SET
        prompt_tokens = prompt_tokens + excluded.prompt_tokens,
        cached_tokens = cached_tokens + excluded.cached_tokens,
        completion_tokens = completion_tokens + excluded.completion_tokens
"""  # noqa: S608 - own names


class RunStore:
    """An open run file with its writer's lock. Use as a context manager.

    Every method that writes is one transaction (WAL, ``synchronous=NORMAL``): what it has written
    survives the end of the process, kill -9 included. A power cut may lose the last moments, never
    more; what is lost is asked again. ``loss`` says what a damaged file had lost when it was
    opened, None if nothing; ``note`` how it is written, where that is out of the ordinary.
    """

    def __init__(
        self,
        path: Path,
        manifest: Manifest,
        connection: sqlite3.Connection,
        lock: WriterLock,
        loss: str | None,
        note: str | None,
    ) -> None:
        self.path = path
        self.manifest = manifest
        self.loss = loss
        self.note = note
        self._connection = connection
        self._lock = lock
        self._session: int | None = None
        self._identity = files.identity(path)
        self._gone: SetupError | None = None
        self._failed: set[tuple[str, int, str]] = set(
            self._rows("SELECT role, repeat, id FROM errors JOIN probes ON number = probe")
        )

    def placed(self, family: str) -> Iterator[PlacedProbe]:
        """The probes of a family that have been placed so far, by position."""
        rows = self._rows(
            f"SELECT {PROBE_COLUMNS} FROM probes WHERE family = ? ORDER BY position",  # noqa: S608
            family,
        )
        return decoded(self.path, rows, PlacedProbe.from_row)

    def place(self, probes: Sequence[PlacedProbe]) -> None:
        """Record a batch, all of it or nothing."""
        with self._writing():
            self._connection.executemany(
                f"INSERT INTO probes ({PROBE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (placed.as_row() for placed in probes),
            )

    def trim(self) -> None:
        """Take back the probes after the last answered one of each family.

        For the end of a run: they are of a larger budget that was given up.
        """
        with self._writing():
            self._connection.execute(
                """WITH reached AS (
                    SELECT family, max(position) AS last FROM probes
                    WHERE number IN (SELECT probe FROM answers) GROUP BY family
                )
                DELETE FROM probes WHERE position > coalesce(
                    (SELECT last FROM reached WHERE reached.family = probes.family), -1
                )"""
            )

    def answered(self, role: str, repeat: int = 0) -> set[str]:
        """Ids of the probes that need not be asked again; errors are not among them."""
        rows = self._rows(
            """SELECT p.id FROM answers a JOIN probes p ON p.number = a.probe
               WHERE a.role = ? AND a.repeat = ? AND a.score IS NOT NULL""",
            role,
            repeat,
        )
        return {row[0] for row in rows}

    def scores(self, family: str, role: str, start: int, stop: int) -> NDArray[np.float64]:
        """First scores and their calls at positions start … stop − 1, shape (2, n).

        NaN where there is no score.
        """
        rows = self._rows(
            """SELECT a.score, iif(a.score IS NULL, NULL, a.calls) FROM probes p LEFT JOIN answers a
               ON a.role = ? AND a.repeat = 0 AND a.probe = p.number
               WHERE p.family = ? AND p.position >= ? AND p.position < ? ORDER BY p.position""",
            role,
            family,
            start,
            stop,
        )
        return np.array(list(rows), dtype=np.float64).reshape(-1, 2).T

    def record(self, answers: Sequence[Answer]) -> None:
        """Commit answers with their transcripts; an answer replaces an earlier error.

        Raises :class:`falloff.core.SetupError` when the disk is full or the file has been removed:
        then none of them is kept.
        """
        again = [key for a in answers if (key := (a.role, a.repeat, a.probe_id)) in self._failed]
        with self._writing():
            self._connection.executemany(_KEEP_PAID, again)
            self._connection.executemany(
                f"INSERT OR REPLACE INTO answers VALUES (?, ?, {_NUMBER}, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (answer.as_row() for answer in answers),
            )
            self._attach("transcripts", [answer.transcript_row() for answer in answers])
            self._attach("errors", [a.error_row() for a in answers if a.outcome.error])
            details = [a.token_details_row() for a in answers if a.has_token_details]
            self._attach("token_details", details)
            self._attach("logprobs", [a.logprobs_row() for a in answers if a.logprobs])
        for a in answers:
            if a.outcome.score is None:
                self._failed.add((a.role, a.repeat, a.probe_id))

    def begin(self, budget: int, precision: float | None) -> None:
        """Say how much is wanted now; the same again, or going on with it, says nothing new."""
        sessions = self.manifest.sessions
        if sessions and (sessions[-1].budget, sessions[-1].precision) == (budget, precision):
            return
        self._keep_sessions((*sessions, Session(budget=budget, precision=precision)))

    def finish(self) -> None:
        """Say that all that is wanted has been asked."""
        *earlier, last = self.manifest.sessions
        placed = next(self._rows("SELECT count(*) FROM probes"))[0]
        self._keep_sessions((*earlier, replace(last, probes=placed)))

    def _keep_sessions(self, sessions: tuple[Session, ...]) -> None:
        if sessions == self.manifest.sessions:
            return
        written = json.dumps([asdict(session) for session in sessions])
        with self._writing():
            self._connection.execute(
                "INSERT OR REPLACE INTO manifest VALUES ('sessions', ?)", (written,)
            )
        self.manifest = replace(self.manifest, sessions=sessions)

    def holds_answers(self) -> bool:
        """Whether any model has answered anything."""
        rows = self._rows("SELECT EXISTS (SELECT 1 FROM answers WHERE score IS NOT NULL)")
        return bool(next(rows)[0])

    def usage(self) -> dict[str, Usage]:
        """What each role has used so far, in all sessions; of those that have used anything."""
        return used(self._rows)

    def dearest(self) -> dict[tuple[str, str], Usage]:
        """At most what one answer has used so far, by role and family."""
        rows = self._rows(
            """SELECT a.role, p.family, max(a.prompt_tokens), max(a.completion_tokens),
                      max(a.seconds)
               FROM answers a JOIN probes p ON p.number = a.probe
               WHERE a.score IS NOT NULL GROUP BY a.role, p.family"""
        )
        return {
            (role, family): Usage(prompt_tokens=prompt, completion_tokens=completion, busy=seconds)
            for role, family, prompt, completion, seconds in rows
        }

    def keep_busy(self, busy: Mapping[str, float]) -> None:
        """Keep the seconds of this session in which each role was at work, so far."""
        if self._session is None:
            last = next(self._rows("SELECT coalesce(max(session), 0) FROM busy"))[0]
            self._session = last + 1
        with self._writing():
            self._connection.executemany(
                "INSERT OR REPLACE INTO busy VALUES (?, ?, ?)",
                ((role, self._session, seconds) for role, seconds in busy.items()),
            )

    def keep_novelty(self, training: dict[str, Any], distances: Mapping[str, float]) -> None:
        """Keep the distance of each probe, by id, and of which training data; replaces earlier."""
        with self._writing():
            self._connection.execute("DELETE FROM novelty")
            self._connection.executemany(
                f"INSERT INTO novelty VALUES ({_NUMBER}, ?)",  # noqa: S608
                distances.items(),
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO manifest VALUES ('training', ?)", (json.dumps(training),)
            )

    def close(self) -> None:
        self._connection.close()
        self._lock.release()

    def discard(self) -> None:
        """Close it and leave no file behind."""
        self._connection.close()
        files.remove(self.path)
        self._lock.release()

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """All of the block is written, or nothing."""
        with explained(self.path):
            if self._gone is None and files.identity(self.path) != self._identity:
                # Still open, it takes what nobody would ever find again.
                self._gone = files.put_back(self._connection, self.path)
            if self._gone:
                raise self._gone
            with schema.transaction(self._connection):
                yield

    def _attach(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write what goes with answers, a row each: role, repeat, probe id, and one more column."""
        self._connection.executemany(
            f"INSERT OR REPLACE INTO {table} VALUES (?, ?, {_NUMBER}, ?)",  # noqa: S608
            rows,
        )

    def _rows(self, query: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        # All at once: what is kept of them is as large, and nobody is left waiting in the middle.
        with explained(self.path):
            return iter(self._connection.execute(query, parameters).fetchall())


def open_for_writing(
    path: Path, manifest: Manifest, *, fresh: bool = False, journal: str | None = None
) -> RunStore:
    """The run at ``path``, begun if there is none; ``fresh`` starts an existing one over.

    ``journal`` is ``wal``, or ``delete`` for a network disk; unless said, ``FALLOFF_JOURNAL``, or
    else what the disk is fit for. A run of an older format is brought to this one.
    Raises :class:`falloff.core.UsageError` for another journal,
    :class:`falloff.core.RunFileError` if the file is no run, is too new, belongs to another
    run or is being written by another process, and :class:`falloff.core.SetupError` if it cannot
    be written. A damaged run is salvaged, and the store's ``loss`` says so.
    """
    if path.is_dir():
        raise a_folder(path)
    wanted = wanted_journal(journal)
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = WriterLock(path)
        try:
            return _open(path, manifest, lock, fresh=fresh, journal=wanted)
        except BaseException:
            lock.release()
            raise


def _open(
    path: Path, manifest: Manifest, lock: WriterLock, *, fresh: bool, journal: Journal | None
) -> RunStore:
    exists = path.exists() and path.stat().st_size > 0
    doubtful = exists and is_doubtful(path)
    if exists:
        files.check_identity(path)
    if fresh or not exists:
        files.put_in_place(files.build(path, manifest), path)
    loss = salvage(path, doubtful=doubtful)
    connection = schema.connect(path, "mode=rw")
    try:
        note = set_journal(connection, path, journal)
        migrate(connection)
        stored = files.read_manifest(connection, path)
        _check_match(path, stored, manifest)
        connection.execute("PRAGMA synchronous = NORMAL")
        # Writes nothing, but finds out here that nothing may be written, before models are asked.
        connection.execute("DELETE FROM answers WHERE false")
        schema.add_later_tables(connection)
        stored = _with_repeats(connection, stored, manifest.repeats)
        stored = _with_null(connection, stored, manifest.null)
    except BaseException:
        connection.close()
        raise
    return RunStore(path, stored, connection, lock, loss, note)


def _with_repeats(connection: sqlite3.Connection, stored: Manifest, repeats: int) -> Manifest:
    """The manifest, which says the most repeats that were ever wanted."""
    if repeats <= stored.repeats:
        return stored
    connection.execute("INSERT OR REPLACE INTO manifest VALUES ('repeats', ?)", (str(repeats),))
    return replace(stored, repeats=repeats)


def _with_null(connection: sqlite3.Connection, stored: Manifest, null: bool) -> Manifest:
    """The manifest, which says whether a null was ever wanted."""
    if stored.null or not null:
        return stored
    connection.execute("INSERT OR REPLACE INTO manifest VALUES ('null', 'true')")
    return replace(stored, null=True)


def _check_match(path: Path, stored: Manifest, wanted: Manifest) -> None:
    if differences := stored.differences(wanted):
        told = "; ".join(differences[:_MOST_TOLD])
        more = len(differences) - _MOST_TOLD
        raise RunFileError(
            f"'{path}' holds another run. It differs in {told}{f'; and {more} more' * (more > 0)}.",
            remedy="Start it over with --fresh, or keep it and name another file with --run.",
        )
