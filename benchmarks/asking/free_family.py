"""A family whose probes cost next to nothing to make and to judge."""

# ruff: noqa: ARG001, ARG002 - most of what the contract hands in is not looked at

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from falloff.core import Axis, Coordinate, Message, Reply, ToolSpec, Transcript
from falloff.probes import Family
from falloff.probes.task import Action, Answer, Call, Observation, Question

# As long as a question usually is.
_ASKED = "How many boxes are left when four of eight are taken away? " * 10


@dataclass(frozen=True, kw_only=True)
class Free(Question):
    number: int

    @property
    def gold(self) -> str:
        return "4"

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=str(rng.random()))


class Words:
    def prompt(self, task: Any) -> tuple[Message, ...]:
        return (Message(role="user", content=f"{_ASKED}{task.number}"),)

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        return prompt

    def tools(self, task: Any) -> tuple[ToolSpec, ...]:
        return ()

    def max_tokens(self, task: Any) -> int:
        return 256

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        return (Answer(value=reply.text[-1:]),)

    def say(self, task: Any, action: Action) -> Reply:
        return Reply(text="4")

    def result(self, call: Call, observation: Observation) -> Message:
        raise NotImplementedError

    def heard(self, text: str) -> Message:
        raise NotImplementedError


def _generate(coordinate: Coordinate, rng: random.Random) -> Free:
    return Free(number=rng.getrandbits(60))


FREE = Family(
    name="free",
    capability="reasoning",
    version=1,
    axes=(Axis(name="steps", unit="steps", levels=(1, 2, 4, 8), description="none"),),
    chance=0.0,
    description="Costs nothing.",
    generate=_generate,
    renderers={"chat": Words()},
)
