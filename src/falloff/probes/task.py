"""The contract between what is asked and how it is put to a model.

A *task* is the question itself: what is asked, its gold, its world of tools. It knows no wording.
A *renderer* is one dialect of it: it words the prompt, reads what a model replies as actions, and
words what the oracle would say. It never touches the gold.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from falloff.core import Message, Reason, Reply, ToolSpec, Transcript
from falloff.probes.answers import same


@dataclass(frozen=True, kw_only=True)
class Call:
    """The model asks a tool. ``id`` is the provider's name for the call, empty in plain text.

    ``arguments`` is None where what the model wrote is no JSON object.
    """

    tool: str
    arguments: Mapping[str, Any] | None
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The model gives its final answer, as it was read.

    ``loose``: it was found where a careful reader would look, but not in the form asked for; right,
    it is ``wrong_format``. ``tentative``: given while the user may have more to say; where they
    have, it was something said on the way.
    """

    value: str
    loose: bool = False
    tentative: bool = False


@dataclass(frozen=True, kw_only=True)
class Say:
    """The model says something that is neither a call nor a final answer."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Nothing that can be acted on."""


Action = Call | Answer | Say | Unreadable


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a tool gives back, or the user says; ``error`` where a tool refuses the call."""

    value: str
    error: bool = False


class World(Protocol):
    """The state of one episode: what is behind the tools, and the user."""

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        """What the tool gives back. Never raises, whatever the arguments."""
        ...

    def hear(self, text: str) -> str | None:
        """What the user says to ``text``; None where there is nobody who would."""
        ...


class Task(Protocol):
    """One question with its gold, independent of wording.

    ``max_calls`` bounds the tool calls of an episode, ``max_turns`` the model's replies.
    ``template`` numbers the wording drawn for it.
    """

    @property
    def gold(self) -> str: ...

    @property
    def max_calls(self) -> int: ...

    @property
    def max_turns(self) -> int: ...

    @property
    def template(self) -> int: ...

    def world(self) -> World:
        """A fresh world, the same each time."""
        ...

    def check(self, answer: str, world: World) -> Reason:
        """``solved``, ``wrong`` or ``wrong_format``, by the final answer and the world's state."""
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

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        """``prompt`` with solved examples before it; ``prompt`` itself if there are none."""
        ...

    def tools(self, task: Any) -> tuple[ToolSpec, ...]: ...

    def max_tokens(self, task: Any) -> int:
        """Room for one reply; what runs into it is ``truncated``."""
        ...

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        """What the reply does: one action, or several calls."""
        ...

    def say(self, task: Any, action: Action) -> Reply:
        """The reply in which this dialect's model writer would take ``action``."""
        ...

    def result(self, call: Call, observation: Observation) -> Message: ...

    def heard(self, text: str) -> Message:
        """What the user says, as a message."""
        ...


class Alone:
    """The world of a question that is answered at once: no tools, and nobody to talk to."""

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        del arguments
        return Observation(value=f"there is no tool {tool}", error=True)

    def hear(self, text: str) -> None:
        del text


@dataclass(frozen=True, kw_only=True)
class Question:
    """What tasks without a world share: one reply, judged by its answer alone.

    Subclasses give ``gold`` and :meth:`accepts`, or their own :meth:`check`.
    """

    template: int = 0
    max_calls: int = 0
    max_turns: int = 1

    @property
    def gold(self) -> str:
        raise NotImplementedError

    def accepts(self, answer: str) -> bool:
        """Whether the answer has the value of the gold, which is taken as a word."""
        return same(answer, self.gold, "word")

    def world(self) -> World:
        return Alone()

    def check(self, answer: str, world: World) -> Reason:
        del world
        return Reason.SOLVED if self.accepts(answer) else Reason.WRONG

    def solve(self) -> Generator[Action, Observation, None]:
        yield Answer(value=self.gold)


Renderers = Mapping[str, Renderer]
