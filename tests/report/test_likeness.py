"""Tables of repeats and fidelity: there where they were asked for, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from made_up_comparison import comparison, interval

from falloff.analysis import Fidelity, Repeatability, RepeatedComparison
from falloff.analysis.estimates import UNDEFINED
from falloff.analysis.fidelity import NOT_ASKED
from falloff.report.export import comparison_as_dict
from falloff.report.html import html_report
from falloff.report.likeness import likeness
from falloff.report.markdown import markdown_report
from falloff.report.reliability import reliability_sentences, repeats_by_family


def repeatability(p):
    return Repeatability(
        repeats=3,
        items=40,
        pass_k=tuple(interval(p**k) for k in (1, 2, 3)),
        centre_pass_k=(),
        flips=interval(2 * p * (1 - p)),
        changes=interval(0.5),
    )


def fidelity(why=None):
    told = why is None
    return Fidelity(
        agreement=interval(0.6),
        same_wrong=interval(0.2),
        kl=interval(0.25) if told else UNDEFINED,
        same_top=interval(0.9) if told else UNDEFINED,
        named=0.97 if told else None,
        probes=40 if told else 0,
        why=why,
    )


def asked(*, why=None):
    made = comparison()
    repeated = RepeatedComparison(
        teacher=repeatability(0.9),
        student=repeatability(0.7),
        churn=interval(0.35),
        beyond=interval(0.05),
    )
    students = tuple(
        replace(student, repeated=repeated, fidelity=fidelity(why)) for student in made.students
    )
    teacher = replace(made.teacher, repeatability=repeatability(0.9))
    return replace(made, teacher=teacher, students=students)


def cells(listing, row):
    return dict(zip(listing.heads, listing.rows[row], strict=True))


def test_nothing_is_shown_of_what_was_not_asked_for():
    assert likeness(comparison()) == ()
    assert [listing.title for listing in likeness(asked(why=NOT_ASKED))] == ["Repeats"]


def test_repeats_show_every_model_and_churn_beside_flips():
    repeats, _ = likeness(asked())
    assert cells(repeats, 0)["pass^3"].startswith("73 %")
    assert cells(repeats, 0)["pass^2"].startswith("81 %")
    assert cells(repeats, 0)["Churn against teacher"] == "–"
    assert cells(repeats, 1)["pass^3"].startswith("34 %")
    assert cells(repeats, 1)["Churn against teacher"].startswith("35 %")
    assert cells(repeats, 1)["Flips"].startswith("42 %")
    assert len(repeats.rows) == 1 + len(comparison().students)


def test_reliability_is_said_of_every_model_and_shown_by_family(make_contents):
    told = reliability_sentences(asked())
    assert told[0].startswith("micro:teacher solves 90 %")
    assert told[1].startswith("micro:narrow solves 70 %")
    assert told[1].endswith("at every one of 3.")
    assert reliability_sentences(comparison()) == ()
    made = asked()
    families = tuple(
        replace(family, repeatability=repeatability(0.5)) for family in made.teacher.families
    )
    made = replace(made, teacher=replace(made.teacher, families=families))
    assert [row[0] for row in repeats_by_family(made).rows] == [
        "rule chain",
        "tool chain",
        "redefinition",
    ]
    page = html_report(replace(make_contents(), comparison=made))
    assert 'href="#repeats">Reliability' in page
    assert "Repeats by family" in page


def test_where_there_is_no_kl_the_reason_stands_in_its_row():
    _, tokens = likeness(asked(why="the teacher gives no log-probabilities"))
    assert cells(tokens, 0)["KL, at least, nats a token"] == "–"
    assert cells(tokens, 0)["Note"] == "the teacher gives no log-probabilities"


def test_page_and_markdown_show_both_tables(make_contents):
    page = html_report(replace(make_contents(), comparison=asked()))
    for anchor in ("repeats", "fidelity"):
        assert f'id="{anchor}"' in page
        assert f'href="#def-{anchor}"' in page
        assert f'id="def-{anchor}"' in page
    text = markdown_report(asked())
    assert "## Repeats" in text
    assert "## Fidelity" in text


def test_json_has_intervals_or_null():
    told = comparison_as_dict(asked(), run="r", calls=1)["students"][0]
    power = told["repeated"]["student"]["pass_k"][0]
    assert power.keys() == {"estimate", "low", "high", "censored"}
    assert told["fidelity"]["kl"]["estimate"] == 0.25
    untold = comparison_as_dict(comparison(), run="r", calls=1)["students"][0]
    assert untold["repeated"] is untold["fidelity"] is None
