"""Where fit and answers disagree on a loss, every format says so."""

import re
from dataclasses import replace
from io import StringIO

from rich.console import Console

from falloff.report import comparison_as_dict, html_report, markdown_report, render
from falloff.report.contents import ReportContents
from falloff.report.disputed import disputed_sentences

TOLD = (
    "Fit and answers disagree beyond chance in 1 cell of micro:narrow, so no loss is claimed there:"
    " rule chain, steps 6 · distractors 1 (fitted 86 % → 7 %, solved 4 → 3 of 4)."
)


def test_page_terminal_and_markdown_name_the_cells(contents: ReportContents) -> None:
    assert disputed_sentences(contents.comparison) == (TOLD,)
    assert TOLD in re.sub(r"<[^>]+>", "", html_report(contents))
    assert TOLD in markdown_report(contents.comparison)
    console = Console(width=400, file=StringIO())
    render(contents.comparison, console)
    assert TOLD in console.file.getvalue()


def test_of_many_the_first_are_named_and_the_others_counted(contents: ReportContents) -> None:
    narrow = contents.comparison.students[0]
    many = replace(narrow, disputed=narrow.disputed * 5)
    (told,) = disputed_sentences(replace(contents.comparison, students=(many,)))
    assert told.count("solved 4") == 3
    assert told.endswith("; and 2 more.")


def test_json_has_them_apart_from_the_worst(contents: ReportContents) -> None:
    student = comparison_as_dict(contents.comparison, run="r", calls=1)["students"][0]
    assert [cell["n"] for cell in student["disputed_cells"]] == [4]
    assert [cell["n"] for cell in student["worst_cells"]] == [14]


def test_nothing_is_said_where_they_agree(contents: ReportContents) -> None:
    students = tuple(replace(s, disputed=()) for s in contents.comparison.students)
    assert disputed_sentences(replace(contents.comparison, students=students)) == ()
