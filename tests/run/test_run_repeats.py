"""Repeats: the same probes asked again, nothing twice, and never taken for fresh ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_fakes import FakeModel, conducted, manifest_of, outcomes, pair, run

from falloff.core import Reply, Request
from falloff.run import Progress, open_for_reading, open_for_writing
from falloff.run.records import REPEATED


class Counting(FakeModel):
    """Counts episodes by repeat; ``greedy_first`` sets its first answer apart from the repeats."""

    def __init__(self, spec: str, *, greedy_first: bool = False, **options: Any) -> None:
        super().__init__(spec, **options)
        self.greedy_first = greedy_first
        self.begun: Counter[tuple[int, str]] = Counter()

    def describe(self) -> dict[str, Any]:
        sampling = {"repeats": {"temperature": 1.0}} if self.greedy_first else {}
        return {**super().describe(), **sampling}

    async def reply(self, request: Request) -> Reply:
        turn = sum(message.role == "assistant" for message in request.messages)
        self.begun[request.repeat, request.conversation] += turn == 0
        return await super().reply(request)


def models(**options: Any) -> dict[str, Counting]:
    return {
        "teacher": Counting("sim:a", greedy_first=True, **options),
        "student": Counting("sim:b", skill=0.5, **options),
    }


def repeats_of(model: Counting) -> dict[int, int]:
    counts: Counter[int] = Counter()
    for (repeat, _), times in model.begun.items():
        assert times == 1
        counts[repeat] += 1
    return dict(counts)


def placed(path: Path) -> tuple[int, int]:
    """Probes in all, and those that are asked again."""
    with open_for_reading(path) as reader:
        shares = [probe.share for probe, _ in reader.outcomes("teacher")]
    return len(shares), sum(share in REPEATED for share in shares)


def test_centre_and_box_are_asked_so_often_that_all_repeats_are_decoded_alike(
    tmp_path: Path,
) -> None:
    path, asked = tmp_path / "a.falloff", models()
    run(path, asked, budget=40, repeats=3)
    whole, again = placed(path)
    assert 0 < again < whole == 40
    # The teacher's greedy first answer is no repeat, so it takes three more; the student two.
    assert repeats_of(asked["teacher"]) == {0: whole, 1: again, 2: again, 3: again}
    assert repeats_of(asked["student"]) == {0: whole, 1: again, 2: again}


def test_one_repeat_is_the_first_answer_alone(tmp_path: Path) -> None:
    asked = models()
    run(tmp_path / "a.falloff", asked, budget=20, repeats=1)
    assert repeats_of(asked["teacher"]) == {0: 20}


def test_more_repeats_and_more_budget_go_on_where_the_run_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, models(), budget=20, repeats=2)
    _, before = placed(path)
    asked = models()
    run(path, asked, budget=30, repeats=3)
    whole, again = placed(path)
    new = again - before
    assert repeats_of(asked["student"]) == {0: whole - 20, 1: new, 2: again}
    assert repeats_of(asked["teacher"]) == {0: whole - 20, 1: new, 2: new, 3: again}


def test_repeats_change_no_first_answer(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(), budget=30, repeats=4)
    run(tmp_path / "b.falloff", pair(), budget=30)
    assert outcomes(tmp_path / "a.falloff") == outcomes(tmp_path / "b.falloff")


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=3))
def test_sessions_that_stop_anywhere_end_as_one_that_did_not(
    tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    asked: Counter[tuple[int, str]] = Counter()
    for stop in stops:
        session = models()
        interrupted(folder / "a.falloff", session, after=stop)
    last = models()
    known = {r: outcomes(folder / "a.falloff", r) for r in range(4)}
    run(folder / "a.falloff", last, budget=24, repeats=3)
    run(folder / "b.falloff", models(), budget=24, repeats=3)
    for role, model in last.items():
        asked = model.begun
        assert not any((role, probe) in known[repeat] for repeat, probe in asked)
    for repeat in range(4):
        assert outcomes(folder / "a.falloff", repeat) == outcomes(folder / "b.falloff", repeat)


def interrupted(path: Path, session: dict[str, Counting], *, after: int) -> None:
    """A session that ends once ``after`` answers are on disk."""

    class Enough(Exception):
        pass

    async def main() -> None:
        seen = 0

        def count(progress: Progress) -> None:
            nonlocal seen
            seen = progress.done
            if seen >= after:
                raise Enough

        with open_for_writing(path, manifest_of(session)) as store, suppress(Enough):
            await conducted(store, session, budget=24, repeats=3, progress=count)

    asyncio.run(main())


def test_progress_and_spending_count_repeats(tmp_path: Path) -> None:
    path, seen = tmp_path / "a.falloff", []
    run(path, models(), budget=20, repeats=3, progress=seen.append)
    _, again = placed(path)
    assert seen[-1].done == seen[-1].total == 2 * 20 + 3 * again + 2 * again
    with open_for_reading(path) as reader:
        assert reader.spending("teacher").probes == 20 + 3 * again
        assert reader.spending("student").probes == 20 + 2 * again


def test_the_manifest_says_the_most_repeats_wanted_and_they_are_no_difference(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.falloff"
    for wanted, said in ((1, 1), (4, 4), (2, 4)):
        manifest = manifest_of(pair(), repeats=wanted)
        with open_for_writing(path, manifest) as store:
            assert store.manifest.repeats == said
        with open_for_reading(path) as reader:
            assert reader.manifest.repeats == said
        assert manifest.default_path() == manifest_of(pair()).default_path()
