"""The null of a comparison through the whole program: the teacher asked twice."""

from __future__ import annotations

import csv
import json
import random
import re
from pathlib import Path

import pytest
from scipy.stats import binom
from typer.testing import CliRunner

import falloff
import falloff.cli.commands
from falloff.cli.app import app
from falloff.probes import FAMILIES
from falloff.report.markdown import markdown_report

EXAMPLE = Path(__file__).parents[1] / "examples" / "my_probes.py"
# Enough where it does not matter what is asked.
TWO_FAMILIES = Path(__file__).parent / "two_families.toml"
FLIPS = 0.05
BUDGET = 200


def sorts(messages):
    """Sorts what it is asked to, and errs at random in one answer of twenty."""
    question = messages[-1]["content"]
    words = re.findall(r"[a-z]+", re.search(r": ([a-z, ]+)\.", question)[1])
    if random.random() < FLIPS:
        words = ["wrong"]
    return f"Answer: {', '.join(sorted(words))}"


def sorts_short(messages):
    """Sorts lists of at most eight words, and errs as the other does."""
    return sorts(messages) if messages[-1]["content"].count(",") < 12 else "Answer: none"


@pytest.fixture(scope="module")
def erring(tmp_path_factory):
    """A run of models that err at random; its family is forgotten afterwards."""
    before, path = set(FAMILIES), tmp_path_factory.mktemp("null") / "a.falloff"
    yield falloff.compare(
        sorts, [sorts, sorts_short], probes=EXAMPLE, budget=BUDGET, null=True, run=path
    )
    for name in set(FAMILIES) - before:
        FAMILIES.forget(name)


def within(share, n, p):
    """Whether a share of n is one that a binomial gives but once in a million otherwise."""
    return binom.ppf(5e-7, n, p) <= share * n <= binom.ppf(1 - 5e-7, n, p)


def test_the_churn_of_a_model_that_errs_at_random_is_seen(erring):
    comparison, either = erring.comparison, 2 * FLIPS * (1 - FLIPS)
    null, (same, short) = comparison.null.churn, comparison.students
    assert null.both + null.lost + null.gained + null.neither == BUDGET
    assert within((null.lost + null.gained) / BUDGET, BUDGET, either)
    for student in (same, short):
        assert within(student.beyond_null.null.estimate, student.beyond_null.probes, either)
    assert within(same.beyond_null.churn.estimate, same.beyond_null.probes, either)
    # Lists of 16 and 32 words are half of the levels: far more than flips.
    assert short.beyond_null.beyond.low > 0
    # Nine intervals of ten hold 1; three times as wide, all but one in a million do.
    kept = comparison.null.retention
    assert abs(kept.estimate - 1) < 1.5 * (kept.high - kept.low)


def test_the_null_is_shown_apart_from_the_students(erring):
    said = erring.as_dict()
    assert len(said["students"]) == 2
    assert said["null"]["model"] == said["teacher"]
    assert "verdict" not in said["null"]
    assert said["calls"] == 4 * BUDGET
    for text in (
        markdown_report(erring.comparison),
        erring.report(erring.path.with_suffix(".html")).read_text(),
    ):
        assert "asked a second time, keeps" in text
        assert "beyond the null" in text


def test_going_on_asks_no_more_and_says_the_same(erring):
    before = erring.as_dict()
    again = falloff.compare(
        sorts, [sorts, sorts_short], probes=EXAMPLE, budget=BUDGET, null=True, run=erring.path
    )
    assert again.as_dict() == before


def test_rows_and_exports_have_the_null_as_a_role(erring, tmp_path):
    out = tmp_path / "out.csv"
    assert CliRunner().invoke(app, ["export", str(erring.path), str(out)]).exit_code == 0
    with out.open(newline="") as file:
        roles = [row["role"] for row in csv.DictReader(file)]
    assert {role: roles.count(role) for role in roles} == dict.fromkeys(
        ("teacher", "student1", "student2", "null"), BUDGET
    )


def test_an_inspect_log_is_written_of_the_null_too(erring, tmp_path):
    pytest.importorskip("inspect_ai")
    from falloff.inspection.logs import write_logs

    names = [path.name for path in write_logs(erring, tmp_path / "out.eval")]
    assert names == [f"out-{role}.eval" for role in ("teacher", "student1", "student2", "null")]


@pytest.mark.parametrize("more", [(), ("--repeats", "2", "--logprobs", "3")])
def test_a_model_that_always_answers_alike_has_a_null_of_nothing(tmp_path, monkeypatch, more):
    monkeypatch.chdir(tmp_path)
    pair = ("compare", "--teacher", "micro:teacher", "--student", "micro:narrow", "--json")
    asked = (*pair, "--suite", str(TWO_FAMILIES), "--budget", "32", *more)
    plain = CliRunner().invoke(app, asked)
    nulled = CliRunner().invoke(app, (*asked, "--null"))
    assert plain.exit_code == nulled.exit_code == 0, nulled.output
    before, after = json.loads(plain.stdout), json.loads(nulled.stdout)
    # The same file: a run that was there is given its null.
    assert before["run"] == after["run"]
    assert before["null"] is before["students"][0]["beyond_null"] is None
    null = after["null"]
    assert null["retention"]["estimate"] == 1
    assert null["churn"]["lost"] == null["churn"]["gained"] == 0
    assert null["fidelity"]["agreement"]["estimate"] == 1
    beyond = after["students"][0].pop("beyond_null")
    assert beyond["null"]["estimate"] == 0
    assert beyond["beyond"]["estimate"] == beyond["churn"]["estimate"]
    del before["students"][0]["beyond_null"]
    assert before["students"] == after["students"]
    shown = CliRunner().invoke(app, ["report", after["run"]])
    assert shown.exit_code == 0, shown.output


def test_only_compare_has_a_null():
    said = CliRunner().invoke(app, ["measure", "micro:teacher", "--null"])
    assert said.exit_code == 2
    assert "No such option" in said.output
