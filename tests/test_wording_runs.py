"""Wordings through the whole program: asked, numbered, compared with what is expected."""

import json
from collections import Counter
from pathlib import Path

import pytest

import falloff
from falloff.gather import families_of
from falloff.probes import FAMILIES
from falloff.run import open_for_reading

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module", autouse=True)
def forgotten():
    """Families of one's own are forgotten afterwards: other tests list all that there are."""
    before = set(FAMILIES)
    yield
    for name in set(FAMILIES) - before:
        FAMILIES.forget(name)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wordings")
    return [
        falloff.compare(
            "sim:teacher",
            "sim:kept-0.8",
            suite="text",
            budget=160,
            seed=seed,
            run=folder / f"{seed}.falloff",
        )
        for seed in range(3)
    ]


def test_models_that_do_not_mind_the_wording_are_seldom_flagged(runs):
    """At 5 % a model, three or more of six are flagged twice in a thousand times."""
    compared = [run.comparison for run in runs]
    profiles = [p for c in compared for p in (c.teacher, *(s.profile for s in c.students))]
    told = [[w for family in p.families for w in family.wordings] for p in profiles]
    assert all(any(w.p is not None for w in wordings) for wordings in told)
    assert sum(any(w.further_off for w in wordings) for wordings in told) < 3


def test_wordings_count_the_rows_of_a_run(runs):
    run = runs[0]
    rows = Counter(
        (row["family"], row["template"])
        for row in run.rows()
        if row["role"] == "teacher" and row["score"] is not None
    )
    told = {
        (family.family, wording.template): wording.probes
        for family in run.comparison.teacher.families
        for wording in family.wordings
    }
    assert told == dict(rows)
    (student,) = json.loads(json.dumps(run.as_dict()))["students"]
    assert {len(family["teacher"]["wordings"]) for family in student["families"]} <= {3, 4}


def test_without_the_code_of_a_family_its_wordings_are_left_out(runs, monkeypatch):
    left = {name: FAMILIES[name] for name in FAMILIES if name != "recall"}
    monkeypatch.setattr("falloff.gather.FAMILIES", left)
    with open_for_reading(runs[0].path) as reader:
        templates = {data.name: set(data.templates) for data in families_of(reader)}
    assert templates["recall"] == {None}
    assert templates["ledger"] == {0, 1, 2}


def sorter(messages):
    """Sorts the words of the example family, however it is asked."""
    words = messages[-1]["content"].split(": ")[1].split(".")[0].split(", ")
    return f"Answer: {', '.join(sorted(words))}"


def thrown_by_dictionaries(messages):
    """The same, but a dictionary throws it off for half of all first letters."""
    asked = messages[-1]["content"]
    thrown = "dictionary" in asked and asked.split(": ")[1][0] < "n"
    return "Answer: none" if thrown else sorter(messages)


def test_a_model_that_minds_a_wording_is_found(tmp_path):
    run = falloff.compare(
        sorter,
        thrown_by_dictionaries,
        probes=EXAMPLES / "my_probes.py",
        budget=96,
        run=tmp_path / "a.falloff",
    )
    (student,) = run.comparison.students
    assert not any(w.further_off for f in run.comparison.teacher.families for w in f.wordings)
    plain, dictionary = student.profile.families[0].wordings
    assert plain.solved == 1.0
    assert dictionary.further_off
    assert dictionary.difference.high < 0 < plain.difference.low
