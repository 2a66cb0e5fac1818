"""Training data, traffic and logs on the command line: real files, exit codes."""

import json
from pathlib import Path

import pytest

from command_line import command

# As lm-evaluation-harness 0.4.13 wrote them, of two embedded models on examples/lm-eval.
LOGS = Path(__file__).parent.parent / "logs" / "lm-eval-0.4.13"
SUITE = Path(__file__).parent.parent / "two_families.toml"


def falloff(*arguments, cwd, check=True):
    return command(*arguments, cwd=cwd, check=check, COLUMNS="120")


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("novelty")
    falloff("lab", "prompts", "narrow", "--count", "2000", "--out", "narrow.jsonl", cwd=folder)
    falloff("lab", "prompts", "broad", "--count", "500", "--out", "broad.jsonl", cwd=folder)
    done = falloff(
        "compare", "--teacher", "micro:teacher", "--student", "micro:narrow", "--budget", "80",
        "--suite", SUITE,
        "--run", "pair.falloff", "--train-data", "narrow.jsonl", "--traffic", "broad.jsonl",
        "--safe-region", "safe.json", "--json", cwd=folder,
    )  # fmt: skip
    return folder, json.loads(done.stdout), done.stderr


def test_compare_with_training_data_says_what_is_kept_where(compared):
    _, said, stderr = compared
    (student,) = said["students"]
    assert student["novelty"]["zones"]["inside"]["retention"]["estimate"] > 0.9
    assert said["novelty"]["identifiable"] is True
    assert student["novelty"]["traffic"]["prompts"] == 500
    assert "narrow.jsonl: 2,000 prompts from 'prompt'" in stderr


def test_the_safe_region_is_what_a_router_needs(compared):
    folder, said, _ = compared
    safe = json.loads((folder / "safe.json").read_text())
    (model,) = safe["models"]
    assert model["safe_below"] == said["students"][0]["novelty"]["edge"]["low"]
    assert safe["training_digest"] == said["novelty"]["training_digest"]


def test_the_report_shows_novelty_without_the_file(compared):
    folder, _, _ = compared
    page = folder / "page.html"
    falloff("report", "pair.falloff", "--out", page, cwd=folder)
    assert "Inside its distribution micro:narrow keeps" in page.read_text()
    told = falloff("report", "pair.falloff", "--format", "terminal", cwd=folder).stdout
    assert "Inside its distribution micro:narrow keeps" in told
    written = falloff("report", "pair.falloff", "--format", "markdown", cwd=folder).stdout
    assert "## Novelty: what is kept how far from the training data" in written


@pytest.mark.parametrize(
    "options",
    [
        ("--traffic", "broad.jsonl"),
        ("--view", "minilm"),
        ("--safe-region", "out.json"),
        ("--train-data", "nowhere.jsonl"),
        ("--train-data", "narrow.jsonl", "--view", "ngrms"),
    ],
)
def test_what_cannot_be_is_one_error_before_anything_is_asked(compared, options):
    folder, _, _ = compared
    done = falloff("measure", "sim:same", *options, "--run", "no.falloff", cwd=folder, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert not (folder / "no.falloff").exists()
    assert not (folder / "out.json").exists()


def test_two_real_logs_are_compared_and_what_is_assumed_is_said(tmp_path):
    done = falloff("import", LOGS, "--reference", "teacher", "--level", "steps", cwd=tmp_path)
    assert "Against teacher, on the same items" in done.stdout
    assert "Assumed: A guess is assumed to score 0." in done.stderr
    said = json.loads(falloff("import", LOGS, "--json", cwd=tmp_path).stdout)
    lines = [len(log.read_text().splitlines()) for log in LOGS.rglob("*.jsonl")]
    assert [pair["items"] for pair in said["pairs"]] == [lines[0]] == [lines[1]]


def test_one_log_alone_is_an_error(tmp_path):
    done = falloff("import", LOGS / "teacher", cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "one model only, 'teacher'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_lab_prints_how_well_a_view_sees_the_slices(tmp_path):
    found = json.loads(falloff("lab", "novelty", "--json", cwd=tmp_path).stdout)
    assert {one["recipe"] for one in found} == {"narrow", "broad"}
    assert all(one["auc"] > 0.8 for one in found)
