"""How many calls are in flight, and how long is waited."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.models.http.gate import Gate
from falloff.models.http.patience import Patience, retry_after


async def _answered(gate: Gate, count: int = 1) -> None:
    for _ in range(count):
        async with gate.passage():
            gate.answered()


async def _most_together(gate: Gate, calls: int) -> int:
    most = 0

    async def call() -> None:
        nonlocal most
        async with gate.passage():
            most = max(most, gate.in_flight)
            await asyncio.sleep(0)
            gate.answered()

    await asyncio.gather(*(call() for _ in range(calls)))
    return most


def test_the_first_call_goes_alone() -> None:
    async def check() -> None:
        gate = Gate(64)
        async with gate.passage():
            second = asyncio.create_task(_answered(gate))
            await asyncio.sleep(0.01)
            assert not second.done()
            gate.answered()
        await second

    asyncio.run(check())


def test_all_that_may_be_in_flight_soon_are_and_never_more() -> None:
    gate = Gate(64)
    assert asyncio.run(_most_together(gate, 500)) == 64
    assert gate.in_flight == 0


def test_throttling_halves_the_limit_once_for_calls_that_were_in_flight_together() -> None:
    async def check() -> None:
        gate = Gate(64)
        await _answered(gate, 100)
        together = [gate.passage() for _ in range(10)]
        for passage in together:
            await passage.__aenter__()
        for passage in together:
            gate.throttled(passage, None)
            await passage.__aexit__(None, None, None)
        assert gate.limit == 32
        later = gate.passage()
        async with later:
            gate.throttled(later, None)
        assert gate.limit == 16

    asyncio.run(check())


def test_after_throttling_the_limit_grows_by_one_a_round() -> None:
    async def check() -> None:
        gate = Gate(64)
        await _answered(gate, 100)
        passage = gate.passage()
        async with passage:
            gate.throttled(passage, None)
        await _answered(gate, 32)
        assert 32.9 < gate.limit < 33.1

    asyncio.run(check())


def test_nobody_passes_before_the_time_that_the_endpoint_named() -> None:
    async def check() -> float:
        gate, loop = Gate(8), asyncio.get_running_loop()
        passage = gate.passage()
        async with passage:
            gate.throttled(passage, 0.2)
        started = loop.time()
        await asyncio.gather(_answered(gate), _answered(gate))
        return loop.time() - started

    assert 0.19 < asyncio.run(check()) < 1.0


@given(st.lists(st.sampled_from(["come", "cancel", "answer", "throttle"]), max_size=40))
def test_whatever_is_cancelled_no_place_is_lost(steps: list[str]) -> None:
    async def check() -> None:
        gate = Gate(4)

        async def call(turn: asyncio.Event, how: list[str]) -> None:
            passage = gate.passage()
            async with passage:
                await turn.wait()
                if how and how[0] == "throttle":
                    gate.throttled(passage, None)
                else:
                    gate.answered()

        calls: list[tuple[asyncio.Task[None], asyncio.Event, list[str]]] = []
        for number, step in enumerate(steps):
            if step == "come":
                turn, how = asyncio.Event(), list[str]()
                calls.append((asyncio.create_task(call(turn, how)), turn, how))
            elif calls:
                task, turn, how = calls[number % len(calls)]
                how.append(step)
                task.cancel() if step == "cancel" else turn.set()
            await asyncio.sleep(0)
            assert 0 <= gate.in_flight <= 4
        for _, turn, _ in calls:
            turn.set()
        await asyncio.gather(*(task for task, _, _ in calls), return_exceptions=True)
        assert gate.in_flight == 0
        await asyncio.wait_for(_answered(gate, 3), 1)

    asyncio.run(check())


def test_waits_double_up_to_a_cap_and_are_never_the_same() -> None:
    patience = Patience(first=1.0, most=8.0)
    for failures, whole in ((1, 1.0), (2, 2.0), (4, 8.0), (9, 8.0), (10_000, 8.0)):
        waits = {patience.wait(failures) for _ in range(50)}
        assert all(whole / 2 <= wait <= whole for wait in waits)
        assert len(waits) > 40


NOW = datetime(2031, 5, 17, 12, 0, 0, tzinfo=UTC)
THERE = format_datetime(NOW, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=40), usegmt=True),
          "Date": THERE}, 40.0),
        ({"Retry-After": THERE, "Date": THERE}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "Xxx, 99 Zzz 9999 99:99:99 GMT"}, None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_seconds_and_dates(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_seconds_or_nothing(text: str) -> None:
    seconds = retry_after({"Retry-After": text})
    assert seconds is None or seconds >= 0
