"""``--bench`` on the command line: what is said, what is printed, what is an error."""

import json
from pathlib import Path

import pytest

from command_line import command

FILE = Path(__file__).parent.parent.parent / "examples" / "own-benchmark.jsonl"
PAIR = ("compare", "--teacher", "sim:teacher", "--student", "sim:narrow")


def test_one_object_on_stdout_and_the_reading_on_stderr(tmp_path):
    said = (
        *PAIR,
        "--bench",
        FILE,
        "--stressors",
        "typos,options+framing",
        "--budget",
        48,
        "--json",
    )
    done = command(*said, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    families = json.loads(done.stdout)["students"][0]["families"]
    assert {f["family"] for f in families} == {"typos", "options_and_framing"}
    assert {f["capability"] for f in families} == {"benchmark"}
    both = next(f["stress"] for f in families if f["family"] == "options_and_framing")
    assert both["items"] == 250
    assert both["rejected"] == [{"reason": "no options on lines of their own", "items": 250}]
    assert "prompt from 'question', answer from 'answer'" in done.stderr
    assert "options_and_framing: 250 of 500 items; rejected: no options" in done.stderr
    again = command(*said, cwd=tmp_path)
    assert json.loads(again.stdout) == json.loads(done.stdout)


def test_a_larger_budget_goes_on_in_the_same_run(tmp_path):
    said = ("measure", "sim:teacher", "--bench", FILE, "--stressors", "typos", "--json", "--budget")
    first = json.loads(command(*said, 16, cwd=tmp_path).stdout)
    second = json.loads(command(*said, 40, cwd=tmp_path).stdout)
    whole = json.loads(command(*said, 40, "--run", "b.falloff", cwd=tmp_path).stdout)
    assert first["run"] == second["run"]
    assert (first["probes"], second["probes"]) == (16, 40)
    assert second["families"] == whole["families"]


def test_the_table_and_the_worst_cells_stand_in_the_terminal(tmp_path):
    done = command(*PAIR, "--bench", FILE, "--stressors", "typos", "--budget", 64, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Stressors" in done.stdout
    assert "0 of 500" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--bench", "nowhere.jsonl"), "There is no benchmark 'nowhere.jsonl'"),
        (("--bench", FILE, "--suite", "micro"), "asked alone"),
        (("--bench", FILE, "--stressors", "typoes"), "Did you mean 'typos'?"),
        (("--bench", FILE, "--bench-columns", "answer=gold"), "Unknown column"),
        (("--bench", FILE, "--bench-scoring", "fuzzy"), "Unknown scoring 'fuzzy'"),
        (("--bench", FILE, "--bench-solver", "x.py:f"), "There is no Python file 'x.py'"),
        (("--bench", FILE, "--budget", 16), "too small for 16 families"),
        (("--stressors", "typos"), "There is no benchmark"),
        (("--bench", FILE, "--stressors", "turns", "--shots", 2), "Leave out --shots"),
    ],
)
def test_bad_input_is_one_clear_error(tmp_path, arguments, said):
    done = command("measure", "sim:teacher", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
