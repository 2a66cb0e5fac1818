"""Inspect's logs, read back: falloff's own, and what is damaged."""

import importlib.util
from pathlib import Path

import pytest

import falloff
from falloff.cli.export import export
from falloff.core import SetupError, UsageError

SUITE = str(Path(__file__).parents[1] / "two_families.toml")
# Inspect leaves streams and sockets for the garbage collector to close.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.mark.skipif(
    importlib.util.find_spec("inspect_ai") is not None, reason="needs Inspect AI to be missing"
)
def test_without_inspect_the_remedy_is_said(tmp_path):
    (tmp_path / "a.eval").write_bytes(b"PK")
    with pytest.raises(SetupError, match=r"falloff\[inspect\]"):
        falloff.compare_logs([tmp_path / "a.eval"])


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    pytest.importorskip("inspect_ai", reason="needs falloff[inspect]")
    folder = tmp_path_factory.mktemp("pair")
    run = falloff.compare(
        "micro:teacher", "micro:narrow", suite=SUITE, budget=60, run=folder / "pair.falloff"
    )
    export(run.path, folder / "pair.eval")
    return run, folder


def test_two_logs_give_the_churn_of_the_run_that_they_are_of(logs):
    run, folder = logs
    found = falloff.compare_logs(folder, reference="micro:teacher", level="axis.steps")
    (pair,) = found.pairs
    churn = run.comparison.students[0].churn
    assert (pair.whole.churn.lost, pair.whole.churn.gained) == (churn.lost, churn.gained)
    assert pair.whole.churn.both == churn.both
    assert pair.whole.items == 60
    assert {curve.model for curve in found.fit.curves} == {"micro:teacher", "micro:narrow"}


def test_items_are_found_by_their_prompts_too(logs):
    _, folder = logs
    by_id, by_hash = (falloff.compare_logs(folder, align=how) for how in ("id", "hash"))
    assert by_hash.pairs[0].whole.difference.estimate == pytest.approx(
        by_id.pairs[0].whole.difference.estimate
    )


def test_one_log_and_a_damaged_one_are_errors(logs, tmp_path):
    _, folder = logs
    with pytest.raises(UsageError, match="one model only"):
        falloff.compare_logs(folder / "pair-teacher.eval")
    broken = tmp_path / "broken.eval"
    broken.write_bytes((folder / "pair-teacher.eval").read_bytes()[:2000])
    with pytest.raises(UsageError, match="cannot be read as a log of Inspect"):
        falloff.compare_logs([folder / "pair-teacher.eval", broken])
