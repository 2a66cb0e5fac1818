"""A finding with short names of its models, as it is read; what is exported keeps the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from falloff.analysis.change import RunChange
from falloff.analysis.gate import GateReport
from falloff.analysis.novelty import Novelty
from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.core.naming import short_names

Names = Mapping[str, str]


def names_of(comparison: Comparison) -> Names:
    """Short names by model."""
    return short_names([comparison.teacher.model, *(s.model for s in comparison.students)])


def briefly(comparison: Comparison) -> Comparison:
    """The comparison with its models' short names."""
    names = names_of(comparison)
    if all(model == name for model, name in names.items()):
        return comparison
    teacher, null = comparison.teacher, comparison.null
    return replace(
        comparison,
        teacher=replace(teacher, model=names[teacher.model]),
        students=tuple(_student(student, names) for student in comparison.students),
        null=_student(null, names) if null else None,
    )


def novelty_briefly(novelty: Novelty, names: Names) -> Novelty:
    """Novelty with short ``names``."""
    return replace(
        novelty,
        teacher=names.get(novelty.teacher, novelty.teacher),
        students=tuple(replace(s, model=names.get(s.model, s.model)) for s in novelty.students),
        traffic=tuple(replace(t, model=names.get(t.model, t.model)) for t in novelty.traffic),
    )


def gate_briefly(report: GateReport) -> GateReport:
    """A gate's report under short names."""
    names = short_names([report.teacher, *(result.student for result in report.students)])
    students = (replace(result, student=names[result.student]) for result in report.students)
    return replace(report, teacher=names[report.teacher], students=tuple(students))


def change_briefly(change: RunChange) -> RunChange:
    """What changed between runs, under short names."""
    names = short_names(name for model in change.models for name in (model.before, model.after))
    models = (
        replace(model, before=names[model.before], after=names[model.after])
        for model in change.models
    )
    return replace(change, models=tuple(models))


def _student(student: StudentComparison, names: Names) -> StudentComparison:
    name = names[student.model]
    return replace(student, model=name, profile=replace(student.profile, model=name))
