"""May a student take its teacher's place? A policy, a run, and perhaps a baseline, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from falloff.analysis.baseline import BASELINE, difference, paired_difference, shared
from falloff.analysis.gate import GateReport, GateResult, gate
from falloff.analysis.policy import Policy
from falloff.analysis.rules import rules_of
from falloff.core import UnknownNameError, UsageError
from falloff.gather import families_of
from falloff.run import FamilyAnswers, open_for_reading

if TYPE_CHECKING:
    from falloff.analysis import FamilyData, StudentComparison
    from falloff.analysis.data import Floats
    from falloff.result import Run

# What may differ between a run and its baseline: students, and the luck of the draw.
_FREE = ("seed:", "logprobs:", "design ", "student")
# Runs that share so large a part of their probes are compared on those.
_SAME = 0.9


def gate_run(
    run: Run,
    policy: Policy,
    *,
    student: str | None = None,
    against: Run | None = None,
    against_student: str | None = None,
    anytime: bool | None = None,
) -> GateReport:
    """The policy applied to one student, by name or number from 1, or to all of them.

    ``against``: a run whose student, ``against_student``, the new ones replace; where it has
    several, one with the same name is taken unless said. ``anytime``: whether bounds are to hold at
    any look; unless said, where the run was continued or is not finished.

    Raises :class:`falloff.core.UsageError` for a run of one model alone, a baseline that cannot be
    compared, and names that are not there.
    """
    manifest, compared = run.manifest, run.comparison
    if not compared.students:
        raise UsageError(
            f"'{run.path}' measured one model alone, so there is nothing to gate.",
            remedy="Give a run of falloff compare.",
        )
    with open_for_reading(run.path) as reader:
        counts = reader.completeness().values()
    unasked = sum(count.unasked for count in counts)
    finished = manifest.finished and not unasked
    if against is not None:
        _check_comparable(run, against)
    baseline = _Baseline(run, against, against_student)
    wanted = compared.students
    if student is not None:
        wanted = (wanted[_index(wanted, student, "student")],)
    looked = manifest.continued or not finished if anytime is None else anytime

    def gated(one: StudentComparison) -> GateResult:
        rules = rules_of(policy, one, run.novelty, baseline.difference(one))
        return gate(one.model, rules, probes=compared.probes, anytime=looked, finished=finished)

    return GateReport(
        policy=policy,
        run=str(run.path),
        suite=compared.suite,
        teacher=compared.teacher.model,
        probes=compared.probes,
        students=tuple(map(gated, wanted)),
        answered=sum(count.answered for count in counts),
        errors=sum(count.errors for count in counts),
        unasked=unasked,
        budget=manifest.sessions[-1].budget if manifest.sessions else None,
        against=baseline.name,
        paired=baseline.paired,
    )


class _Baseline:
    """The student that was there before, if there is one."""

    def __init__(self, run: Run, against: Run | None, wanted: str | None) -> None:
        self._run, self._against, self._wanted = run, against, wanted
        self.paired = False
        self.name: tuple[str, str] | None = None

    def difference(self, student: StudentComparison) -> Floats | None:
        """Draws of overall retention less the baseline's; paired where the probes are the same."""
        if self._against is None:
            return None
        old = self._of(self._against, student)
        before = self._against.comparison.students[old]
        self.name = str(self._against.path), before.model
        # By identity: two students may compare equal.
        new = next(i for i, s in enumerate(self._run.comparison.students) if s is student)
        teacher, *roles = self._run.manifest.models
        data = _with_baseline(
            self._run, self._against, list(self._against.manifest.models)[old + 1]
        )
        if shared(data, (roles[new], BASELINE)) >= _SAME:
            self.paired = True
            return paired_difference(data, self._run.comparison.teacher, teacher, roles[new])
        mine, its = student.scopes, before.scopes
        return difference(mine.overall, its.overall) if mine and its else np.empty(0)

    def _of(self, against: Run, student: StudentComparison) -> int:
        students = against.comparison.students
        if self._wanted is not None:
            return _index(students, self._wanted, "student of the baseline")
        names = [other.model for other in students]
        if len(names) == 1 or names.count(student.model) == 1:
            return 0 if len(names) == 1 else names.index(student.model)
        raise UsageError(
            f"The baseline '{against.path}' has {len(names)} students.",
            remedy=f"Say which: --against-student N or NAME, of {', '.join(names) or 'none'}.",
        )


def _with_baseline(run: Run, against: Run, role: str) -> list[FamilyData]:
    """The run's families, with the baseline's scores on the probes that were asked there too."""
    with open_for_reading(run.path) as mine, open_for_reading(against.path) as others:
        return [
            _joined(data, mine.evidence(data.name), others.evidence(data.name), role)
            for data in families_of(mine)
        ]


def _joined(data: FamilyData, mine: FamilyAnswers, other: FamilyAnswers, role: str) -> FamilyData:
    at = {probe: i for i, probe in enumerate(other.probe_ids)}
    found = [at.get(probe) for probe in mine.probe_ids]
    scores = [np.nan if i is None else other.scores[role][i] for i in found]
    return replace(
        data,
        scores={**data.scores, BASELINE: np.array(scores, dtype=np.float64)},
        answers={
            **data.answers,
            BASELINE: tuple(None if i is None else other.answers[role][i] for i in found),
        },
        reasons={
            **data.reasons,
            BASELINE: tuple(None if i is None else other.reasons[role][i] for i in found),
        },
    )


def _index(students: Sequence[StudentComparison], wanted: str, what: str) -> int:
    """Of a student by its name, or by its number from 1."""
    names = [student.model for student in students]
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise UnknownNameError(what, wanted, [*names, *map(str, range(1, len(names) + 1))])


def _check_comparable(run: Run, against: Run) -> None:
    """Raise :class:`falloff.core.UsageError` unless both asked the same of the same teacher."""
    differing = [
        difference
        for difference in run.manifest.differences(against.manifest)
        if not difference.startswith(_FREE)
    ]
    if differing:
        raise UsageError(
            f"'{against.path}' is no baseline of '{run.path}'. They differ in"
            f" {'; '.join(differing)}.",
            remedy="Give a run with the same teacher, suite and dialect.",
        )
    if not against.comparison.students:
        raise UsageError(f"'{against.path}' has no student.", remedy="Give a run of compare.")
