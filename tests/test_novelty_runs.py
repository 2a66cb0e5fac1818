"""Runs with training data: what they keep, what they say, and what is refused."""

import json
import sqlite3
from pathlib import Path

import pytest

import falloff
from falloff.core import UsageError
from falloff.lab.novelty import separation, training_prompts
from falloff.report.novelty_wording import novelty_sentences
from falloff.training import NgramView, training_data

# Two families that say all in the first message, which is what novelty sees.
SUITE = str(Path(__file__).parent / "two_families.toml")


@pytest.fixture(scope="module")
def slice_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("train") / "narrow.jsonl"
    path.write_text("".join(json.dumps({"prompt": p}) + "\n" for p in training_prompts("narrow")))
    return path


@pytest.fixture(scope="module")
def run(slice_file):
    """The demo's narrow student, seen against its own training slice."""
    return falloff.compare(
        "micro:teacher", "micro:narrow", suite=SUITE, budget=200, seed=7, train_data=slice_file,
        run=slice_file.parent / "pair.falloff",
    )  # fmt: skip


def test_the_narrow_student_keeps_all_inside_its_slice_and_less_outside(run):
    (student,) = run.novelty.students
    inside, at, _ = student.zones
    assert inside.retention.low > 0.9
    assert at.retention.high < 0.85
    assert at.probes + inside.probes == run.novelty.probes


def test_the_sentence_that_decides_is_said(run):
    said = novelty_sentences(run.novelty)
    assert said[0].startswith("Inside its distribution micro:narrow keeps ")
    assert ", at the rim " in said[0]
    assert ", beyond it " in said[0]
    assert "sees wording" in said[-1]


def test_the_run_keeps_distances_and_a_digest_and_no_training_prompt(run, slice_file):
    again = falloff.open_run(run.path)
    assert again.as_dict()["novelty"] == run.as_dict()["novelty"]
    assert again.novelty.digest == training_data(slice_file).prompts.digest
    with sqlite3.connect(run.path) as connection:
        kept = "\n".join(connection.iterdump())
    asked = {prompt for _, prompt in run._reader().openings()}
    only_training = [p for p in training_prompts("narrow", 300) if p not in asked]
    assert len(only_training) > 200
    assert not any(prompt in kept for prompt in only_training)


def test_the_same_command_without_training_data_goes_on_in_the_same_run(run):
    again = falloff.compare(
        "micro:teacher", "micro:narrow", suite=SUITE, budget=200, seed=7, run=run.path
    )
    assert again.as_dict()["novelty"]["probes"] == 200


def test_training_data_that_is_the_benchmark_is_said_loudly(run, tmp_path):
    path = tmp_path / "leaked.txt"
    path.write_text("\n".join({prompt for _, prompt in run._reader().openings()}))
    leaked = falloff.open_run(run.path, train_data=path).novelty
    assert leaked.duplicates == leaked.probes
    assert "it is the benchmark itself" in novelty_sentences(leaked)[0]


def test_traffic_of_the_slice_is_kept_and_of_the_whole_range_less(run, slice_file, tmp_path):
    kept = {}
    for name in ("narrow", "broad"):
        path = tmp_path / f"{name}.txt"
        path.write_text("\n".join(training_prompts(name, 1000)))
        found = falloff.open_run(run.path, train_data=slice_file, traffic=path)
        (traffic,) = found.novelty.traffic
        assert sum(share.probes for share in traffic.shares) == traffic.prompts
        kept[name] = traffic
    assert kept["narrow"].shares[0].share > 0.9
    assert kept["narrow"].retention.estimate > kept["broad"].retention.estimate
    assert kept["narrow"].safe > kept["broad"].safe


def test_a_model_measured_alone_has_its_edge_in_novelty(slice_file):
    alone = falloff.measure(
        "micro:narrow", suite=SUITE, budget=60, train_data=slice_file, traffic=slice_file,
        run=slice_file.parent / "alone.falloff",
    )  # fmt: skip
    written = alone.as_dict()["novelty"]
    assert written["edge"]["estimate"] is not None
    assert written["traffic"]["retention"]["estimate"] is None
    assert written["traffic"]["shares"]["inside"]["share"] > 0.9


def test_a_view_sees_the_slice_of_a_student():
    found = separation("narrow", NgramView())
    assert found.auc > 0.9
    assert found.inside > 0.9
    # What comes after the first message is not seen: changes told later, services that fail.
    assert found.outside < 0.4


def test_traffic_says_nothing_without_training_data(run, tmp_path):
    with pytest.raises(UsageError, match="--traffic"):
        falloff.open_run(run.path, traffic=tmp_path / "t.txt")


def test_a_bad_training_file_is_refused_before_anything_is_asked(tmp_path):
    def never(messages):
        raise AssertionError("asked")

    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(UsageError, match="no prompts"):
        falloff.measure(never, budget=16, train_data=tmp_path / "empty.jsonl")


def test_a_view_that_is_none_names_those_that_are(slice_file):
    with pytest.raises(UsageError, match="There is no view 'ngrms'") as error:
        training_data(slice_file, view="ngrms")
    assert "minilm" in error.value.remedy


def test_prompts_of_the_lab_are_those_of_its_corpus():
    from falloff.lab.corpus import Corpus
    from falloff.lab.recipes import NARROW

    first = next(Corpus(mix=NARROW, seed=3).items())
    assert next(training_prompts("narrow", 1)) == first.prompt


def test_a_benchmark_under_stress_that_was_trained_on_is_said_as_loudly(tmp_path):
    """Stress changes words, so only its items as they stand can be the same."""
    bench = Path(__file__).parent.parent / "examples" / "own-benchmark.jsonl"
    run = falloff.measure(
        "sim:teacher",
        bench=falloff.Bench(bench, stressors="typos,framing"),
        budget=32,
        train_data=bench,
        run=tmp_path / "leaked.falloff",
    )
    first = novelty_sentences(run.novelty)[0]
    assert "probes without stress stand word for word" in first
    assert "it is the benchmark itself" in first
