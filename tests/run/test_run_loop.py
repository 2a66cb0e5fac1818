"""The loop: nothing asked twice, nothing lost, the same whatever comes in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_fakes import CHOSEN, FakeModel, conducted, manifest_of, outcomes, pair, run

from falloff.core import ModelError, Reason, Reply, Request, child_rng
from falloff.probes import Family
from falloff.run import Progress, open_for_reading, open_for_writing
from falloff.sampling import FamilyEvidence, Guess, Placement
from falloff.sampling.look_ahead import LookAhead


def test_every_model_is_asked_every_probe_once(tmp_path: Path) -> None:
    models = pair()
    run(tmp_path / "a.falloff", models, budget=40)
    assert models["teacher"].asked == models["student"].asked
    assert set(models["teacher"].asked.values()) == {1}
    assert len(outcomes(tmp_path / "a.falloff")) == 80


def test_a_finished_run_asks_nothing(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair())
    again = pair()
    run(tmp_path / "a.falloff", again)
    assert not again["teacher"].asked
    assert not again["student"].asked


def test_a_larger_budget_continues_the_run(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(), budget=30)
    more = pair()
    run(tmp_path / "a.falloff", more, budget=50)
    run(tmp_path / "b.falloff", pair(), budget=50)
    assert len(more["teacher"].asked) == 20
    assert outcomes(tmp_path / "a.falloff") == outcomes(tmp_path / "b.falloff")


def test_a_smaller_budget_shows_the_run_again(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(), budget=50)
    before = outcomes(tmp_path / "a.falloff")
    less = pair()
    run(tmp_path / "a.falloff", less, budget=30)
    assert not less["teacher"].asked
    assert outcomes(tmp_path / "a.falloff") == before


def test_a_budget_that_was_given_up_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    _interrupt(path, pair(concurrency=2), budget=1000, after=10)
    models = pair(concurrency=2)
    run(path, models, budget=20)
    with open_for_reading(path) as reader:
        complete = reader.completeness()["teacher"]
    assert complete.answered + complete.unasked < 40
    assert len(models["teacher"].asked) <= 20


def test_fresh_starts_over(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair())
    again = pair()
    run(tmp_path / "a.falloff", again, fresh=True)
    assert len(again["teacher"].asked) == 40


def test_the_order_of_arrival_changes_nothing(tmp_path: Path) -> None:
    def jitter(name: str) -> float:
        return child_rng("jitter", name).random() / 200

    run(tmp_path / "a.falloff", pair(concurrency=1), budget=40)
    run(tmp_path / "b.falloff", pair(concurrency=16, seconds=jitter), budget=40)
    assert outcomes(tmp_path / "a.falloff") == outcomes(tmp_path / "b.falloff")


def test_concurrency_is_used_and_not_exceeded(tmp_path: Path) -> None:
    models = pair(concurrency=5, seconds=0.001)
    run(tmp_path / "a.falloff", models, budget=60)
    assert models["teacher"].most_open == 5
    assert models["teacher"].open == set(), "every conversation is forgotten"


def test_families_advance_side_by_side(tmp_path: Path) -> None:
    models = pair(concurrency=2)
    _interrupt(tmp_path / "a.falloff", models, budget=200, after=20)
    families = {name.partition("@")[0] for name in models["teacher"].asked}
    assert families == {"rule_chain", "tool_chain"}


def test_errors_are_kept_apart_and_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(failing=0.05), budget=60)
    first = outcomes(path)
    errors = {key for key, outcome in first.items() if outcome.reason is Reason.ERROR}
    mended = pair()
    run(path, mended, budget=60)
    assert errors
    assert {("teacher", name) for name in mended["teacher"].asked} | {
        ("student", name) for name in mended["student"].asked
    } == errors
    assert all(outcome.score is not None for outcome in outcomes(path).values())


def test_a_third_of_all_calls_failing_ends_with_the_same_outcomes(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    run(whole, pair(), budget=40)
    models = pair(failing=0.3)
    for _ in range(40):
        run(path, models, budget=40)
        if all(outcome.score is not None for outcome in outcomes(path).values()):
            break
    assert outcomes(path) == outcomes(whole)


def test_a_dead_model_is_given_up_and_the_other_finishes(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    models = {**pair(), "student": FakeModel("sim:student", skill=0.5, failing=1.0, concurrency=2)}
    with pytest.raises(ModelError, match="does not answer") as raised:
        run(path, models, budget=100)
    assert 5 <= len(models["student"].asked) <= 7
    assert len(models["teacher"].asked) == 100
    assert "The line is dead." in raised.value.message
    assert "100 of 200 answers are kept" in raised.value.remedy
    run(path, pair(), budget=100)
    assert all(outcome.score is not None for outcome in outcomes(path).values())


def test_a_model_that_dies_on_the_way_is_given_up(tmp_path: Path) -> None:
    models = pair(concurrency=1)
    run(tmp_path / "a.falloff", models, budget=20)
    models["teacher"].failing = 1.0
    with pytest.raises(ModelError, match=r"20 of 20 probes put to it failed \(100%\)"):
        run(tmp_path / "a.falloff", models, budget=100)


class Stumbling(FakeModel):
    """Fails the first time it is asked for its second turn."""

    async def reply(self, request: Request) -> Reply:
        if len(request.messages) > 1 and self.requests[request.conversation] == 1:
            self.requests[request.conversation] += 1
            raise ModelError("The line went dead.")
        return await super().reply(request)


def test_a_turn_that_fails_does_not_lose_the_turns_before(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", {"model": Stumbling("sim:one")}, budget=40)
    run(tmp_path / "b.falloff", {"model": FakeModel("sim:one")}, budget=40)
    assert outcomes(tmp_path / "a.falloff") == outcomes(tmp_path / "b.falloff")


class Broken(FakeModel):
    """Has a bug that shows at the thirtieth probe."""

    async def reply(self, request: Request) -> Reply:
        if len(self.asked) == 30:
            raise ZeroDivisionError
        return await super().reply(request)


def test_a_bug_is_raised_as_itself_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    with pytest.raises(ZeroDivisionError):
        run(path, {"model": Broken("sim:one")}, budget=40)
    assert len(outcomes(path)) >= 30 - 8
    run(path, {"model": FakeModel("sim:one")}, budget=40)
    assert len(outcomes(path)) == 40


def test_a_cancelled_run_keeps_what_has_come(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    models = pair()
    _interrupt(path, models, budget=100, after=30)
    kept = outcomes(path)
    again = pair()
    run(path, again, budget=100)
    run(tmp_path / "b.falloff", pair(), budget=100)
    assert 20 <= len(kept) < 200
    assert not {name for role, name in kept if role == "teacher"} & set(again["teacher"].asked)
    assert outcomes(path) == outcomes(tmp_path / "b.falloff")


@settings(max_examples=8, deadline=None)
@given(stops=st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_interruptions_change_nothing(
    stops: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("run")
    for stop in stops:
        _interrupt(folder / "a.falloff", pair(), budget=30, after=stop)
    run(folder / "a.falloff", pair(), budget=30)
    run(folder / "b.falloff", pair(), budget=30)
    assert outcomes(folder / "a.falloff") == outcomes(folder / "b.falloff")


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run(tmp_path / "a.falloff", pair(), budget=20)
    run(tmp_path / "a.falloff", pair(failing=0.1), budget=40, progress=seen.append)
    last = seen[-1]
    assert last.done == last.total == 80
    assert last.calls > 0
    assert 0 < last.errors == sum(model.errors for model in last.models.values())
    assert last.eta_seconds == 0.0


@dataclass
class TwoRounds:
    """A design that looks back: batches of three, and in round 1 more where the student failed."""

    seen: list[tuple[str, int]] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        return {"name": "space_filling", "version": 1}

    def headline(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, Guess]:
        known = sum(family.count for family in evidence.values())
        return {"student": Guess(value=0.5, half_width=0.1)} if known else {}

    def allocate(self, evidence: Mapping[str, FamilyEvidence]) -> Mapping[str, int]:
        asked = sum(family.count for family in evidence.values())
        failures = {name: int(np.sum(e.scores["student"] < 1)) for name, e in evidence.items()}
        return [dict.fromkeys(evidence, 9), {n: f for n, f in failures.items() if f}, {}][
            (asked > 0) + (asked > 18)
        ]

    def place(self, family: Family, count: int, evidence: FamilyEvidence) -> tuple[Placement, ...]:
        self.seen.append((family.name, evidence.count))
        assert all(not np.isnan(scores).any() for scores in evidence.scores.values())
        level = family.axes[0].levels[int(evidence.count + np.sum(evidence.scores["teacher"])) % 5]
        coordinate = type(family.centre).at(family.axes, {family.axes[0].name: level})
        return (Placement(coordinate=coordinate, share="axis"),) * min(count, 3)


def test_a_design_may_look_back_at_complete_batches(tmp_path: Path) -> None:
    design = TwoRounds()
    run(tmp_path / "a.falloff", pair(), design=design)
    batches = [count for family, count in design.seen if family == "rule_chain"]
    assert batches[:3] == [0, 3, 6]
    with open_for_reading(tmp_path / "a.falloff") as reader:
        rounds = {placed.round for placed, _ in reader.outcomes("teacher")}
    assert rounds == {0, 1}


def test_progress_names_the_models_and_what_the_design_believes(tmp_path: Path) -> None:
    seen: list[Progress] = []
    run(tmp_path / "a.falloff", pair(), design=TwoRounds(), progress=seen.append)
    teacher, student = seen[-1].models["teacher"], seen[-1].models["student"]
    assert (teacher.name, student.name) == ("sim:teacher", "sim:student")
    assert teacher.headline is None
    assert student.headline == Guess(value=0.5, half_width=0.1)


def test_a_design_that_looks_back_is_reproducible(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    run(whole, pair(concurrency=1), design=TwoRounds())
    for after in (2, 1, 4, 1, 3, 2, 4):
        _interrupt(path, pair(), after=after, design=TwoRounds())
    run(path, pair(), design=TwoRounds())
    assert outcomes(path) == outcomes(whole)


def _interrupt(path: Path, models: dict[str, FakeModel], *, after: int, **options: Any) -> None:
    """Run until the teacher has been asked ``after`` probes, then cancel."""

    async def until() -> None:
        with open_for_writing(path, manifest_of(models)) as store:
            task = asyncio.create_task(conducted(store, models, **options))
            while len(models["teacher"].asked) < after and not task.done():
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(until())


@pytest.mark.parametrize("stops", [(100, 150), (41, 100)])
def test_a_larger_budget_goes_on_as_if_it_had_been_given_at_once(
    stops: tuple[int, ...], tmp_path: Path
) -> None:
    """Also where a run is cut off in the middle of a batch, and where answers differ in calls."""
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    run(whole, pair(), design=LookAhead(families=CHOSEN, seed=7, budget=240))
    for after, budget in zip((30, 9), stops, strict=True):
        cut = LookAhead(families=CHOSEN, seed=7, budget=240)
        _interrupt(path, pair(concurrency=3), after=after, design=cut)
        run(path, pair(), design=LookAhead(families=CHOSEN, seed=7, budget=budget))
    run(path, pair(), design=LookAhead(families=CHOSEN, seed=7, budget=240))
    assert outcomes(path) == outcomes(whole)
