"""The run file, to read: what reports, exports and the gate see of a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from falloff.core import Outcome, PriceTable, Reason, RunFileError, Transcript, UnknownNameError
from falloff.run import files, schema
from falloff.run.differing import count_differing, numbers_of_differing
from falloff.run.logprobs import Turns, read_logprobs
from falloff.run.migrations import brought_up
from falloff.run.progress import Progress
from falloff.run.records import (
    PROBE_COLUMNS,
    PlacedProbe,
    read_answer,
    read_coordinate,
    read_outcome,
    read_transcript,
)
from falloff.run.spending import spending_of
from falloff.run.standing import progress_of
from falloff.run.trouble import a_folder, decoded, explained, is_unopenable
from falloff.sampling import FamilyEvidence

if TYPE_CHECKING:
    from falloff.analysis import Spending

# Outcomes of one role and repeat, errors included.
_OUTCOMES = f"""
    SELECT {PROBE_COLUMNS}, a.score, a.reason, a.answer, a.calls, a.prompt_tokens,
           a.completion_tokens, a.seconds, e.message, d.counts
    FROM probes p JOIN answers a ON a.role = ? AND a.repeat = ? AND a.probe = p.number
    LEFT JOIN errors e ON a.reason = 'error'
        AND e.role = a.role AND e.repeat = a.repeat AND e.probe = a.probe
    LEFT JOIN token_details d ON d.role = a.role AND d.repeat = a.repeat AND d.probe = a.probe
