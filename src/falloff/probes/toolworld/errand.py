"""What tasks in the tool world share: the world, the check, and an oracle's hand on the tools."""

from __future__ import annotations

import functools
import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from falloff.core import Reason
from falloff.probes.answers import same
from falloff.probes.task import Action, Answer, Call, Observation, World
from falloff.probes.toolworld.layers import Desk
from falloff.probes.toolworld.office import Layer, Store
from falloff.probes.toolworld.schema import Param, Tool, Value
from falloff.probes.toolworld.shifts import Front, new_names
from falloff.probes.toolworld.state import Change, Rows, diff
from falloff.probes.toolworld.user import User

# Calls granted beyond twice the least: room for a slip that is noticed.
SLACK = 4
# Messages to the user, who has little to say.
TALK = 3


@dataclass(frozen=True, kw_only=True)
class NotedCall(Call):
    """A call with what the oracle writes before it."""

    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NotedAnswer(Answer):
    """An answer with what the oracle writes before it."""

    note: str = ""


Play = Generator[Action, Observation, None]


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A task in the office. ``rows`` are its records at the start, ``tools`` all that are shown.

    To ``secluded`` records only the errand itself leads: no other record names them, nor did any.
    Subclasses give :meth:`carry_out`, :meth:`report`, :meth:`solve`, ``least_calls``, and where
    they differ :meth:`layers` and :meth:`user`.
    """

    rows: Rows = field(repr=False)
    seed: int
    tools: tuple[Tool, ...]
    secluded: frozenset[str] = frozenset()
    template: int = 0

    @property
    def least_calls(self) -> int:
        raise NotImplementedError

    def carry_out(self, store: Store) -> str:
        """Do on ``store`` what is asked; gives the answer."""
        raise NotImplementedError

    def solve(self) -> Play:
        raise NotImplementedError

    def layers(self, store: Store) -> Layer:
        """All that stands between the agent and the store."""
        return Front(store, self.tools)

    def user(self) -> User:
        return User(patience=TALK)

    @property
    def max_calls(self) -> int:
        return 2 * self.least_calls + SLACK

    @property
    def max_turns(self) -> int:
        return self.max_calls + TALK + 1

    @property
    def gold(self) -> str:
        return self._done[0]

    @property
    def goal(self) -> tuple[Change, ...]:
        """All that is to be different in the end."""
        return self._done[1]

    @functools.cached_property
    def _done(self) -> tuple[str, tuple[Change, ...]]:
        store = Store(self.rows, self.seed)
        answer = self.carry_out(store)
        return answer, diff(self.rows, store.rows)

    def world(self) -> Desk:
        store = Store(self.rows, self.seed, self.secluded)
        return Desk(self.layers(store), store, self.user())

    def accepts(self, answer: str) -> bool:
        """Whether ``answer`` is the gold: here, one number."""
        return same(answer, self.gold, "integer")

    def check(self, answer: str, world: World) -> Reason:
        """Solved if the goal is reached, nothing else has changed, and the answer is right."""
        if not isinstance(world, Desk) or diff(self.rows, world.store.rows) != self.goal:
            return Reason.WRONG
        return Reason.SOLVED if self.accepts(answer) else Reason.WRONG

    def guess(self, rng: random.Random) -> Action:
        """A call with arguments of the right form, or an answer."""
        if rng.random() < 0.3:
            return Answer(value=self.guessed_answer(rng))
        tool = rng.choice(self.tools)
        records = list(self.rows)
        meant = {param.key: _any_argument(param, records, rng) for param in tool.params}
        return Call(tool=tool.shown, arguments=tool.encode(meant))

    def guessed_answer(self, rng: random.Random) -> str:
        return str(rng.randrange(100_000, 1_000_000))


def _any_argument(param: Param, records: list[str], rng: random.Random) -> Value:
    match param.kind:
        case "id":
            return rng.choice([r for r in records if r.startswith(param.prefix)])
        case "choice":
            return rng.choice(param.choices)
        case "date":
            return f"2026-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        case "text":
            return "hello"
    return rng.randrange(1, 100)


class Hand:
    """An oracle's use of the tools as shown; it learns from a refusal that one has changed."""

    def __init__(self, tools: tuple[Tool, ...]) -> None:
        self.tools = {tool.key: tool for tool in tools}

    def use(
        self, key: str, meant: Mapping[str, Value], note: str
    ) -> Generator[Action, Observation, Observation]:
        """Call the tool that does ``key``; gives what it said, after learning its new form."""
        result = yield self._call(key, meant, note)
        names = new_names(result)
        if not names:
            return result
        tool = self.tools[key]
        params = tuple(replace(p, name=n) for p, n in zip(tool.params, names, strict=True))
        self.tools[key] = replace(tool, params=params)
        return (yield self._call(key, meant, "The tool has changed: the same in its new form."))

    def _call(self, key: str, meant: Mapping[str, Value], note: str) -> NotedCall:
        tool = self.tools[key]
        return NotedCall(tool=tool.shown, arguments=tool.encode(meant), note=note)


def note_of(action: Any) -> str:
    """What the oracle writes before ``action``."""
    return str(getattr(action, "note", ""))
