"""The gate as a build server meets it: exit codes, files, and policies that cannot be."""

import json
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import falloff
from command_line import command
from falloff.policy_file import read_policy

SUITE = Path(__file__).parent.parent / "two_families.toml"

EXAMPLE = Path(__file__).parents[2] / "examples" / "gate.toml"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gated")
    for name, student, budget in (
        ("same", "sim:same", 600),
        ("narrow", "sim:narrow", 300),
        ("small", "sim:kept-0.9", 16),
    ):
        falloff.compare(
            "sim:teacher", student, suite=SUITE, budget=budget, seed=7, run=folder / name
        )
    return folder


@pytest.mark.parametrize(("run", "code"), [("same", 0), ("narrow", 1), ("small", 4)])
def test_the_exit_code_is_the_gate(runs, run, code):
    done = command("gate", run, "--json", "--junit", f"{run}.xml", cwd=runs)
    assert done.returncode == code, done.stderr
    said = json.loads(done.stdout)
    assert said["gate"] == {0: "pass", 1: "fail", 4: "inconclusive"}[code]
    (suite,) = ET.parse(runs / f"{run}.xml").getroot()  # noqa: S314 - our own file
    bad = int(suite.get("failures")) + int(suite.get("errors"))
    assert bool(bad) == bool(code)
    assert (said["students"][0]["further_probes"] is not None) == (code == 4)


def test_a_family_that_was_not_measured_fails_the_gate(runs, tmp_path):
    policy = tmp_path / "gate.toml"
    policy.write_text("[retention]\nfamily = { rule_chian = 0.1 }\n")
    done = command("gate", "same", "--policy", policy, cwd=runs)
    assert done.returncode == 1
    assert "was not measured" in done.stdout
    assert "rule_chain" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[retention]\noveral = 0.9\n", "Did you mean 'overall'?"),
        ("[retension]\noverall = 0.9\n", "Did you mean 'retention'?"),
        ("[retention]\noverall = 90\n", "90 % is 0.9"),
        ("[retention]\noverall = 0\n", "above 0"),
        ("[retention]\noverall = true\n", "Give a number"),
        ("[churn]\nlost = 1.2\n", "below 1"),
        ("retention = 0.9\n", "Write a section"),
        ("", "sets no margin"),
        ("[retention\n", "no TOML"),
    ],
)
def test_a_policy_that_cannot_be_is_one_clear_error(runs, tmp_path, text, said):
    policy = tmp_path / "gate.toml"
    policy.write_text(text)
    done = command("gate", "same", "--policy", policy, cwd=runs)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_github_gets_annotations_and_a_summary(runs, tmp_path):
    summary = tmp_path / "summary.md"
    done = command(
        "gate", "narrow", cwd=runs, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary)
    )
    assert "::error title=falloff gate%3A sim%3Anarrow::" in done.stderr
    assert "| retention overall | at least 90 % |" in summary.read_text(encoding="utf-8")


def test_a_baseline_that_was_better_fails_the_new_student(runs):
    done = command("gate", "narrow", "--against", "same", "--json", cwd=runs)
    rules = {rule["rule"]: rule for rule in json.loads(done.stdout)["students"][0]["rules"]}
    assert rules["drop"]["status"] == "fail"
    assert rules["drop"]["high"] < -0.05


def test_a_run_that_was_continued_has_the_bounds_of_many_looks(runs, tmp_path):
    for budget in (48, 96):
        run = falloff.compare(
            "sim:teacher", "sim:same", suite=SUITE, budget=budget, seed=7, run=tmp_path / "more"
        )
    assert run.manifest.continued
    at_any, at_one = (run.gate(anytime=chosen).students[0].rules[0] for chosen in (None, False))
    assert at_any.low < at_one.low < at_one.high < at_any.high


def test_a_finished_run_was_not_continued_by_being_shown_again(runs):
    again = falloff.compare(
        "sim:teacher", "sim:same", suite=SUITE, budget=600, seed=7, run=runs / "same"
    )
    assert again.manifest.finished
    assert not again.manifest.continued


def test_the_example_is_a_policy_also_with_every_line_of_it(tmp_path):
    assert read_policy(EXAMPLE).overall == 0.9
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    settings = [x.removeprefix("# ") for x in lines if "=" in x or x.startswith(("[", "# ["))]
    whole = tmp_path / "whole.toml"
    whole.write_text("\n".join(settings))
    policy = read_policy(whole)
    assert len(tomllib.loads(whole.read_text())) == 6
    assert (policy.lost, policy.pass_k, policy.rim, policy.drop) == (0.1, 0.85, 0.9, 0.05)