"""  # noqa: S608


# More than any run has; what SQLite can count to.
_ALL = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class FamilyAnswers(FamilyEvidence):
    """A family's evidence with what each model answered, and why it scored what it scored.

    ``probe_ids``, ``seeds`` and, for each role, ``reasons`` and ``answers`` have one entry a probe.
    A reason is None where the probe has not been asked yet; the score is NaN there and where it is
    ``error``.
    """

    probe_ids: tuple[str, ...]
    seeds: tuple[int, ...]
    reasons: dict[str, tuple[Reason | None, ...]]
    answers: dict[str, tuple[str | None, ...]]


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """Probes by whether one model has ``answered`` them, failed with ``errors``, or is ``unasked``.

    A run is complete where the last two are 0.
    """

    answered: int
    errors: int
    unasked: int


class RunReader:
    """A run as it was when it was opened, also while another process goes on writing to it.

    Use as a context manager. Iterators stream: memory does not grow with the run. Methods raise
    :class:`falloff.core.RunFileError` where the file is damaged and
    :class:`falloff.core.UnknownNameError` for a family or role that the run does not have.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        connection.execute("BEGIN")
        schema.identify(connection, path)
        self._connection = connection = brought_up(connection)
        schema.stand_in_for_later_tables(connection)
        connection.execute("PRAGMA query_only = ON")
        self.manifest = files.read_manifest(connection, path)

    def evidence(self, family: str, repeat: int = 0) -> FamilyAnswers:
        """All that is known of a family, its probes in canonical order."""
        self._check("family", family, [stamp.name for stamp in self.manifest.families])
        rows = self._rows(
            "SELECT id, coordinate, share, seed FROM probes WHERE family = ? ORDER BY position",
            family,
        )
        probes = list(
            decoded(self.path, rows, lambda row: (row[0], read_coordinate(row[1]), *row[2:]))
        )
        answers = {role: self._family_answers(family, role, repeat) for role in self.manifest.roles}
        return FamilyAnswers(
            family=family,
            probe_ids=tuple(row[0] for row in probes),
            coordinates=tuple(row[1] for row in probes),
            shares=tuple(row[2] for row in probes),
            seeds=tuple(row[3] for row in probes),
            scores={role: scores for role, (scores, _, _) in answers.items()},
            reasons={role: reasons for role, (_, reasons, _) in answers.items()},
            answers={role: texts for role, (_, _, texts) in answers.items()},
        )

    def outcomes(self, role: str, repeat: int = 0) -> Iterator[tuple[PlacedProbe, Outcome]]:
        """One model's outcomes, errors included, by family and position."""
        self._check("role", role, self.manifest.roles)
        return self._outcomes("ORDER BY p.family, p.position", role, repeat)

    def differing(
        self, roles: list[str], most: int
    ) -> tuple[int, dict[str, tuple[PlacedProbe, dict[str, Outcome]]]]:
        """How many probes some of ``roles`` solved and others did not (of one alone: it failed).

        And by id the outcomes on some of them: at most ``most`` a cell, those that the first of
        ``roles`` solved apart from those that it did not.
        """
        found = {placed.probe.id: (placed, of) for placed, of in self.each_differing(roles, most)}
        return count_differing(self._rows, roles), found

    def each_differing(
        self, roles: list[str], most: int = _ALL
    ) -> Iterator[tuple[PlacedProbe, dict[str, Outcome]]]:
        """Those probes one by one, by family and position, with the outcomes by role."""
        for number in numbers_of_differing(self._rows, roles, most):
            found = [
                (placed, role, outcome)
                for role in roles
                for placed, outcome in self._outcomes("WHERE p.number = ?", role, 0, number)
            ]
            yield found[0][0], {role: outcome for _, role, outcome in found}

    def transcripts(
        self, role: str, probe_ids: Iterable[str], repeat: int = 0
    ) -> Iterator[tuple[str, Transcript]]:
        """What was said on these probes, in the order given; those not asked are left out."""
        self._check("role", role, self.manifest.roles)
        for probe_id in probe_ids:
            rows = self._rows(
                """SELECT t.messages FROM transcripts t JOIN probes p ON p.number = t.probe
                   WHERE t.role = ? AND t.repeat = ? AND p.id = ?""",
                role,
                repeat,
                probe_id,
            )
            for transcript in decoded(self.path, rows, lambda row: read_transcript(row[0])):
                yield probe_id, transcript

    def tokens(
        self, family: str, left: str, right: str
    ) -> Iterator[tuple[Turns | None, Turns | None]]:
        """Of each probe in canonical order, the tokens of two models' first answers by turn.

        None where there are no log-probabilities.
        """
        for role in (left, right):
            self._check("role", role, self.manifest.roles)
        rows = self._rows(
            """SELECT a.turns, b.turns FROM probes p
               LEFT JOIN logprobs a ON a.role = ? AND a.repeat = 0 AND a.probe = p.number
               LEFT JOIN logprobs b ON b.role = ? AND b.repeat = 0 AND b.probe = p.number
               WHERE p.family = ? ORDER BY p.position""",
            left,
            right,
            family,
        )
        return decoded(self.path, rows, lambda row: (_turns(row[0]), _turns(row[1])))

    def openings(self) -> Iterator[tuple[str, str]]:
        """(id, prompt) of every probe that was asked: what the user says before the first reply."""
        seen: set[str] = set()
        for role in self.manifest.roles:
            rows = self._rows(
                """SELECT p.id, t.messages FROM transcripts t JOIN probes p ON p.number = t.probe
                   WHERE t.role = ? AND t.repeat = 0 ORDER BY t.probe""",
                role,
            )
            unseen = (row for row in rows if row[0] not in seen)
            openings = decoded(
                self.path, unseen, lambda row: (row[0], _opening(read_transcript(row[1])))
            )
            for probe_id, opening in openings:
                seen.add(probe_id)
                yield probe_id, opening

    def distances(self) -> dict[str, float]:
        """Distances to training data by probe id, as far as the run keeps them."""
        rows = self._rows(
            "SELECT p.id, n.distance FROM novelty n JOIN probes p ON p.number = n.probe"
        )
        return dict(rows)

    def estimates(self, key: str) -> bytes | None:
        """What was worked out from all answers, if the run keeps it under this very key."""
        rows = self._rows("SELECT packed FROM estimates WHERE key = ?", key)
        return next((bytes(row[0]) for row in rows), None)

    def spending(self, role: str) -> Spending:
        """What a model's answers took in all and by family, repeats included."""
        self._check("role", role, self.manifest.roles)
        return spending_of(self._rows, role)

    def progress(self, prices: PriceTable, recent: Mapping[str, float] | None = None) -> Progress:
        """How far the run is; ``recent`` as for :func:`falloff.run.standing.progress_of`."""
        return progress_of(self._rows, self.manifest, prices=prices, recent=recent)

    def completeness(self, repeat: int = 0) -> dict[str, Completeness]:
        """For each role, how much of what has been placed is answered."""
        return {role: self._completeness(role, repeat) for role in self.manifest.roles}

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> RunReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _outcomes(
        self, which: str, role: str, repeat: int, *more: object
    ) -> Iterator[tuple[PlacedProbe, Outcome]]:
        """``which``: a clause after the tables, with ``more`` as its parameters."""
        return decoded(
            self.path,
            self._rows(_OUTCOMES + which, role, repeat, *more),
            lambda row: (PlacedProbe.from_row(row[:8]), read_outcome(row[8:])),
        )

    def _family_answers(
        self, family: str, role: str, repeat: int
    ) -> tuple[NDArray[np.float64], tuple[Reason | None, ...], tuple[str | None, ...]]:
        found = self._rows(
            """SELECT a.score, a.reason, a.answer FROM probes p LEFT JOIN answers a
               ON a.role = ? AND a.repeat = ? AND a.probe = p.number
               WHERE p.family = ? ORDER BY p.position""",
            role,
            repeat,
            family,
        )
        rows = list(decoded(self.path, found, _score_reason_answer))
        return (
            np.array([row[0] for row in rows], dtype=np.float64),
            tuple(row[1] for row in rows),
            tuple(row[2] for row in rows),
        )

    def _completeness(self, role: str, repeat: int) -> Completeness:
        placed, asked, answered = next(
            self._rows(
                """SELECT count(*), count(a.reason), count(a.score)
                   FROM probes p LEFT JOIN answers a
                   ON a.role = ? AND a.repeat = ? AND a.probe = p.number""",
                role,
                repeat,
            )
        )
        return Completeness(answered=answered, errors=asked - answered, unasked=placed - asked)

    def _check(self, what: str, name: str, known: Iterable[str]) -> None:
        if name not in known:
            raise UnknownNameError(what, name, known)

    def _rows(self, query: str, *parameters: object) -> Iterator[tuple[Any, ...]]:
        """``parameters`` by position, or one mapping by name."""
        named = parameters[0] if parameters and isinstance(parameters[0], dict) else parameters
        with explained(self.path):
            yield from self._connection.execute(query, named)


