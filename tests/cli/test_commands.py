"""The command line as a user meets it: real files, exit codes, processes where they matter."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from command_line import command

# Enough where it does not matter what is asked.
SUITE = str(Path(__file__).parent.parent / "two_families.toml")
FALLOFF = [sys.executable, "-m", "falloff"]
QUIET = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "200"}


def falloff(*arguments, cwd, check=True):
    return command(*arguments, cwd=cwd, check=check, COLUMNS="200")


def process(*arguments, cwd):
    """The same in a process of its own, which remembers nothing."""
    return subprocess.run(
        [*FALLOFF, *arguments],
        cwd=cwd,
        env=os.environ | QUIET,
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )


PAIR = ("--teacher", "sim:teacher", "--student", "sim:narrow", "--budget", "120", "--seed", "7")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    done = falloff("compare", *PAIR, "--run", "pair.falloff", "--json", cwd=folder)
    return folder, json.loads(done.stdout)


def test_compare_prints_one_object_with_all_that_is_promised(compared):
    _, said = compared
    assert said["teacher"] == "sim:teacher"
    assert {"students", "covered_weight", "run", "probes", "calls"} <= said.keys()
    (student,) = said["students"]
    assert {
        "model",
        "retention",
        "centre_ratio",
        "illusion",
        "verdict",
        "families",
    } <= student.keys()
    for interval in (student["retention"], student["illusion"]):
        assert interval.keys() == {"estimate", "low", "high", "censored"}
    for family in student["families"]:
        assert {"family", "capability", "retention", "teacher", "student"} <= family.keys()
        for side in (family["teacher"], family["student"]):
            assert {"centre", "volume", "edges", "status"} <= side.keys()


def test_compare_writes_a_report_beside_the_run(compared):
    folder, _ = compared
    page = (folder / "pair.html").read_text()
    assert "sim:narrow" in page
    assert (folder / "pair.falloff").exists()


def test_the_same_command_again_asks_nothing_and_says_the_same(compared):
    folder, said = compared
    before = answers(folder / "pair.falloff")
    again = falloff("compare", *PAIR, "--run", "pair.falloff", "--json", cwd=folder)
    assert json.loads(again.stdout) == said
    assert answers(folder / "pair.falloff") == before


def answers(path):
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT * FROM answers ORDER BY role, repeat, probe").fetchall()
    connection.close()
    return rows


def test_two_empty_folders_give_the_same_numbers(compared, tmp_path):
    _, said = compared
    again = process("compare", *PAIR, "--run", "pair.falloff", "--json", cwd=tmp_path)
    assert without_time(json.loads(again.stdout)) == without_time(said)


def without_time(said):
    """The object without what a clock decides."""
    if isinstance(said, dict):
        kept = {key: value for key, value in said.items() if not key.endswith("seconds")}
        # By time, which student is worth its price may differ.
        kept.pop("saving", None)
        return {key: without_time(value) for key, value in kept.items()}
    return [without_time(value) for value in said] if isinstance(said, list) else said


def test_a_run_killed_half_way_goes_on_and_gives_the_same_numbers(tmp_path):
    """kill -9 while real models answer; then the same command."""
    pair = ("compare", "--teacher", "micro:teacher", "--student", "micro:narrow")
    options = ("--budget", "96", "--suite", SUITE, "--seed", "7", "--run", "r.falloff", "--json")
    whole = tmp_path / "whole"
    whole.mkdir()
    expected = falloff(*pair, *options, cwd=whole)
    killed = tmp_path / "killed"
    killed.mkdir()
    going = subprocess.Popen(
        [*FALLOFF, *pair, *options],
        cwd=killed,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | QUIET,
    )
    path = killed / "r.falloff"
    deadline = time.monotonic() + 60
    while count(path) < 30 and time.monotonic() < deadline and going.poll() is None:
        time.sleep(0.02)
    going.send_signal(signal.SIGKILL)
    going.wait()
    kept = {row[:3]: row for row in answers(path)}
    assert 30 <= len(kept) < 192
    resumed = process(*pair, *options, cwd=killed)
    assert without_time(json.loads(resumed.stdout)) == without_time(json.loads(expected.stdout))
    after = {row[:3]: row for row in answers(path)}
    assert all(after[key] == row for key, row in kept.items())  # nothing was asked twice


def count(path):
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1) as connection:
            (number,) = connection.execute("SELECT count(*) FROM answers").fetchone()
        connection.close()
    except sqlite3.OperationalError:
        return 0
    return number


def test_a_larger_budget_continues_the_run(compared, tmp_path):
    small = ("compare", *PAIR, "--run", "r.falloff", "--json")
    falloff(*small, cwd=tmp_path)
    before = set(answers(tmp_path / "r.falloff"))
    larger = [*small]
    larger[larger.index("120")] = "160"
    falloff(*larger, cwd=tmp_path)
    after = set(answers(tmp_path / "r.falloff"))
    assert before < after
    assert len(after) == 320


def test_a_smaller_budget_is_said_to_be_smaller(compared):
    folder, said = compared
    less = [*PAIR]
    less[less.index("120")] = "60"
    done = falloff("compare", *less, "--run", "pair.falloff", "--json", cwd=folder)
    assert json.loads(done.stdout) == said
    assert done.stderr.splitlines()[0].startswith("Note: this run has asked 120 probes")
    again = falloff("compare", *PAIR, "--run", "pair.falloff", "--json", cwd=folder)
    assert "Note" not in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compare", "--teacher", "micro:techer", "--student", "sim:narrow"], 2, "Did you mean"),
        (["compare", "--teacher", "mico:x", "--student", "sim:narrow"], 2, "Did you mean 'micro'"),
        (["compare", "--teacher", "sim:teacher", "--student", "sim:narow"], 2, "Did you mean"),
        (["compare", *PAIR, "--suite", "mirco"], 2, "Did you mean 'micro'"),
        (["compare", "--teacher", "sim:teacher", "--student", "sim:narrow", "--budget", "39"], 2,
         "Give --budget 40 or more"),
        (["compare", "--teacher", "hf:/nowhere", "--student", "sim:narrow"], 3, "/nowhere"),
        (["measure", "sim:teacher", "--run", "/proc/x/r.falloff"], 3, "/proc/x"),
        (["measure", "sim:teacher", "--budget", "40", "--out", "/proc/x.html"], 3, "/proc/x.html"),
        (["probes", "show", "rule_chian"], 2, "Did you mean 'rule_chain'"),
        (["probes", "sample", "rule_chain", "--at", "step=2"], 2, "Did you mean 'steps'"),
        (["probes", "sample", "rule_chain", "--at", "steps=99"], 2, "has no dose 99"),
        (["probes", "sample", "rule_chain", "--dialect", "mirco"], 2, "Did you mean 'micro'"),
        (["report", "nothing.falloff"], 2, "nothing.falloff"),
        (["report", "/"], 2, "'/' is a folder, not a run"),
        (["compare", *PAIR, "--run", "/"], 2, "'/' is a folder, not a run"),
        (["lab", "grow", "--only", "techer"], 2, "Did you mean 'teacher'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error_with_its_exit_code(arguments, code, message, tmp_path):
    done = falloff(*arguments, cwd=tmp_path, check=False)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout
    assert not list(tmp_path.rglob("*.html"))


def test_debug_shows_the_traceback(tmp_path):
    done = falloff("probes", "show", "nothing", "--debug", cwd=tmp_path, check=False)
    assert "Traceback" in done.stderr


def test_a_file_that_is_no_run_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    done = falloff("compare", *PAIR, "--run", "notes.txt", cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_run_of_another_pair_is_refused_with_the_difference(compared):
    folder, _ = compared
    other = [*PAIR]
    other[3] = "sim:same"
    done = falloff("compare", *other, "--run", "pair.falloff", cwd=folder, check=False)
    assert done.returncode == 2
    assert "student1" in done.stderr
    assert "--fresh" in done.stderr


def test_report_shows_a_run_in_every_form(compared, tmp_path):
    folder, said = compared
    run = str(folder / "pair.falloff")
    out = tmp_path / "deep" / "page.html"
    said_in_full = ("--transcripts", "deep/said")
    shown = falloff("report", run, "--out", str(out), *said_in_full, cwd=tmp_path)
    finding, path = shown.stdout.splitlines()
    assert finding.startswith("sim:narrow keeps ")
    assert path == str(out)
    assert 'href="said/index.html"' in out.read_text()
    assert "here they part" in (tmp_path / "deep" / "said" / "00001.html").read_text()
    assert "| " in falloff("report", run, "--format", "markdown", cwd=tmp_path).stdout
    assert "sim:narrow" in falloff("report", run, "--format", "terminal", cwd=tmp_path).stdout
    again = json.loads(falloff("report", run, "--json", cwd=tmp_path).stdout)
    assert again["students"] == said["students"]


def test_measure_prints_one_object(tmp_path):
    done = falloff("measure", "sim:teacher", "--budget", "60", "--json", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert said["model"] == "sim:teacher"
    for family in said["families"]:
        assert {"family", "capability", "centre", "volume", "volume_at", "edges"} <= family.keys()


def test_probes_can_be_looked_at(tmp_path):
    listed = json.loads(falloff("probes", "list", "--json", cwd=tmp_path).stdout)
    assert {f["family"] for f in listed["families"]} >= {"rule_chain", "tool_chain"}
    assert {"family", "capability", "version", "axes"} <= listed["families"][0].keys()
    one = json.loads(
        falloff("probes", "sample", "tool_chain", "--at", "chain=3", "--json", cwd=tmp_path).stdout
    )
    assert one["coordinate"] == {"chain": 3, "tool_set_size": 0}
    assert "steps" in falloff("probes", "show", "rule_chain", cwd=tmp_path).stdout
    assert "rule_chain" in falloff("probes", "list", "--suite", "micro", cwd=tmp_path).stdout


def test_doctor_names_what_is_there(tmp_path):
    said = falloff("doctor", cwd=tmp_path).stdout
    assert "falloff" in said
    assert "micro" in said or "teacher" in said


def test_help_comes_at_once(tmp_path):
    best = min(timed(tmp_path) for _ in range(3))
    assert best < 0.5


def timed(folder):
    """CPU seconds of ``falloff --help``, children included."""
    before = os.times()
    process("--help", cwd=folder)
    after = os.times()
    return (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
