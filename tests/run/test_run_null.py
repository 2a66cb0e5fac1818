"""The null: the teacher asked a second time, in a role of its own, changing nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_fakes import FakeModel, conducted, manifest_of, outcomes, pair

from falloff.core import Outcome
from falloff.run import NULL, Progress, open_for_reading, open_for_writing


def ask(path: Path, models: dict[str, FakeModel], *, null: bool, budget: int = 30) -> Progress:
    seen: list[Progress] = []
    with open_for_writing(path, manifest_of(models, null=null)) as store:
        asyncio.run(conducted(store, models, budget=budget, progress=seen.append))
    return seen[-1]


def interrupted(path: Path, models: dict[str, FakeModel], *, after: int) -> None:
    class Enough(Exception):
        pass

    def count(progress: Progress) -> None:
        if progress.done >= after:
            raise Enough

    with open_for_writing(path, manifest_of(models, null=True)) as store, suppress(Enough):
        asyncio.run(conducted(store, models, budget=30, progress=count))


def of_null(path: Path) -> dict[str, Outcome]:
    with open_for_reading(path) as reader:
        return {placed.probe.id: outcome for placed, outcome in reader.outcomes(NULL)}


def test_the_teacher_is_asked_everything_twice_and_nobody_else_is(tmp_path: Path) -> None:
    path, models = tmp_path / "a.falloff", pair()
    last = ask(path, models, null=True)
    assert set(models["teacher"].asked.values()) == {2}
    assert set(models["student"].asked.values()) == {1}
    assert of_null(path).keys() == models["teacher"].asked.keys()
    assert last.done == last.total == 3 * 30
    assert last.models[NULL].name == "sim:teacher, again"


def test_the_null_changes_no_other_answer(tmp_path: Path) -> None:
    ask(tmp_path / "a.falloff", pair(), null=True)
    ask(tmp_path / "b.falloff", pair(), null=False)
    assert outcomes(tmp_path / "a.falloff") == outcomes(tmp_path / "b.falloff")


def test_a_finished_run_gets_its_null_and_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    ask(path, pair(), null=False)
    with open_for_reading(path) as reader:
        assert NULL not in reader.manifest.roles
    models = pair()
    ask(path, models, null=True)
    assert (len(models["teacher"].asked), len(models["student"].asked)) == (30, 0)
    models = pair()
    ask(path, models, null=False, budget=40)
    assert Counter(models["teacher"].asked.values()) == {2: 10}
    assert len(of_null(path)) == 40
    models = pair()
    ask(path, models, null=True, budget=40)
    assert not models["teacher"].asked


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 95))
def test_a_run_that_stops_anywhere_ends_as_one_that_did_not(
    tmp_path_factory: pytest.TempPathFactory, after: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    interrupted(folder / "a.falloff", pair(), after=after)
    known = of_null(folder / "a.falloff")
    models = pair()
    ask(folder / "a.falloff", models, null=True)
    again = [probe for probe, times in models["teacher"].asked.items() if times == 2]
    assert not known.keys() & set(again)
    ask(folder / "b.falloff", pair(), null=True)
    assert outcomes(folder / "a.falloff") == outcomes(folder / "b.falloff")
    assert of_null(folder / "a.falloff").keys() == of_null(folder / "b.falloff").keys()