def _score_reason_answer(row: tuple[Any, ...]) -> tuple[float | None, Reason | None, str | None]:
    score, reason, answer = row
    if score is not None and not 0 <= score <= 1:
        raise ValueError(f"a score of {score}")
    return score, reason and Reason(reason), read_answer(answer)


def _turns(written: bytes | None) -> Turns | None:
    return None if written is None else read_logprobs(written)


def _opening(transcript: Transcript) -> str:
    said = takewhile(lambda message: message.role != "assistant", transcript.messages)
    return "\n".join(message.content for message in said if message.role == "user")


def open_for_reading(path: Path) -> RunReader:
    """The run at ``path``, without its writer's lock.

    Raises :class:`falloff.core.RunFileError` if there is none, or if it is too new or damaged.
    """
    if not path.exists():
        raise RunFileError(
            f"There is no run at '{path}'.",
            remedy="Give a file that falloff compare or falloff measure wrote.",
        )
    if path.is_dir():
        raise a_folder(path)
    with explained(path):
        try:
            return _reader(path, "mode=rw")
        except sqlite3.OperationalError as error:
            # Where nothing may be written, SQLite cannot share a file, but can read it at rest.
            if not is_unopenable(error) or Path(f"{path}-wal").exists():
                raise
            return _reader(path, "immutable=1")


def _reader(path: Path, mode: str) -> RunReader:
    connection = schema.connect(path, mode)
    try:
        return RunReader(path, connection)
    except BaseException:
        connection.close()
        raise
