"""A run that is in progress or interrupted: every format says how much of it is missing."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from falloff.report import html_report, markdown_report, notebook_html, render
from falloff.report.card import card_section
from falloff.report.contents import ReportContents
from falloff.report.unfinished import Standing

PART = Standing(finished=False, answered=360, errors=2, unasked=40, probes=600, budget=1200)
PLACED = (
    "The run is not finished: 600 probes of 1,200 probes to each model placed, 360 answers there,"
    " 40 of those placed still to come."
)
FAILED = "Calls failed: 2 answers missing"


def page(contents: ReportContents, standing: Standing) -> str:
    return re.sub(r"<[^>]+>", "", html_report(replace(contents, standing=standing)))


def terminal(contents: ReportContents, standing: Standing) -> str:
    console = Console(width=400, file=StringIO())
    render(contents.comparison, console, standing=standing)
    return console.file.getvalue()


def markdown(contents: ReportContents, standing: Standing) -> str:
    return markdown_report(contents.comparison, standing=standing)


def notebook(contents: ReportContents, standing: Standing) -> str:
    return notebook_html(contents.comparison, standing)


def card(contents: ReportContents, standing: Standing) -> str:
    one = replace(contents.comparison, students=contents.comparison.students[:1])
    manifest = {"dialect": "micro", "seed": 0, "version": "1"}
    return card_section(one, manifest, figure="f.svg", standing=standing)


@pytest.mark.parametrize("shown", [page, terminal, markdown, notebook, card])
def test_what_is_missing_is_said(contents: ReportContents, shown) -> None:
    told = shown(contents, PART)
    assert PLACED in told
    assert FAILED in told
    nothing = replace(PART, answered=0, errors=0)
    assert "nothing can be said of any model yet" in shown(contents, nothing)
    whole = shown(contents, replace(PART, finished=True, errors=0, unasked=0))
    assert "not finished" not in whole
    assert "Calls failed" not in whole


def test_json_counts_what_is_missing() -> None:
    assert PART.as_dict() == {
        "finished": False,
        "answered": 360,
        "errors": 2,
        "unasked": 40,
    }
    # Answers that are still to come are a run that is not finished, whatever its manifest says.
    assert not replace(PART, finished=True).as_dict()["finished"]
