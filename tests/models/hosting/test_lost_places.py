"""Copies that are lost: what they were asked is asked again, and nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from hosting_places import Killing, ask, compared, in_processes, is_running, outcomes

from falloff.core import ModelError, UnansweredError, UnusableModelError
from falloff.models.hosting.hosted import ATTEMPTS, LOSSES, HostedModel
from falloff.models.hosting.place import LostError
from falloff.models.hosting.wire import pack_reply, unpack_request


def test_a_run_whose_processes_are_killed_ends_as_one_whose_are_not(tmp_path: Path) -> None:
    models = ("micro:teacher", "micro:narrow")
    whole = compared(tmp_path, "asyncio", *models)
    killing = Killing(in_processes("micro:teacher"), before={5, 40, 41, 90})
    run = compared(tmp_path, "asyncio", killing, "micro:narrow", run=tmp_path / "killed.falloff")
    # One may be named twice, if nobody has noticed yet that it is gone.
    assert len(killing.killed) == 4
    assert len(set(killing.killed)) >= 2
    assert outcomes(run.path) == outcomes(whole.path)
    assert run.missing == 0
    assert not any(map(is_running, killing.killed))


class Scripted:
    """A place without a process: what it says is decided by ``says``, which may raise."""

    made: list[Scripted]

    def __init__(self, says: Any) -> None:
        self.says = says
        self.asked: list[str] = []
        self.forgotten: list[str] = []
        self.closed = 0

    def facts(self) -> Future[str]:
        return _done('{"spec": "s", "concurrency": 2, "description": {"a": 1}}')

    def reply(self, request: str) -> Future[str]:
        self.asked.append(unpack_request(request).conversation)
        try:
            return _done(pack_reply(self.says(unpack_request(request)), ["said"]))
        except LostError as lost:
            future: Future[str] = Future()
            future.set_exception(lost)
            return future

    def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    def close(self) -> None:
        self.closed += 1


def _done(text: str) -> Future[str]:
    future: Future[str] = Future()
    future.set_result(text)
    return future


def scripted(says: Any, workers: int = 2) -> tuple[HostedModel, list[Scripted]]:
    made: list[Scripted] = []

    def opened() -> Scripted:
        made.append(Scripted(says))
        return made[-1]

    return HostedModel("s", opened, workers=workers), made


def echo(request: Any) -> Any:
    from falloff.core import Reply

    if "kill" in request.messages[-1].content:
        raise LostError("gone")
    return Reply(text=request.messages[-1].content)


def test_a_conversation_stays_with_its_copy_until_it_is_forgotten() -> None:
    model, (first, second) = scripted(echo)

    async def talk() -> None:
        for name in ("a", "b", "a", "b", "a"):
            await model.reply(ask("x", conversation=name))
        model.forget("a")
        await model.reply(ask("x", conversation="c"))

    asyncio.run(talk())
    assert first.asked == ["a", "a", "a", "c"]
    assert second.asked == ["b", "b"]
    assert (first.forgotten, second.forgotten) == (["a"], [])
    assert model.notes == ["said"]


def test_a_request_that_kills_its_copies_is_given_up_and_others_go_on() -> None:
    model, made = scripted(echo, workers=1)

    async def talk() -> None:
        for number in range(2 * LOSSES):
            with pytest.raises(UnansweredError, match=f"Lost {ATTEMPTS} times"):
                await model.reply(ask("kill", conversation=f"k{number}"))
            assert (await model.reply(ask("hello"))).text == "hello"

    asyncio.run(talk())
    assert len(made) == 1 + 2 * LOSSES * ATTEMPTS
    assert sum(place.closed for place in made) == len(made) - 1


def test_copies_that_answer_nothing_are_opened_so_often_and_no_more() -> None:
    model, made = scripted(echo)

    async def talk() -> None:
        for _ in range(2 * LOSSES):
            with pytest.raises(ModelError):
                await model.reply(ask("kill"))
        with pytest.raises(UnusableModelError, match="--workers"):
            await model.reply(ask("kill"))

    asyncio.run(talk())
    assert len(made) == 2 * LOSSES


def test_copies_that_differ_are_refused() -> None:
    model, (first, _) = scripted(echo)
    first.facts = lambda: _done(  # type: ignore[method-assign]
        '{"spec": "s", "concurrency": 2, "description": {"a": 2}}'
    )
    with pytest.raises(ModelError, match="they differ in a"):
        model.describe()


def test_a_closed_model_says_so_and_opens_nothing() -> None:
    model, made = scripted(echo)

    async def talk() -> None:
        await model.close()
        with pytest.raises(ModelError, match="closed"):
            await model.reply(ask("hello"))

    asyncio.run(talk())
    assert [place.closed for place in made] == [1, 1]


def test_a_process_that_dies_while_loading_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho No room is left >&2\nkill -9 $$\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    model = in_processes("micro:narrow", workers=1)
    with pytest.raises(ModelError, match="was killed by SIGKILL: No room is left"):
        model.describe()
    model.shut()


def test_a_process_that_hangs_is_ended_all_the_same() -> None:
    model = in_processes("micro:narrow", workers=1)
    model.describe()
    pid = model._seats[0].place.pid  # type: ignore[attr-defined]
    os.kill(pid, signal.SIGSTOP)
    model.shut()
    assert not is_running(pid)


SESSION = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from falloff.cli import main
main()
"""


@pytest.mark.parametrize(
    "how", [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGKILL]
)
def test_no_process_is_left_when_the_run_is_ended(tmp_path: Path, how: signal.Signals) -> None:
    path = tmp_path / "a.falloff"
    with subprocess.Popen(
        [
            *(sys.executable, "-c", SESSION, "measure", "micro:teacher", "--budget", "2000"),
            *("--executor", "processes", "--workers", "2", "--run", str(path)),
        ],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        workers = _workers(process)
        _wait_for_answers(path)
        # As a terminal does: every process of the group hears it.
        os.killpg(process.pid, how) if how == signal.SIGINT else process.kill()
        _, said = process.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while any(map(is_running, workers)):
        assert time.monotonic() < deadline, "orphans"
        time.sleep(0.05)
    assert len(workers) == 2
    if how == signal.SIGINT:
        assert process.returncode == 130, said
        assert "Every answer so far is kept" in said


def _workers(process: subprocess.Popen[str]) -> list[int]:
    """Its children, once both are there."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if len(found) == 2:
            return [int(pid) for pid in found]
        time.sleep(0.02)
    raise AssertionError("no two workers")


def _wait_for_answers(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() or len(outcomes(path)) < 20:
        assert time.monotonic() < deadline
        time.sleep(0.1)
