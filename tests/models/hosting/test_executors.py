"""Executors: wherever a model computes, its answers and what it says of itself are the same."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

import pytest
from hosting_places import HAS_RAY, TWO_FAMILIES, ask, compared, outcomes

import falloff
from falloff.core import SetupError, UnknownNameError, UsageError
from falloff.models import load_model
from falloff.models.hosting import executing
from falloff.models.hosting.hosted import HostedModel


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in this process, with repeats and log-probabilities."""
    folder = tmp_path_factory.mktemp("here")
    run = compared(folder, "asyncio", "micro:teacher", "micro:narrow", repeats=2, logprobs=2)
    return run.path


def test_embedded_models_answer_as_in_one_process(
    tmp_path: Path, here: Path, executor: str
) -> None:
    run = compared(
        tmp_path, executor, "micro:teacher", "micro:narrow", repeats=2, logprobs=2, workers=2
    )
    assert len(outcomes(here, 2)) > 100
    assert outcomes(run.path, 2) == outcomes(here, 2)
    assert run.manifest.models == falloff.open_run(here).manifest.models
    assert run.comparison.students[0].retention == (
        falloff.open_run(here).comparison.students[0].retention
    )


def test_simulated_models_play_many_turns_as_in_one_process(tmp_path: Path, executor: str) -> None:
    models = ("sim:teacher", "sim:kept-0.6")
    whole = compared(tmp_path, "asyncio", *models, suite="agentic", budget=64)
    run = compared(tmp_path, executor, *models, suite="agentic", budget=64, workers=2)
    assert outcomes(run.path) == outcomes(whole.path)


def test_a_run_may_go_on_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    asked = partial(falloff.measure, "micro:narrow", suite=TWO_FAMILIES)
    asked(budget=24, run=path, executor="processes", workers=1)
    run = asked(budget=48, run=path)
    whole = asked(budget=48, run=tmp_path / "b.falloff")
    assert run.missing == 0
    assert run.comparison.teacher.families[0].volume.estimate > 0
    assert whole.comparison.probes == run.comparison.probes


def test_what_is_wrong_with_a_model_is_said_as_in_one_process(
    tmp_path: Path, executor: str
) -> None:
    with pytest.raises(UsageError) as here:
        load_model("micro:nobody")
    with pytest.raises(UsageError) as there:
        falloff.measure("micro:nobody", budget=40, run=tmp_path / "a", executor=executor)
    assert str(there.value) == str(here.value)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_compute_here_stays(tmp_path: Path) -> None:
    def four(messages: list[dict[str, str]]) -> str:
        return "Answer: 4"

    with executing("processes", [four, "openai:m@http://127.0.0.1:9/v1"]) as load:
        assert not isinstance(load(four), HostedModel)
        assert not isinstance(load("openai:m@http://127.0.0.1:9/v1"), HostedModel)


def test_families_of_ones_own_are_answered_by_simulated_models(tmp_path: Path) -> None:
    own = Path(__file__).parents[3] / "examples" / "my_probes.py"
    run = falloff.measure(
        "sim:teacher", probes=own, budget=24, run=tmp_path / "a", executor="processes"
    )
    assert run.missing == 0


def test_an_executor_that_is_not_there_suggests_one(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'processes'"):
        falloff.measure("micro:narrow", budget=40, run=tmp_path / "a", executor="process")


@pytest.mark.parametrize(("executor", "workers"), [("asyncio", 2), ("processes", 0)])
def test_workers_that_cannot_be_are_refused(tmp_path: Path, executor: str, workers: int) -> None:
    with pytest.raises(UsageError, match="workers"):
        falloff.measure(
            "micro:narrow", budget=40, run=tmp_path / "a", executor=executor, workers=workers
        )


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
def test_without_ray_its_extra_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"falloff\[ray\]"):
        falloff.measure("micro:narrow", budget=40, run=tmp_path / "a", executor="ray")


def test_cores_are_shared_among_the_copies() -> None:
    with executing("processes", ["micro:narrow", "micro:broad"]) as load:
        models = [load("micro:narrow"), load("micro:broad")]
        cores = len(os.sched_getaffinity(0))
        engine = load_model("micro:narrow")
        each = max(1, cores // 2)
        assert [model.concurrency for model in models] == [each * engine.concurrency] * 2


def test_a_copy_finds_the_modules_that_this_process_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('not this one')")
    monkeypatch.chdir(tmp_path)
    assert str(tmp_path) not in sys.path

    async def talk() -> None:
        with executing("processes", ["micro:narrow"], workers=1) as load:
            model = load("micro:narrow")
            assert (await model.reply(ask("Ra+4b|a3?b"))).completion_tokens > 0
            await model.close()

    asyncio.run(talk())
