"""What is logged of a finding: numbers with their bounds, and what they are of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from falloff import __version__
from falloff.analysis.estimates import FamilyProfile, Interval, Profile, Status
from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.report import headline
from falloff.report.card import alone
from falloff.result import Run

# Where numbers of a family mean something.
_USABLE = (Status.OK, Status.SATURATED)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One student, or one model measured alone, as trackers have it.

    ``numbers``: by name, ``retention/family/rule_chain`` with ``/low`` and ``/high`` beside it;
    what is undefined is absent. ``facts``: what was compared, and the verdict, as text. ``note`` is
    the finding in a sentence.
    """

    name: str
    numbers: dict[str, float]
    facts: dict[str, str]
    note: str


def records_of(run: Run) -> list[Record]:
    """A record for every student, in the run's order; for the one model, where there is none."""
    comparison = run.comparison
    facts = _facts(run)
    if not comparison.students:
        return [
            Record(
                name=comparison.teacher.model,
                numbers=_numbers(_of_model(comparison.teacher)),
                facts=facts | {"model": comparison.teacher.model},
                note=headline(comparison),
            )
        ]
    return [
        Record(
            name=student.model,
            numbers=_numbers(_of_student(comparison, student)),
            facts=facts
            | {
                "teacher": comparison.teacher.model,
                "student": student.model,
                "verdict": student.verdict.status,
            },
            note=headline(alone(comparison, student)),
        )
        for student in comparison.students
    ]


def _facts(run: Run) -> dict[str, str]:
    manifest, comparison = run.manifest, run.comparison
    return {
        "suite": comparison.suite,
        "seed": str(manifest.seed),
        "probes": str(comparison.probes),
        "missing": str(run.missing),
        "run": str(run.path),
        "falloff": __version__,
    }


def _of_student(
    comparison: Comparison, student: StudentComparison
) -> Iterator[tuple[str, Interval | float | None]]:
    yield "retention", student.retention
    yield "centre_ratio", student.centre_ratio
    yield "illusion", student.illusion
    yield "covered_weight", student.covered_weight
    yield "verdict/margin", student.verdict.margin
    yield "verdict/low", student.verdict.low
    yield "verdict/high", student.verdict.high
    for of in student.capabilities:
        yield f"retention/capability/{of.capability}", of.retention
    for family in student.families:
        yield f"retention/family/{family.family}", family.retention
    yield from _of_model(student.profile)
    yield from ((f"teacher/{name}", value) for name, value in _of_model(comparison.teacher))
    if student.worst:
        yield "worst_cell/drop", student.worst[0].drop
    churn = student.churn
    yield "churn/lost", float(churn.lost)
    yield "churn/gained", float(churn.gained)


def _of_model(profile: Profile) -> Iterator[tuple[str, Interval | float | None]]:
    yield "volume", profile.volume
    spent = profile.spending
    yield "spending/calls", float(spent.calls)
    yield "spending/completion_tokens", float(spent.completion_tokens)
    yield "spending/median_seconds", spent.median_seconds
    yield "spending/money", spent.money
    for family in profile.families:
        if family.status in _USABLE:
            yield from _of_family(family)


def _of_family(family: FamilyProfile) -> Iterator[tuple[str, Interval | float | None]]:
    yield f"centre/{family.family}", family.centre
    yield f"volume/{family.family}", family.volume
    for curve in family.curves:
        yield f"edge/{family.family}/{curve.axis}", curve.edge


def _numbers(found: Iterator[tuple[str, Interval | float | None]]) -> dict[str, float]:
    """Each interval as three numbers, and a fourth where its estimate is only a bound."""
    numbers: dict[str, float | None] = {}
    for name, value in found:
        if isinstance(value, Interval):
            numbers |= {name: value.estimate, f"{name}/low": value.low, f"{name}/high": value.high}
            if value.censored:
                numbers[f"{name}/censored"] = 1.0 if value.censored == "above" else -1.0
        else:
            numbers[name] = value
    return {n: float(x) for n, x in numbers.items() if x is not None and math.isfinite(x)}
