"""The saving: what a student keeps, beside what it costs as a share of its teacher's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from falloff.analysis.pair_estimates import Comparison, StudentComparison
from falloff.analysis.spending import Spending
from falloff.report.charts import Dot, Scatter
from falloff.report.lineup import seats
from falloff.report.numerals import bounded, defined, percent, percent_interval
from falloff.report.visible import one_line


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One way to pay: its key in the JSON, its name, how a sentence says it, and what it takes."""

    key: str
    name: str
    said: str
    of: Callable[[Spending], float | None]


# In order of what people mean by a price.
MEASURES = (
    Measure(key="money", name="Money", said="of the price", of=Spending.per_thousand),
    Measure(key="seconds", name="Time", said="of the time", of=lambda spent: spent.median_seconds),
    Measure(key="size", name="Size", said="of the size", of=lambda spent: spent.size),
    Measure(
        key="tokens",
        name="Tokens written",
        said="of the tokens written",
        of=lambda spent: spent.completion_tokens / spent.probes if spent.probes else None,
    ),
)


def share(student: Spending, teacher: Spending, measure: Measure) -> float | None:
    """What the student takes of what the teacher takes for an answer; None where not known."""
    own, others = measure.of(student), measure.of(teacher)
    return own / others if own is not None and others else None


def shares(comparison: Comparison, student: StudentComparison) -> dict[str, float | None]:
    """The student's share by key of the measure."""
    teacher = comparison.teacher.spending
    return {m.key: share(student.profile.spending, teacher, m) for m in MEASURES}


def measure_of(comparison: Comparison) -> Measure | None:
    """By what students are ranked: the first measure that is known of all models."""
    for measure in MEASURES:
        if comparison.students and all(
            shares(comparison, s)[measure.key] is not None for s in comparison.students
        ):
            return measure
    return None


def better_ones(
    comparison: Comparison, student: StudentComparison, measure: Measure
) -> tuple[StudentComparison, ...]:
    """Students that keep more for no more, by their estimates."""
    kept, cost = student.retention.estimate, measure.of(student.profile.spending)
    if kept is None or cost is None:
        return ()
    return tuple(
        other
        for other in comparison.students
        if other is not student
        and (other.retention.estimate or 0.0) > kept
        and (measure.of(other.profile.spending) or 0.0) <= cost
    )


def saving_sentences(comparison: Comparison) -> tuple[str, ...]:
    """What each student keeps and takes; and, of several, which is worth its price."""
    said = [_saving(comparison, student) for student in comparison.students]
    measure = measure_of(comparison)
    if measure and len(comparison.students) > 1:
        said += [_worth(comparison, student, measure) for student in comparison.students]
    return tuple(filter(None, said))


def _saving(comparison: Comparison, student: StudentComparison) -> str:
    known = shares(comparison, student)
    parts = [f"{percent(known[m.key])} {m.said}" for m in MEASURES if defined(known[m.key])]
    if not parts or not defined(student.retention.estimate):
        return ""
    listed = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return f"{one_line(student.model)} keeps {percent_interval(student.retention)} for {listed}."


def _worth(comparison: Comparison, student: StudentComparison, measure: Measure) -> str:
    better = better_ones(comparison, student, measure)
    if not better:
        return ""
    best, sure = _best(student, better)
    other, name = one_line(best.model), one_line(student.model)
    less = f"no more {measure.name.lower()}"
    if sure:
        return f"{name} is not worth its price: {other} keeps more for {less}."
    return f"{other} keeps no less than {name}, as far as can be told, for {less}."


def worth_words(student: StudentComparison, better: Sequence[StudentComparison]) -> str:
    """Whether a student is worth its price, where ``better`` keep more for no more."""
    if not better:
        return "yes"
    best, sure = _best(student, better)
    name = one_line(best.model)
    return f"no: {name} keeps more" if sure else f"unclear: {name} keeps no less"


def _best(
    student: StudentComparison, better: Sequence[StudentComparison]
) -> tuple[StudentComparison, bool]:
    """The one to name of those who keep more for no more, and whether that is sure."""
    sure = [other for other in better if _surely_more(other, student)]
    return (sure or better)[0], bool(sure)


def _surely_more(one: StudentComparison, other: StudentComparison) -> bool:
    both = bounded(one.retention) and bounded(other.retention)
    return both and (one.retention.low or 0.0) > (other.retention.high or 0.0)


def saving_chart(comparison: Comparison) -> Scatter | None:
    """Retention over the share of the teacher's price; None where no price of any kind is known."""
    measure = measure_of(comparison)
    if measure is None:
        return None
    dots = []
    for seat in seats(comparison)[1:]:
        student = seat.student
        cost = student and shares(comparison, student)[measure.key]
        if student and cost and defined(student.retention.estimate):
            kept = student.retention
            dots.append(
                Dot(
                    number=seat.number,
                    name=seat.name,
                    x=cost,
                    y=student.retention.estimate,
                    low=kept.low,
                    high=kept.high,
                    label=f"{percent_interval(kept)} for {percent(cost)} {measure.said}",
                )
            )
    if not dots:
        return None
    teacher = Dot(
        number=0, name=one_line(comparison.teacher.model), x=1.0, y=1.0, label="the teacher"
    )
    return Scatter(
        title="What is kept for what is paid",
        description="; ".join(f"{dot.name}: {dot.label}" for dot in dots),
        x_label=f"{measure.name.lower()} an answer takes, as a share of the teacher's",
        y_label="retention",
        dots=(teacher, *dots),
    )
