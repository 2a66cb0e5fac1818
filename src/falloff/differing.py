"""Two runs beside each other: which models take whose place, and which probes both have asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from falloff.analysis.change import ModelChange, RunChange, model_change
from falloff.run import RunReader, open_for_reading

if TYPE_CHECKING:
    from falloff.analysis import Comparison, Profile, StudentComparison
    from falloff.result import Run


def diff_runs(before: Run, after: Run) -> RunChange:
    """What is different: the reference's place first, then the students'.

    Students are matched by name, and those that are left in the order in which they were given.
    """
    students, unmatched = _matched(before.comparison, after.comparison)
    with open_for_reading(before.path) as old, open_for_reading(after.path) as new:
        models = [_model(before, after, old, new, None)]
        models += [_model(before, after, old, new, pair) for pair in students]
    return RunChange(
        before=str(before.path),
        after=str(after.path),
        settings=tuple(before.manifest.differences(after.manifest)),
        models=tuple(models),
        unmatched=tuple(unmatched),
    )


def _matched(before: Comparison, after: Comparison) -> tuple[list[tuple[int, int]], list[str]]:
    """Pairs of students by their numbers from 0, and the names of those without another."""
    names = [[student.model for student in of.students] for of in (before, after)]
    left = [list(range(len(of))) for of in names]
    pairs = []
    for i in list(left[0]):
        same = next((j for j in left[1] if names[1][j] == names[0][i]), None)
        if same is not None:
            pairs.append((i, same))
            left[0].remove(i)
            left[1].remove(same)
    rest = list(zip(*left, strict=False))
    alone = [names[0][i] for i in left[0][len(rest) :]] + [
        names[1][j] for j in left[1][len(rest) :]
    ]
    return sorted([*pairs, *rest]), alone


def _model(
    before: Run, after: Run, old: RunReader, new: RunReader, pair: tuple[int, int] | None
) -> ModelChange:
    of = before.comparison, after.comparison
    profiles: tuple[Profile, Profile] = (of[0].teacher, of[1].teacher)
    students: tuple[StudentComparison, StudentComparison] | None = None
    if pair is not None:
        students = (of[0].students[pair[0]], of[1].students[pair[1]])
        profiles = (students[0].profile, students[1].profile)
    numbers = (0, 0) if pair is None else (pair[0] + 1, pair[1] + 1)
    roles = [
        list(reader.manifest.models)[number]
        for reader, number in zip((old, new), numbers, strict=True)
    ]
    before_scores, after_scores = (
        {
            placed.probe.id: outcome.score
            for placed, outcome in reader.outcomes(role)
            if outcome.score is not None
        }
        for reader, role in zip((old, new), roles, strict=True)
    )
    shared = {
        probe: (score, after_scores[probe])
        for probe, score in before_scores.items()
        if probe in after_scores
    }
    return model_change(roles[1], *profiles, students, shared)
