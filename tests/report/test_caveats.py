"""What is said before a number is believed, and that a long finding is said again at its end."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from falloff.analysis.estimates import Interval
from falloff.analysis.pair_estimates import Comparison
from falloff.report import headline, html_report, markdown_report, render
from falloff.report.caveats import caveats
from falloff.report.contents import ReportContents
from falloff.report.novelty_wording import unbounded_sentence
from falloff.sparse import TOO_FEW_TO_SAY


@pytest.fixture
def sparse(contents: ReportContents) -> ReportContents:
    """The same finding from nine probes a family."""
    given = contents.comparison
    teacher = replace(
        given.teacher, families=tuple(replace(f, probes=9) for f in given.teacher.families)
    )
    return replace(contents, comparison=replace(given, teacher=teacher))


def printed(comparison: Comparison, height: int) -> str:
    file = io.StringIO()
    render(comparison, Console(file=file, width=200, height=height))
    return file.getvalue()


def test_nine_probes_a_family_are_said_to_be_too_few_wherever_the_finding_stands(
    sparse: ReportContents,
) -> None:
    comparison = sparse.comparison
    assert caveats(comparison)[0].startswith(TOO_FEW_TO_SAY)
    for text in (html_report(sparse), markdown_report(comparison), printed(comparison, 50)):
        assert TOO_FEW_TO_SAY in text


def test_enough_probes_raise_no_caveat(contents: ReportContents) -> None:
    assert caveats(contents.comparison) == ()


def test_a_finding_longer_than_the_screen_ends_with_its_headline_and_verdicts(
    contents: ReportContents,
) -> None:
    title = headline(contents.comparison)
    long, short = printed(contents.comparison, 10), printed(contents.comparison, 1000)
    assert (long.count(title), short.count(title)) == (2, 1)
    assert "FAIL  micro:narrow" in long[long.rindex(title) :]


def test_long_paths_of_models_are_short_in_every_form_but_the_manifest(
    contents: ReportContents,
) -> None:
    path = "hf:/mnt/disks/experiments/of/the/night/narrow"
    comparison = contents.comparison
    students = tuple(
        replace(s, model=path, profile=replace(s.profile, model=path))
        if s.model == "micro:narrow"
        else s
        for s in comparison.students
    )
    comparison = replace(comparison, students=students)
    page = html_report(
        replace(contents, comparison=comparison, manifest={"student": {"spec": path}})
    )
    assert page.count(path) == 1
    for text in (markdown_report(comparison), printed(comparison, 50), headline(comparison)):
        assert path not in text
        assert "hf:…/narrow" in text


def test_an_edge_that_was_not_found_is_said_to_be_unknown_beyond_the_probes() -> None:
    found = Interval(estimate=1.2, low=1.1, high=1.3)
    none = Interval(estimate=2.1, low=1.4, high=None, censored="above")
    assert unbounded_sentence("b", found) == ""
    assert unbounded_sentence("b", none) == (
        "No edge of b was found up to novelty 2.1, the furthest asked; one from 1.4 on is not"
        " excluded. Beyond that nothing is known."
    )
