"""The finding in terminals of all widths and alphabets."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from falloff.analysis.estimates import Interval
from falloff.analysis.pair_estimates import Comparison
from falloff.report import render
from falloff.report.contents import ReportContents
from falloff.report.listings import sparkline
from falloff.report.numerals import percent_interval


def printed(comparison: Comparison, **options: object) -> str:
    file = io.StringIO()
    render(comparison, Console(file=file, **{"width": 120, **options}))
    return file.getvalue()


def test_an_interval_wider_than_the_scale_is_said_to_be_no_measurement():
    wide, fine = (Interval(estimate=0.9, low=low, high=1.3) for low in (0.03, 0.8))
    assert percent_interval(wide) == "90 % (3–130 %, not measured well enough)"
    assert percent_interval(fine) == "90 % (80–130 %)"


def test_the_finding_the_verdicts_and_the_tables_are_printed(contents: ReportContents) -> None:
    text = printed(contents.comparison)
    assert text.startswith("micro:narrow keeps 41 % of micro:teacher's capability volume")
    assert "FAIL  micro:narrow keeps at most 44 %" in text
    assert "steps 10.6 → 3.9" in text
    assert "███▇▅▄▃▂▂▁▁▁" in text
    assert "79 points (58–90)" in text


@pytest.mark.parametrize("width", [20, 44, 60, 80, 100, 200])
def test_nothing_is_wider_than_the_terminal(contents: ReportContents, width: int) -> None:
    text = printed(contents.comparison, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "41 %" in text


def test_eighty_columns_keep_retention_and_edges_in_a_table(contents: ReportContents) -> None:
    text = printed(contents.comparison, width=80)
    assert "micro:narrow   41 % (37–45 %)" in text
    assert "steps 10.6 → 3.9" in text


def test_a_narrow_terminal_gets_records(contents: ReportContents) -> None:
    text = printed(contents.comparison, width=40)
    assert "  retention: 41 % (37–45 %)" in text


def test_a_terminal_without_unicode_gets_ascii(contents: ReportContents) -> None:
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding="ascii") as file:
        render(contents.comparison, Console(file=file, width=120))
        file.flush()
        text = raw.getvalue().decode("ascii")
    assert "98 % -> 98 %" in text
    assert "37-45 %" in text


def test_no_colour_is_written_where_none_is_wanted(contents: ReportContents) -> None:
    assert "\x1b" not in printed(contents.comparison)


def test_a_hostile_name_is_taken_literally(contents: ReportContents) -> None:
    name = "[bold red]x[/] \x1b[2J \u202e"
    student = contents.comparison.students[0]
    named = replace(student, model=name, profile=replace(student.profile, model=name))
    text = printed(replace(contents.comparison, students=(named,)), force_terminal=True)
    assert r"[bold red]x[/] \x1b[2J \u202e" in text
    assert "\x1b[2J" not in text


def test_one_model_alone_is_printed(alone: ReportContents) -> None:
    text = printed(alone.comparison)
    assert text.startswith("micro:teacher holds 71 %")
    assert "Students" not in text


def test_sparklines_stay_in_range() -> None:
    assert sparkline([1.2, 0.5, -0.3]) == "█▅▁"
