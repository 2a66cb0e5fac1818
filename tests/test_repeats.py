"""Repeats and fidelity through the whole program."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import falloff
from command_line import command
from falloff.core import Reply
from falloff.models.simulated import Simulated, positions
from falloff.probes import FAMILIES

# Enough where it does not matter what is asked.
SUITE = str(Path(__file__).parent / "two_families.toml")
KEYS = {"estimate", "low", "high", "censored"}


def object_of(*arguments, cwd):
    """What a command prints."""
    return command(*arguments, cwd=cwd, check=True).stdout


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repeats")
    pair = (
        "--teacher",
        "micro:teacher",
        "--student",
        "micro:narrow",
        "--budget",
        "64",
        "--suite",
        SUITE,
    )
    asked = (*pair, "--repeats", "3", "--logprobs", "5", "--run", "a.falloff", "--json")
    first = object_of("compare", *asked, cwd=folder)
    assert object_of("compare", *asked, cwd=folder) == first, "a finished run is only shown again"
    return json.loads(first)


def test_a_whole_run_has_pass_k_flips_and_fidelity(said):
    (student,) = said["students"]
    for part in (student, *student["families"]):
        for side in (part["repeated"]["teacher"], part["repeated"]["student"]):
            powers = [power["estimate"] for power in side["pass_k"]]
            assert side["repeats"] == len(powers) == 3
            assert powers == sorted(powers, reverse=True)
            assert 0 <= side["flips"]["estimate"] <= side["changes"]["estimate"] <= 1
        fidelity = part["fidelity"]
        assert all(fidelity[name].keys() == KEYS for name in ("agreement", "same_wrong", "kl"))
        assert fidelity["kl"]["estimate"] > 0
        assert 0.5 < fidelity["same_top"]["estimate"] < 1
        assert fidelity["named"] > 0.9
        assert fidelity["why"] is None
    # Centre and box of both families, three more times of both models, whose first is greedy.
    assert said["probes"] == 64
    assert student["spending"]["probes"] == 64 + 3 * 40


def test_repeats_change_nothing_else(said, tmp_path):
    pair = (
        "--teacher",
        "micro:teacher",
        "--student",
        "micro:narrow",
        "--budget",
        "64",
        "--suite",
        SUITE,
        "--json",
    )
    plain = json.loads(object_of("compare", *pair, cwd=tmp_path))
    ours, theirs = said["students"][0], plain["students"][0]
    for name in ("retention", "centre_ratio", "illusion", "verdict", "churn", "worst_cells"):
        assert ours[name] == theirs[name]
    assert theirs["repeated"] is None
    assert theirs["fidelity"]["kl"]["estimate"] is None
    assert theirs["fidelity"]["agreement"] == ours["fidelity"]["agreement"]


def test_a_model_against_itself_differs_in_nothing(tmp_path):
    run = falloff.compare(
        "micro:teacher",
        "micro:teacher",
        budget=32,
        suite=SUITE,
        repeats=2,
        logprobs=5,
        run=tmp_path / "a.falloff",
    )
    (student,) = run.comparison.students
    assert student.fidelity.kl.estimate == pytest.approx(0, abs=1e-6)
    assert student.fidelity.same_top.estimate == student.fidelity.agreement.estimate == 1
    assert student.repeated.teacher == student.repeated.student
    assert student.repeated.beyond.estimate == pytest.approx(0)


def test_a_greedy_model_has_no_flips_and_a_function_no_log_probabilities(tmp_path):
    def mumble(_):
        return "=1"

    run = falloff.compare(
        mumble,
        "sim:teacher",
        suite=SUITE,
        budget=32,
        repeats=3,
        logprobs=5,
        run=tmp_path / "a.falloff",
    )
    comparison = run.comparison
    (student,) = comparison.students
    for family in comparison.teacher.families:
        assert family.repeatability.flips.estimate == 0
        assert family.repeatability.changes.estimate == 0
    assert student.fidelity.kl.estimate is None
    assert student.families[0].fidelity.why == "the teacher gives no log-probabilities"


def test_a_function_may_give_log_probabilities_itself(tmp_path):
    from falloff.core import TokenLogprobs

    def tells(_):
        token = TokenLogprobs(text="=", top=(("=", -0.1), ("?", -3.0)))
        return Reply(text="=", logprobs=(token,))

    run = falloff.compare(
        tells, tells, suite=SUITE, budget=32, logprobs=2, run=tmp_path / "a.falloff"
    )
    (student,) = run.comparison.students
    assert student.families[0].fidelity.kl.estimate == pytest.approx(0, abs=1e-6)
    assert student.families[0].fidelity.named == pytest.approx(math.exp(-0.1) + math.exp(-3.0))


def powers_of(model, family, k):
    """μ-mean of E p^k over items, by the trapezoidal rule of the observer itself."""
    nodes = np.linspace(-9, 9, 241)
    weights = np.exp(-0.5 * nodes**2)
    u = positions(family, family.grid)
    p = np.array([model.observer(family).on_item(u, node) for node in nodes])
    p = family.chance + (1 - family.chance) * p
    return float(((p**k) * weights[:, None] / weights.sum()).sum(axis=0).mean())


def test_pass_k_and_flips_of_simulated_models_are_what_integration_says(tmp_path):
    """Items of very unequal difficulty: pass^4 is far from (pass^1)^4."""
    model, family, budget = Simulated("teacher?items=3"), FAMILIES["sim_2d"], 640
    run = falloff.compare(
        "sim:teacher?items=3",
        "sim:same?items=3",
        suite="sim_2d",
        budget=budget,
        repeats=4,
        run=tmp_path / "a.falloff",
    )
    (student,) = run.comparison.students
    truth = [powers_of(model, family, k) for k in range(1, 5)]
    assert truth[3] > truth[0] ** 4 + 0.15
    for side in (student.repeated.teacher, student.repeated.student):
        assert side.items == budget // 2
        # Four standard errors of a share, the most that a mean over items of [0, 1] can have.
        four = 4 * 0.5 / math.sqrt(side.items)
        for found, exact in zip(side.pass_k, truth, strict=True):
            assert abs(found.estimate - exact) < four
        assert abs(side.flips.estimate - 2 * (truth[0] - truth[1])) < four
    # The same chances on the same items with another luck: churn is flips and nothing beyond.
    assert student.repeated.churn.estimate > 0.03
    beyond = student.repeated.beyond
    assert abs(beyond.estimate) < 4 * (beyond.high - beyond.low) / (2 * 1.645)


def test_measure_has_pass_k_too(tmp_path):
    asked = (
        "measure",
        "sim:teacher",
        "--budget",
        "32",
        "--suite",
        SUITE,
        "--repeats",
        "2",
        "--json",
    )
    found = json.loads(object_of(*asked, cwd=tmp_path))
    assert len(found["repeatability"]["pass_k"]) == 2
    assert all(family["repeatability"] for family in found["families"])
