"""The contract between what is asked and how it is put to a model.

A *task* is the question itself: what is asked, its gold, its world of tools. It knows no wording.
A *renderer* is one dialect of it: it words the prompt, reads what a model replies as an action,
and words what the oracle would say. It never touches the gold.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from falloff.core import Message, Reason, Reply, ToolSpec


@dataclass(frozen=True, kw_only=True)
class Call:
    """The model asks a tool. ``id`` is the provider's name for the call, empty in plain text."""

    tool: str
    argument: str
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The model gives its final answer, as it was read."""

    value: str


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """No answer and no call can be read from the reply."""


Action = Call | Answer | Unreadable


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a tool gives back; ``error`` where it refuses the call."""

    value: str
    error: bool = False


class World(Protocol):
    """The state behind the tools of one episode."""

    def call(self, tool: str, argument: str) -> Observation: ...


class Task(Protocol):
    """One question with its gold, independent of wording.

    ``max_calls`` bounds the tool calls of an episode; a task without tools has 0.
    """

    @property
    def gold(self) -> str: ...

    @property
    def max_calls(self) -> int: ...

    def world(self) -> World:
        """A fresh world, the same each time."""
        ...

    def check(self, answer: str) -> Reason:
        """``solved``, ``wrong`` or ``wrong_format`` for a final answer."""
        ...

    def solve(self) -> Generator[Action, Observation, None]:
        """The oracle: yields actions, is sent observations, ends after its answer."""
        ...

    def guess(self, rng: random.Random) -> Action:
        """What an agent does that acts at random within the task's own vocabulary."""
        ...


class Renderer(Protocol):
    """One dialect of one kind of task."""

    def prompt(self, task: Any) -> tuple[Message, ...]: ...

    def tools(self, task: Any) -> tuple[ToolSpec, ...]: ...

    def max_tokens(self, task: Any) -> int:
        """Room for one reply; what runs into it is ``truncated``."""
        ...

    def read(self, task: Any, reply: Reply) -> Action: ...

    def say(self, task: Any, action: Action) -> Reply:
        """The reply in which this dialect's model writer would take ``action``."""
        ...

    def result(self, call: Call, observation: Observation) -> Message: ...


class NoTools:
    """The world of a task without tools."""

    def call(self, tool: str, argument: str) -> Observation:
        del tool, argument
        return Observation(value="no such tool", error=True)


Renderers = Mapping[str, Renderer]
