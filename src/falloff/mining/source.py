"""What of a run can be mined: for which student, which families, with whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from falloff.analysis import FamilyData
from falloff.analysis.contrasts import USABLE
from falloff.core import UnknownNameError, UsageError
from falloff.probes import FAMILIES, Suite
from falloff.run import Manifest

if TYPE_CHECKING:
    from falloff.analysis import FamilyComparison, StudentComparison
    from falloff.api import Run


def student_of(run: Run, wanted: str | None) -> int:
    """The student of that name, or number from 1; the only one, unless said. Counts from 0."""
    students = run.comparison.students
    if not students:
        raise UsageError(
            f"'{run.path}' measured one model alone, so it does not tell what a student lost.",
            remedy="Give a run of falloff compare.",
        )
    names = [one.model for one in students]
    if wanted is None and len(names) > 1:
        raise UsageError(
            f"'{run.path}' has {len(names)} students.",
            remedy=f"Say which to mine for: --student N or NAME, of {', '.join(names)}.",
        )
    if wanted is None or wanted in names:
        return names.index(wanted or names[0])
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise UnknownNameError("student", wanted, [*names, *map(str, range(1, len(names) + 1))])


def suite_of(manifest: Manifest) -> Suite:
    """The suite that the run asked, of families as they were then.

    Raises :class:`falloff.core.UsageError` where they are not here any more, or have fixed items.
    """
    for stamp in manifest.families:
        if stamp.pool is not None:
            raise UsageError(
                f"Family '{stamp.name}' asks a benchmark's own items, so there are no new ones.",
                remedy="Mine a run of a suite; to train on what a benchmark asks would spoil it.",
            )
        if stamp.name not in FAMILIES:
            raise UsageError(
                f"Family '{stamp.name}' of the run is not here.",
                remedy="Give the file that it is from: --probes FILE.py.",
            )
        if FAMILIES[stamp.name].version != stamp.version:
            raise UsageError(
                f"The run asked version {stamp.version} of family '{stamp.name}'; here is version"
                f" {FAMILIES[stamp.name].version}.",
                remedy="Compare the models anew, then mine that run.",
            )
    return Suite(
        name=manifest.suite,
        version=manifest.suite_version,
        dialect=manifest.dialect,
        family_names=tuple(stamp.name for stamp in manifest.families),
        boxes={stamp.name: stamp.axes for stamp in manifest.families},
    )


def usable_families(
    run: Run, student: StudentComparison, measured: Sequence[FamilyData], wanted: Sequence[str]
) -> list[tuple[float, FamilyData]]:
    """The families to mine, with their weights in the headline."""
    of = {family.family: family for family in student.families}
    for name in wanted:
        if name not in of:
            raise UnknownNameError("family of the run", name, of)
    chosen = [of[name] for name in wanted] or list(student.families)
    usable = [one for one in chosen if _is_usable(one)]
    if not usable:
        states = ", ".join(f"{one.family}: {_why_not(one)}" for one in chosen)
        raise UsageError(
            f"'{run.path}' does not tell what the student lost ({states}).",
            remedy="Give a run in which the teacher holds its centre, with more probes.",
        )
    data = {each.name: each for each in measured}
    return [(one.weight, data[one.family]) for one in usable]


def _is_usable(one: FamilyComparison) -> bool:
    return one.teacher.status in USABLE and one.retention.estimate is not None


def _why_not(one: FamilyComparison) -> str:
    return str(one.status if one.status not in USABLE else one.teacher.status).replace("_", " ")


def nothing_lost(run: Run, student: StudentComparison) -> UsageError:
    return UsageError(
        f"'{run.path}' shows no place that {run.comparison.teacher.model} holds and"
        f" {student.model} does not.",
        remedy="There is nothing beyond the student's edge to win back; --where box mines all over"
        " the box.",
    )


def teacher_of(manifest: Manifest) -> str:
    spec = manifest.stamp("teacher").spec
    if spec.startswith("function:"):
        raise UsageError(
            f"The teacher of the run is a Python function, {spec.removeprefix('function:')}.",
            remedy="Give it again, teacher=…, or name another model with --teacher.",
        )
    return spec
