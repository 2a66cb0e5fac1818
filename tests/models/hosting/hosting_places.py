"""Places for tests: whole runs over every executor, and copies that are killed."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import falloff
from falloff.core import Message, Outcome, Reply, Request
from falloff.models.hosting.hosted import HostedModel
from falloff.models.hosting.processes import ProcessPlace
from falloff.run import open_for_reading

HAS_RAY = importlib.util.find_spec("ray") is not None
needs_ray = pytest.mark.skipif(not HAS_RAY, reason="needs ray: pip install 'falloff[ray]'")


# Enough where it does not matter what is asked.
TWO_FAMILIES = str(Path(__file__).parents[2] / "two_families.toml")


def ask(text: str, **more: Any) -> Request:
    messages = (Message(role="user", content=text),)
    return Request(conversation=more.pop("conversation", text), messages=messages, **more)


def in_processes(spec: str, workers: int = 2) -> HostedModel:
    return HostedModel(spec, partial(ProcessPlace, spec, threads=1), workers=workers)


class Killing:
    """A hosted model; before calls of the given numbers, ``kill`` does away with one of its places.

    ``killed`` holds what it returned.
    """

    def __init__(
        self, model: HostedModel, before: set[int], kill: Callable[[Any], Any] | None = None
    ) -> None:
        self.model = model
        self.before = before
        self.kill = kill or _kill_process
        self.calls = 0
        self.killed: list[Any] = []

    @property
    def spec(self) -> str:
        return self.model.spec

    @property
    def concurrency(self) -> int:
        return self.model.concurrency

    def describe(self) -> dict[str, Any]:
        return self.model.describe()

    async def reply(self, request: Request) -> Reply:
        self.calls += 1
        if self.calls in self.before:
            seat = self.model._seats[self.calls % len(self.model._seats)]
            self.killed.append(self.kill(seat.place))
        return await self.model.reply(request)

    def forget(self, conversation: str) -> None:
        self.model.forget(conversation)

    async def close(self) -> None:
        await self.model.close()


def _kill_process(place: ProcessPlace) -> int:
    os.kill(place.pid, signal.SIGKILL)
    return place.pid


def outcomes(path: Path, repeats: int = 1) -> dict[tuple[int, str, str], Outcome]:
    """By repeat, role and probe; without the time they took."""
    with open_for_reading(path) as reader:
        return {
            (repeat, role, placed.probe.id): replace(outcome, seconds=0.0)
            for repeat in range(repeats)
            for role in reader.manifest.models
            for placed, outcome in reader.outcomes(role, repeat)
        }


def compared(folder: Path, executor: str, *models: Any, **wanted: Any) -> falloff.Run:
    run = folder / f"{executor}.falloff"
    given = {"budget": 48, "suite": TWO_FAMILIES, "run": run} | wanted
    return falloff.compare(models[0], list(models[1:]), executor=executor, **given)


def is_running(pid: int) -> bool:
    """Whether the process is there, and not a zombie that awaits its parent."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
