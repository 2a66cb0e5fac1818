"""What is said beyond the size claims no more than was found."""

from dataclasses import replace

import pytest

from falloff.analysis.audit import Audit
from falloff.analysis.estimates import Compounding, Interval, Status
from falloff.analysis.pair_estimates import Comparison, Shape
from falloff.report import html_report
from falloff.report.beyond import (
    audit_sentence,
    beyond,
    compounding_words,
    exponent_words,
    misfits,
    shape_words,
)
from falloff.report.charts import LineChart, line_chart
from falloff.report.contents import ReportContents
from falloff.report.lineup import Panel, panels, worst_cells
from falloff.report.sections import Sections

FACTOR = Interval(estimate=0.83, low=0.8, high=0.86)


def audited(panel: Panel, *audits: Audit | None) -> Panel:
    """The panel with these audits, one a model."""
    entries = tuple(
        replace(entry, profile=replace(entry.profile, audit=audit))
        for entry, audit in zip(panel.entries, audits, strict=False)
    )
    return replace(panel, entries=entries)


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.2, "fits a scaled copy, edges at 83 % (80–86 %)"),
        (0.01, "another shape"),
        (None, "–"),
    ],
)
def test_a_shape_is_another_only_where_the_test_rejects(p: float | None, words: str) -> None:
    assert shape_words(Shape(factor=FACTOR, statistic=1.0, p=p)) == words


def test_steeper_is_said_only_where_the_test_says_so() -> None:
    found = Compounding(step_accuracy=0.931, exponent=8.0, statistic=20.0, p=1e-6)
    assert compounding_words(found) == "steeper (93.1 % a step)"
    assert exponent_words(found) == "≥ 8 (p < 0.001)"
    mild = replace(found, exponent=1.3, p=0.4)
    assert compounding_words(mild) == "not steeper (93.1 % a step)"
    assert compounding_words(None) == exponent_words(None) == "–"


def test_a_quiet_audit_says_what_it_could_have_seen(contents: ReportContents) -> None:
    panel = panels(contents.comparison)[0]
    assert misfits(panel) == ()
    assert audit_sentence(panel) == (
        "These 24 audit probes would have flagged an error of S of 25 points, four times in five;"
        " they flagged none."
    )


def test_a_misfit_is_said_with_its_direction(contents: ReportContents) -> None:
    panel = panels(contents.comparison)[1]
    (alarm,) = misfits(panel)
    assert alarm.startswith(
        "Misfit in tool chain: micro:narrow solves the 24 audit probes 19 points less often"
    )
    assert audit_sentence(panel).endswith("they flagged no other.")


def test_without_an_audit_nothing_is_said_of_one(contents: ReportContents) -> None:
    panel = panels(contents.comparison)[0]
    assert audit_sentence(audited(panel, None, None)) == ""
    none = Audit(probes=0, correction=0.0, se=float("inf"))
    assert audit_sentence(audited(panel, none, none)) == "No audit probe has checked the fit."


def test_compounding_stands_only_beside_axes_that_count_steps(contents: ReportContents) -> None:
    chain, tools, _ = (beyond(panel) for panel in panels(contents.comparison))
    assert chain.axes == ("steps",)
    assert tools.axes == ("chain",)


def test_steps_are_drawn_on_the_page_where_they_are_explained(contents: ReportContents) -> None:
    chart: LineChart = Sections(contents, budget=0).families[0].curves[0].chart
    assert str(line_chart(chart)).count('class="steps"') == len(chart.lines) == 4
    assert 'class="steps"' not in line_chart(chart, standalone=True)
    assert "Key to the curve charts" in html_report(contents)


def test_a_saturated_teacher_has_its_curves_drawn(contents: ReportContents) -> None:
    full = with_status(contents.comparison, Status.SATURATED)
    page = html_report(replace(contents, comparison=full))
    assert "Competence over steps in rule chain" in page
    assert "Saturated: the teacher solves nearly the whole box." in page


def with_status(comparison: Comparison, status: Status) -> Comparison:
    """The comparison with every family of the teacher in this status."""
    families = tuple(replace(f, status=status) for f in comparison.teacher.families)
    students = tuple(
        replace(
            student,
            families=tuple(
                replace(f, status=status, teacher=replace(f.teacher, status=status))
                for f in student.families
            ),
        )
        for student in comparison.students
    )
    teacher = replace(comparison.teacher, families=families)
    return replace(comparison, teacher=teacher, students=students)


def test_no_students_cells_keep_those_of_another_out(contents: ReportContents) -> None:
    narrow, other, _ = contents.comparison.students
    (cell,) = narrow.worst
    small = replace(cell, drop=Interval(estimate=0.2, low=0.1, high=0.3))
    students = (replace(narrow, worst=(small,)), replace(other, worst=(cell,) * 8))
    found = worst_cells(replace(contents.comparison, students=students), 5)
    assert [seat.name for seat, _ in found] == ["micro:int4"] * 4 + ["micro:narrow"]
