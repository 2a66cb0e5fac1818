"""What reports say of wordings: a sentence a model, an alarm only where something was found."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from falloff.analysis.estimates import Interval, Profile, Wording
from falloff.analysis.pair_estimates import Comparison
from falloff.report import comparison_as_dict, html_report, markdown_report
from falloff.report.contents import ReportContents
from falloff.report.terminal import render
from falloff.report.wording_effects import wording_alarms, wording_sentences


def worded(comparison: Comparison, *, off: bool = False) -> Comparison:
    """Every family with two wordings; with ``off`` the teacher's first differs in its first."""

    def of(profile: Profile, *, off: bool = False) -> Profile:
        first, *others = (replace(f, wordings=pair(False)) for f in profile.families)
        return replace(profile, families=(replace(first, wordings=pair(off)), *others))

    students = tuple(
        replace(
            student,
            profile=of(student.profile),
            families=tuple(
                replace(
                    family,
                    teacher=replace(family.teacher, wordings=pair(off and not i)),
                    student=replace(family.student, wordings=pair(False)),
                )
                for i, family in enumerate(student.families)
            ),
        )
        for student in comparison.students
    )
    return replace(comparison, teacher=of(comparison.teacher, off=off), students=students)


def pair(off: bool) -> tuple[Wording, ...]:
    gap = 0.2 if off else 0.01
    return tuple(
        Wording(
            template=template,
            probes=40,
            solved=0.5,
            difference=Interval(estimate=d, low=d - 0.05, high=d + 0.05),
            p=0.0001 if off else 0.7,
            further_off=off,
        )
        for template, d in ((0, -gap), (1, gap))
    )


def printed(comparison: Comparison) -> str:
    console = Console(file=StringIO(), width=200)
    render(comparison, console)
    return console.file.getvalue()


def test_where_nothing_was_found_only_the_page_says_so(contents: ReportContents) -> None:
    comparison = worded(contents.comparison)
    assert wording_alarms(comparison) == ()
    assert wording_sentences(comparison)[0] == (
        "micro:teacher: none of 6 wordings is further off than chance explains."
    )
    assert "wording" not in printed(comparison)
    page = html_report(replace(contents, comparison=comparison))
    assert page.count("<summary>By wording</summary>") == sum(
        1 for title in ("rule_chain", "tool_chain") if title in page
    )


def test_a_wording_that_is_off_is_said_everywhere(contents: ReportContents) -> None:
    comparison = worded(contents.comparison, off=True)
    (alarm,) = wording_alarms(comparison)
    assert "of 6 wordings: rule chain no. 0 (−20 points), rule chain no. 1 (20 points)." in alarm
    assert "no. 0 (−20 points)" in printed(comparison)
    assert "no. 0" in markdown_report(comparison)
    assert "no. 0 <b>off</b>" in html_report(replace(contents, comparison=comparison))
    (family, *_) = comparison_as_dict(comparison, run="", calls=0)["students"][0]["families"]
    assert [w["further_off"] for w in family["teacher"]["wordings"]] == [True, True]


def test_where_no_wording_is_known_nothing_is_said(contents: ReportContents) -> None:
    assert wording_sentences(contents.comparison) == ()
    assert "By wording" not in html_report(contents)
