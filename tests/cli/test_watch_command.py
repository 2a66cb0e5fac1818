"""A run seen by a process that did not start it: while it is made, when it ends, when it dies."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import falloff
from falloff.core import PriceTable, RunFileError
from falloff.run import open_for_reading
from falloff.watching import Watcher

SUITE = Path(__file__).parent.parent / "two_families.toml"
# Answers some questions, and the others when it is told to.
HELD = """
import itertools, sys, time, pathlib, falloff
asked = itertools.count()
def held(messages):
    number = next(asked)
    while number > 30 and not pathlib.Path("go").exists():
        time.sleep(0.02)
    return "= 7"
falloff.measure(held, suite=sys.argv[2], budget=100, run=sys.argv[1])
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "whole.falloff"
    falloff.compare(
        "sim:teacher", "sim:narrow", suite=SUITE, budget=32, repeats=2, null=True, seed=7, run=path
    )
    return path


@pytest.fixture
def begun(tmp_path):
    """A process in the middle of a run, which goes on when there is a file "go"; and the run."""
    path = tmp_path / "held.falloff"
    process = subprocess.Popen([sys.executable, "-c", HELD, str(path), str(SUITE)], cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not (path.exists() and Watcher(path).look().progress.done):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    yield process, path
    process.kill()
    process.wait()


def test_watching_follows_a_run_to_its_end(begun):
    process, path = begun
    command = [sys.executable, "-m", "falloff", "watch", str(path), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        lines = [json.loads(watching.stdout.readline())]
        (path.parent / "go").touch()
        lines += map(json.loads, watching.stdout)
    assert watching.returncode == process.wait(timeout=10) == 0
    assert lines[0]["state"] == "running"
    assert 0 < lines[0]["done"] < lines[0]["total"] == 100
    assert [line["done"] for line in lines] == sorted(line["done"] for line in lines)
    assert lines[-1]["state"] == "done"
    assert lines[-1]["done"] == 100


def test_a_run_whose_process_was_killed_has_stopped(begun):
    process, path = begun
    watcher = Watcher(path)
    assert watcher.look().state == "running"
    process.send_signal(signal.SIGKILL)
    process.wait()
    seen = watcher.look()
    assert seen.state == "stopped"
    assert seen.as_dict()["eta_seconds"] is None
    with open_for_reading(path) as reader:
        progress = reader.progress(PriceTable(), {"model": 10.0})
    assert progress.eta_seconds == pytest.approx((100 - progress.done) / 10)


def test_what_was_wanted_and_what_was_done_are_the_same_when_a_run_is_done(finished):
    with open_for_reading(finished) as reader:
        progress = reader.progress(PriceTable())
        counted = sum(reader.spending(role).probes for role in reader.manifest.roles)
    assert progress.done == progress.total == counted > 4 * 32
    assert progress.eta_seconds == 0
    assert set(progress.models) == {"teacher", "student1", "null"}


def test_an_estimate_is_that_of_the_report(finished):
    seen = Watcher(finished).look()
    kept = falloff.open_run(finished).comparison.students[0].retention
    assert (seen.state, seen.estimates["student1"]) == ("done", kept)


def test_no_run_is_one_clear_error(tmp_path):
    with pytest.raises(RunFileError, match="There is no run"):
        Watcher(tmp_path / "nothing").look()


def test_a_terminal_is_drawn_curves_and_what_came_of_it(finished):
    process, terminal = pty.fork()
    if not process:
        os.environ |= {"TERM": "xterm", "COLUMNS": "100", "LINES": "40", "LANG": "C.UTF-8"}
        os.execv(sys.executable, [sys.executable, "-m", "falloff", "watch", str(finished)])  # noqa: S606
    drawn = b""
    while part := read(terminal):
        drawn += part
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    said = drawn.decode()
    assert "██" in said
    assert "sim:narrow" in said
    assert "The run is done" in said


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # how a terminal says that the other side has closed it
        return b""
