"""A run as Inspect's logs."""

import importlib.util
from pathlib import Path

import pytest

import falloff
from falloff import measure
from falloff.cli.export import export
from falloff.core import SetupError

SUITE = str(Path(__file__).parents[1] / "two_families.toml")
# Inspect leaves streams and sockets for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.skipif(
    importlib.util.find_spec("inspect_ai") is not None, reason="needs Inspect AI to be missing"
)
def test_without_inspect_the_remedy_is_said(tmp_path):
    run = measure("sim:teacher", suite=SUITE, budget=16, run=tmp_path / "one.falloff")
    with pytest.raises(SetupError, match=r"falloff\[inspect\]"):
        export(run.path, tmp_path / "out.eval")


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    pytest.importorskip("inspect_ai", reason="needs falloff[inspect]")
    from inspect_ai.log import read_eval_log

    folder = tmp_path_factory.mktemp("pair")
    run = falloff.compare(
        "micro:teacher",
        "micro:narrow",
        suite=SUITE,
        budget=40,
        repeats=2,
        run=folder / "pair.falloff",
    )
    export(run.path, folder / "pair.eval")
    roles = ("teacher", "student1")
    return run, {role: read_eval_log(str(folder / f"pair-{role}.eval")) for role in roles}


def test_a_log_has_every_answer_with_what_was_said(logs):
    run, written = logs
    rows = list(run.rows())
    for role, log in written.items():
        assert (log.status, log.eval.model) == ("success", run.manifest.models[role].spec)
        first = {sample.id: sample for sample in log.samples if sample.epoch == 1}
        mine = [row for row in rows if row["role"] == role]
        assert set(first) == {row["probe"] for row in mine}
        for row in mine:
            sample = first[row["probe"]]
            score = sample.scores["outcome"]
            assert (score.value, score.answer) == (row["score"], row["answer"])
            assert score.metadata == {"reason": row["reason"], "calls": row["calls"]}
            assert sample.metadata["coordinate"] == row["coordinate"]
            spoken = [m for m in sample.messages if m.role == "assistant"]
            assert len(spoken) == row["calls"]
            assert sample.output.message.text == spoken[-1].text
            assert sample.input[-1].role == "user"
            assert score.value == 0 or sample.target == score.answer or row["calls"] > 1


def test_repeats_are_epochs(logs):
    _, written = logs
    for log in written.values():
        assert {sample.epoch for sample in log.samples} == {1, 2}
        assert log.eval.config.epochs == 2


def test_the_figures_are_those_that_were_estimated(logs):
    run, written = logs
    profile = run.comparison.teacher
    metrics = written["teacher"].results.scores[0].metrics
    assert metrics["volume"].value == profile.volume.estimate
    for family in profile.families:
        assert metrics[f"centre {family.family}"].value == family.centre.estimate
        assert metrics[f"volume {family.family}"].metadata["low"] == family.volume.low


def test_the_same_run_gives_the_same_ids(logs, tmp_path):
    from inspect_ai.log import read_eval_log

    run, written = logs
    export(run.path, tmp_path / "again.eval")
    again = read_eval_log(str(tmp_path / "again-teacher.eval"), header_only=True)
    assert again.eval.eval_id == written["teacher"].eval.eval_id
    assert again.eval.run_id == written["student1"].eval.run_id
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "again-student1.eval",
        "again-teacher.eval",
    ]
