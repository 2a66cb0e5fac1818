"""Plans: what they count, that they are the same each time, and that more budget tells more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import falloff
from falloff.asking import Wanted
from falloff.core import CostLimitError, FalloffError, UsageError
from falloff.models import load_model
from falloff.planning import plan_of
from falloff.planning.planned import Planner

PAIR = {"teacher": "sim:teacher", "student1": "sim:narrow"}
SUITE = str(Path(__file__).parents[1] / "two_families.toml")
PRICES = {"sim:*": {"input": 10, "output": 30}}


def wanted(**more):
    given = {
        "mode": "compare", "suite": "sim_1d", "probes": None, "shots": 0, "dialect": None,
        "budget": 64, "precision": None, "seed": 1, "run": None, "fresh": False, "repeats": 1,
    }  # fmt: skip
    return Wanted(**(given | more))


def test_a_plan_is_the_same_each_time_and_a_larger_budget_tells_more():
    first, second = (plan_of(PAIR, wanted(), latency=2.0, concurrency=4) for _ in range(2))
    assert first == second
    assert [width.budget for width in first.widths] == [64, 128, 256]
    assert first.widths[2].median < first.widths[0].median
    assert first.minutes == pytest.approx(64 * 2 / 4 / 60)


def test_money_is_unknown_without_a_price_but_models_that_are_part_of_falloff_cost_nothing():
    assert Planner(roles={"model": "openai:m"}, wanted=wanted(mode="measure")).money is None
    assert Planner(roles=PAIR, wanted=wanted()).money == 0
    assert Planner(roles=PAIR, wanted=wanted(prices=PRICES)).money > 0


def test_an_hourly_price_is_unknown_without_a_latency():
    hourly = wanted(prices={"sim:*": {"per_hour": 3}})
    assert Planner(roles=PAIR, wanted=hourly).money is None
    assert Planner(roles=PAIR, wanted=hourly, latency=1.0).money > 0


def test_below_sixteen_probes_a_family_no_width_is_foretold():
    few = plan_of(PAIR, wanted(suite="sim_1d", budget=8))
    assert [width.median is None for width in few.widths] == [True, False, False]
    assert any("Too few to say" in sentence for sentence in few.said)


@pytest.mark.parametrize(
    "spec", ["nonsense", "foo:bar", "sim:nobody", "micro:nobody", "hf:./nowhere?dtype=float32",
             "gguf:./nowhere.gguf"],
)  # fmt: skip
def test_a_model_that_is_not_there_is_told_as_loading_tells_it(spec):
    with pytest.raises(FalloffError) as planned:
        plan_of({"model": spec}, wanted(mode="measure"))
    with pytest.raises(FalloffError) as loaded:
        load_model(spec)
    assert str(planned.value) == str(loaded.value)


def test_the_null_and_repeats_are_counted():
    plain = Planner(roles=PAIR, wanted=wanted()).forecasts
    more = Planner(roles=PAIR, wanted=wanted(null=True, repeats=2)).forecasts
    assert more[0].answers > more[1].answers > plain[1].answers == 64


def test_a_run_is_near_its_plan(tmp_path):
    run = falloff.compare(*PAIR.values(), suite=SUITE, budget=64, run=tmp_path / "r.falloff")
    planned = Planner(roles=PAIR, wanted=wanted(suite=SUITE)).forecasts[0]
    assert planned.calls == pytest.approx(run.comparison.teacher.spending.calls, rel=0.5)


def test_a_limit_stops_in_time_and_a_higher_one_goes_on(tmp_path):
    file = tmp_path / "r.falloff"
    given = {"suite": SUITE, "budget": 64, "seed": 3, "prices": PRICES}
    limit = 0.03
    with pytest.raises(CostLimitError, match="would cost more"):
        falloff.compare(*PAIR.values(), **given, run=file, max_cost=limit)
    spent = falloff.open_run(file, prices=PRICES).comparison.teacher.spending.money
    assert 0 < spent <= limit
    finished = falloff.compare(*PAIR.values(), **given, run=file, max_cost=100)
    whole = falloff.compare(*PAIR.values(), **given, run=tmp_path / "s.falloff")
    assert finished.comparison.students[0].retention == whole.comparison.students[0].retention


def test_a_limit_without_any_price_is_an_error_where_somebody_is_paid(tmp_path):
    paid = "openai:student@http://127.0.0.1:1/v1"
    given = {"suite": SUITE, "budget": 16, "run": tmp_path / "r.falloff", "max_cost": 1}
    with pytest.raises(UsageError, match=f"no price is known for {paid}"):
        falloff.compare("sim:teacher", paid, **given)
    assert not (tmp_path / "r.falloff").exists()
    assert falloff.compare(*PAIR.values(), **given).comparison.probes == 16


def test_the_command_says_calls_tokens_and_widths_and_that_simulated_models_cost_nothing():
    code = "from falloff.cli import main; main()"
    asked = ["--teacher", "sim:teacher", "--student", "sim:narrow"]
    done = subprocess.run(
        [sys.executable, "-c", code, "plan", *asked, "--suite", "sim_1d", "--budget", "8"],
        capture_output=True, env=os.environ | {"PYTHONIOENCODING": "utf-8"}, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "too few to say" in done.stdout
    assert "It costs nothing." in done.stdout
