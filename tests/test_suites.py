"""Suites of one's own, own families and worked examples, through the whole program."""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import falloff
from command_line import command
from falloff import measure
from falloff.analysis.comparison import shares_of
from falloff.core import UsageError
from falloff.gather import UNKNOWN_GOLD
from falloff.probes import FAMILIES
from falloff.probes.own import digest, load_families

HOUSE = Path(__file__).parent.parent
SUITE = HOUSE / "examples" / "suite.toml"
OWN = HOUSE / "examples" / "my_probes.py"
PAIR = ("--teacher", "sim:teacher", "--student", "sim:same")


def process(*arguments, cwd):
    """A command in a process of its own, which has loaded no families of anybody's."""
    return subprocess.run(
        [sys.executable, "-c", "from falloff.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.fixture
def forgetting():
    """Families that are loaded in a test are forgotten afterwards."""
    before = set(FAMILIES)
    yield
    for name in set(FAMILIES) - before:
        FAMILIES.forget(name)


@pytest.fixture
def own(forgetting, tmp_path):
    """A file of the user's."""
    return shutil.copy(OWN, tmp_path / "ours.py")


def words(messages):
    """A model that sorts the words of the last question, without looking at anything before it."""
    asked = messages[-1]["content"].partition(": ")[2].partition(".")[0]
    return f"Answer: {', '.join(sorted(asked.split(', ')))}"


def test_a_suite_file_with_examples_is_compared(tmp_path):
    said = ("compare", "--suite", SUITE, "--shots", 2, *PAIR, "--budget", 60, "--run", "a.falloff")
    done = command(*said, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    families = json.loads(done.stdout)["students"][0]["families"]
    weights = {family["family"]: family["weight"] for family in families}
    assert weights == pytest.approx(
        {"reasoning_steps": 1 / 3, "composition": 1 / 6, "recall": 1 / 2}
    )
    manifest = falloff.open_run(tmp_path / "a.falloff").manifest
    axes = {axis.name: axis.levels for axis in manifest.families[0].axes}
    assert (manifest.suite, manifest.shots, axes) == (
        "support",
        2,
        {"steps": (2, 4, 8, 16), "magnitude": (1, 2, 4)},
    )
    assert "Before each question stood solved examples" in (tmp_path / "a.html").read_text()
    without = [*said]
    del without[3:5]
    other = command(*without, cwd=tmp_path)
    assert other.returncode == 2
    assert "shots: 2 ≠ 0" in other.stderr


def test_another_weight_or_box_is_another_run(tmp_path):
    text = SUITE.read_text()
    ours = tmp_path / "ours.toml"
    ours.write_text(text)
    said = ("measure", "sim:teacher", "--suite", ours, "--budget", 24, "--run", "a.falloff")
    assert command(*said, cwd=tmp_path).returncode == 0
    ours.write_text(text.replace("weight = 2 ", "weight = 3 ").replace("[1, 2, 4]", "[1, 2]"))
    done = command(*said, cwd=tmp_path)
    assert done.returncode == 2
    assert "family reasoning_steps weight: 2.0 ≠ 3.0" in done.stderr
    assert "axis magnitude" in done.stderr


def test_own_families_are_compared_and_their_report_outlives_them(tmp_path):
    ours = shutil.copy(OWN, tmp_path / "ours.py")
    said = ("compare", "--probes", ours, *PAIR[:3], "sim:narrow", "--budget", 24)
    done = process(*said, "--run", "a.falloff", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "a.html").read_text()
    assert UNKNOWN_GOLD not in page
    assert falloff.open_run(tmp_path / "a.falloff").manifest.probes_file == digest(ours)
    before = digest(ours)
    ours.write_text(ours.read_text() + "\n# mended\n")
    changed = process(*said, "--run", "a.falloff", cwd=tmp_path)
    assert changed.returncode == 2
    assert f"probes file: {before[:12]}…" in changed.stderr
    ours.unlink()
    report = process("report", "a.falloff", cwd=tmp_path)
    assert report.returncode == 0, report.stderr
    assert UNKNOWN_GOLD in (tmp_path / "a.html").read_text()
    run = falloff.open_run(tmp_path / "a.falloff")
    assert {row["template"] for row in run.rows()} == {None}


def test_with_the_file_the_run_asked_from_golds_and_wordings_are_shown(own, tmp_path):
    """In a process of their own, which has not loaded it for asking."""
    run, page, table = tmp_path / "a.falloff", tmp_path / "a.html", tmp_path / "a.csv"
    process("measure", "sim:narrow", "--probes", own, "--budget", 24, "--run", run, cwd=tmp_path)
    process("report", run, "--out", page, cwd=tmp_path)
    assert UNKNOWN_GOLD in page.read_text()
    assert process("report", run, "--probes", own, "--out", page, cwd=tmp_path).returncode == 0
    assert UNKNOWN_GOLD not in page.read_text()
    assert process("export", run, table, "--probes", own, cwd=tmp_path).returncode == 0
    with table.open(newline="") as lines:
        assert {row["template"] for row in csv.DictReader(lines)} <= {"0", "1"}


def test_another_file_than_the_run_asked_from_is_refused(own, tmp_path):
    run = tmp_path / "a.falloff"
    process("measure", "sim:narrow", "--probes", own, "--budget", 24, "--run", run, cwd=tmp_path)
    own.write_text(f"{own.read_text()}\n# changed\n")
    with pytest.raises(UsageError, match="has changed since"):
        falloff.open_run(run, probes=own)
    command("measure", "sim:narrow", "--budget", 40, "--run", "b.falloff", cwd=tmp_path)
    with pytest.raises(UsageError, match="asked no families from a file"):
        falloff.open_run(tmp_path / "b.falloff", probes=own)


def test_a_function_is_asked_after_examples_that_are_stored_nowhere(own, tmp_path):
    seen = []

    def model(messages):
        seen.append(messages)
        return words(messages)

    run = measure(model, probes=own, shots=3, budget=16, run=tmp_path / "a.falloff")
    assert {len(messages) for messages in seen} == {7}
    assert len({str(messages[:6]) for messages in seen}) == 1
    assert {row["score"] for row in run.rows()} == {1.0}
    assert {row["template"] for row in run.rows()} == {0, 1}
    with sqlite3.connect(run.path) as connection:
        kept = [
            json.loads(row[0]) for row in connection.execute("SELECT messages FROM transcripts")
        ]
    connection.close()
    assert {len(messages) for messages in kept} == {2}


def test_a_family_whose_code_raises_is_read_without_it(own, tmp_path):
    run = measure(words, probes=own, budget=16, run=tmp_path / "a.falloff")
    own.write_text(
        own.read_text().replace("words: dict", "raise ValueError('gone')\n    words: dict")
    )
    load_families(own)
    assert {row["template"] for row in run.rows()} == {None}
    assert run.report(tmp_path / "a.html").exists()


def test_a_changed_file_is_loaded_again(own):
    (first,) = load_families(own)
    assert load_families(own) == (first,)
    own.write_text(own.read_text().replace("version=1", "version=2"))
    (second,) = load_families(own)
    assert (second.version, FAMILIES["sort_words"]) == (2, second)


def test_what_a_broken_file_had_registered_is_taken_back(own):
    text = own.read_text()
    own.write_text(f"{text}\nraise ValueError('odd')")
    with pytest.raises(UsageError, match="odd"):
        load_families(own)
    own.write_text(text)
    assert load_families(own)


def test_headline_weights_are_equal_by_capability_and_then_as_declared():
    shares = shares_of([("a", 1.0), ("a", 3.0), ("b", 7.0)])
    assert shares == pytest.approx([1 / 8, 3 / 8, 1 / 2])


NO_DIALECT = OWN.read_text().replace(
    "renderers=dialects_of(Words())", "renderers={'mine': dialects_of(Words())['chat']}"
)
RAISES = OWN.read_text().replace("words: dict", "raise ValueError('odd')\n    words: dict")
UNSOLVED = OWN.read_text().replace("return same(answer", "return not same(answer")


@pytest.mark.parametrize(
    ("files", "arguments", "code", "said"),
    [
        ({}, ["--suite", "none.toml"], 2, "No such file"),
        ({"s.toml": "[families.recal]"}, ["--suite", "s.toml"], 2, "Did you mean 'recall'"),
        ({}, ["--suite", "cores"], 2, "Did you mean 'core'"),
        ({}, ["--suite", "core", "--shots", "17"], 2, "--shots"),
        ({}, ["--suite", "core", "--shots", "-1"], 2, "--shots"),
        ({}, ["--probes", "none.py"], 2, "There is no Python file 'none.py'"),
        ({"p.txt": "x"}, ["--probes", "p.txt"], 2, "There is no Python file 'p.txt'"),
        ({"p.py": "x = 1"}, ["--probes", "p.py"], 2, "registers no family"),
        ({"p.py": NO_DIALECT}, ["--probes", "p.py"], 2, "sort_words: mine"),
        ({"p.py": RAISES}, ["--probes", "p.py"], 2, "ValueError('odd')"),
        ({"p.py": UNSOLVED}, ["--probes", "p.py"], 2, "the oracle's episode is wrong"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error(files, arguments, code, said, forgetting, tmp_path):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = command("compare", *arguments, *PAIR, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.falloff"))


def test_the_suite_gym_says_what_to_install(tmp_path):
    hidden = "import sys; sys.modules['reasoning_gym'] = None; from falloff.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "measure", "sim:teacher", "--suite", "gym"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 3
    assert "falloff[gym]" in done.stderr


def test_python_refuses_a_number_of_examples_that_cannot_be():
    with pytest.raises(UsageError, match="17 examples"):
        measure(words, shots=17)


def test_a_suite_file_can_be_looked_at(tmp_path):
    listed = json.loads(command("probes", "list", "--suite", SUITE, "--json", cwd=tmp_path).stdout)
    assert [f["family"] for f in listed["families"]] == ["reasoning_steps", "composition", "recall"]
    assert [a["name"] for a in listed["families"][0]["axes"]] == ["steps", "magnitude"]
    shown = command("probes", "show", "reasoning_steps", "--suite", SUITE, cwd=tmp_path).stdout
    assert "steps=2,magnitude=1" in shown
    other = command("probes", "show", "ledger", "--suite", SUITE, cwd=tmp_path)
    assert other.returncode == 2
    assert "Available: composition, reasoning_steps, recall" in other.stderr
