"""What trackers get of a run; and MLflow and Weights & Biases themselves, where they are there."""

import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import falloff
from falloff.core import UnknownNameError
from falloff.tracking import log_run
from falloff.tracking.record import records_of

SUITE = Path(__file__).parent.parent / "two_families.toml"

needs_mlflow = pytest.mark.skipif(not importlib.util.find_spec("mlflow"), reason="needs mlflow")
needs_wandb = pytest.mark.skipif(not importlib.util.find_spec("wandb"), reason="needs wandb")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("tracked") / "pair.falloff"
    students = ["sim:narrow", "sim:same"]
    return falloff.compare("sim:teacher", students, suite=SUITE, budget=120, seed=7, run=path)


def logged(run, to, cwd, **variables):
    """By the command, in a process of its own: trackers warn, patch and fork as they please."""
    done = subprocess.run(
        [sys.executable, "-m", "falloff", "log", str(run.path), "--to", to, "--json"],
        capture_output=True, text=True, timeout=240, cwd=cwd, env=os.environ | variables,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["runs"]


def test_every_student_is_a_record_with_the_numbers_of_the_report(run):
    narrow, same = records_of(run)
    assert (narrow.name, same.name) == ("sim:narrow", "sim:same")
    kept = run.comparison.students[0].retention
    names = ("retention", "retention/low", "retention/high")
    assert tuple(narrow.numbers[n] for n in names) == (kept.estimate, kept.low, kept.high)
    chain = run.comparison.students[0].profile.families[1].curves[0]
    assert narrow.numbers[f"edge/tool_chain/{chain.axis}"] == chain.edge.estimate
    assert narrow.numbers["teacher/volume"] == run.comparison.teacher.volume.estimate
    assert narrow.facts["verdict"] == run.comparison.students[0].verdict.status
    assert narrow.note.startswith("sim:narrow keeps ")


def test_an_edge_beyond_the_box_is_marked_as_a_bound(run):
    (narrow, _) = records_of(run)
    censored = {
        f"teacher/edge/{family.family}/{curve.axis}/censored"
        for family in run.comparison.teacher.families
        for curve in family.curves
        if curve.edge.censored
    }
    assert censored
    assert {n for n in narrow.numbers if n.startswith("teacher") and "censored" in n} == censored


def test_a_model_measured_alone_has_a_record_too(tmp_path):
    alone = falloff.measure("sim:teacher", suite=SUITE, budget=32, run=tmp_path / "alone")
    (record,) = records_of(alone)
    assert record.numbers["volume"] == alone.comparison.teacher.volume.estimate
    assert "verdict" not in record.facts


def test_another_tracker_is_one_clear_error(run):
    with pytest.raises(UnknownNameError, match="Did you mean 'wandb'"):
        log_run(run, "wnadb")


@needs_mlflow
def test_mlflow_has_numbers_facts_and_files(run, tmp_path):
    store = tmp_path / "mlflow.db"
    made = logged(run, "mlflow", tmp_path, MLFLOW_TRACKING_URI=f"sqlite:///{store}")
    assert [each["name"] for each in made] == ["sim:narrow", "sim:same"]
    (narrow, _) = records_of(run)
    with sqlite3.connect(store) as connection:
        of = (made[0]["id"],)
        rows = connection.execute("SELECT key, value FROM metrics WHERE run_uuid = ?", of)
        assert dict(rows) == pytest.approx(narrow.numbers)
        facts = connection.execute("SELECT key, value FROM params WHERE run_uuid = ?", of)
        assert dict(facts) == narrow.facts
        status = connection.execute("SELECT status FROM runs WHERE run_uuid = ?", of)
        assert status.fetchone() == ("FINISHED",)
    connection.close()
    assert {"report.html", "finding.json"} <= {file.name for file in tmp_path.rglob("*.*")}


@needs_wandb
def test_weights_and_biases_keeps_it_offline(run, tmp_path):
    made = logged(run, "wandb", tmp_path, WANDB_MODE="offline", WANDB_DATA_DIR=str(tmp_path))
    assert [each["name"] for each in made] == ["sim:narrow", "sim:same"]
    (narrow, _) = records_of(run)
    (file,) = (file for file in tmp_path.rglob("*.wandb") if made[0]["id"] in file.name)
    kept = file.read_bytes()
    missing = [name for name in narrow.numbers if name.encode() not in kept]
    assert not missing
    for text in ("report.html", "finding.json", narrow.note, "sim:narrow"):
        assert text.encode() in kept
