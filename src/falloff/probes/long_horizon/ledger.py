"""Long horizon: keep count of something that changes, turn after turn, until it is asked for.

    Nadia's store holds 412 lemons. I shall tell you of each change. Just say OK.
    - OK - 31 lemons come in. - OK - What is the plural of 'foot'? - feet - 18 lemons go out. - OK
    - How many lemons are in the store now? - Answer: 425

Every change is told in its own turn by a scripted user, who hears whatever the model says and goes
on. Every change matters to the number asked for. A reply to the question that does not give an
answer line is asked for it once more. Unrelated turns come at random among them.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import Axis, Coordinate, Reason
from falloff.probes.answers import same
from falloff.probes.dialects import Dialogue, Wording
from falloff.probes.family import family
from falloff.probes.long_horizon.asides import asides
from falloff.probes.long_horizon.teller import Teller
from falloff.probes.task import Action, Answer, Observation, Say, World
from falloff.probes.vocabulary import NAMES

LOW, HIGH = 100, 1000

HORIZON = Axis(
    name="horizon",
    unit="changes, one a turn",
    levels=(1, 2, 4, 8, 16, 32, 64),
    description="changes that all bear on the number asked for",
)
INTERFERENCE = Axis(
    name="interference",
    unit="unrelated turns",
    levels=(0, 2, 8, 32),
    role="shift",
    description="turns on other matters among the changes",
)


class User(Teller):
    """The last line but one asks for the number; the last asks again, for its form."""

    @property
    def has_asked(self) -> bool:
        return self.said >= len(self.lines) - 1


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """``who`` keeps ``start`` ``things``; ``events`` are changes, or asides with their answers."""

    template: int
    who: str
    things: str
    start: int
    events: tuple[int | tuple[str, str], ...]
    max_calls: int = 0

    @property
    def changes(self) -> tuple[int, ...]:
        return tuple(event for event in self.events if isinstance(event, int))

    @property
    def max_turns(self) -> int:
        return len(self.events) + 3

    @property
    def gold(self) -> str:
        return str(self.start + sum(self.changes))

    def world(self) -> User:
        changes = (told(self, event) for event in self.events)
        return User(lines=(*changes, f"{asked(self)} {FORM}", f"Please give the number. {FORM}"))

    def check(self, answer: str, world: World) -> Reason:
        """An answer before the question is wrong, whatever it says."""
        asked = isinstance(world, User) and world.has_asked
        right = asked and same(answer, self.gold, "integer")
        return Reason.SOLVED if right else Reason.WRONG

    def solve(self) -> Generator[Action, Observation, None]:
        yield Say(text="OK")
        for event in self.events:
            yield Say(text="OK" if isinstance(event, int) else event[1])
        yield Answer(value=self.gold)

    def guess(self, rng: random.Random) -> Action:
        if rng.random() < 0.5:
            return Say(text="OK")
        return Answer(value=str(rng.randrange(LOW, HIGH)))


FORM = "Finish with one line of the form 'Answer: X'."
THINGS = ("lemons", "bricks", "tickets", "candles", "ropes", "baskets", "melons", "lamps")
_IN = ("{} {} come in.", "We get {} more {}.", "{} {} are delivered.")
_OUT = ("{} {} go out.", "We give away {} {}.", "{} {} are taken away.")


def told(task: Ledger, event: int | tuple[str, str]) -> str:
    """How the user tells of a change, or says something else."""
    if not isinstance(event, int):
        return f"Something else: {event[0]}"
    form = (_IN if event > 0 else _OUT)[task.template]
    return form.format(abs(event), task.things)


def asked(task: Ledger) -> str:
    """How the user asks for the number."""
    things = task.things
    return (
        f"How many {things} are in the store now?",
        f"That was all. How many {things} do we have?",
        f"What is the number of {things} in the store, after all these changes?",
    )[task.template]


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    def ask(self, task: Ledger) -> str:
        things = task.things
        return (
            f"{task.who}'s store holds {task.start} {things}. I shall tell you of each change to"
            " it, one at a time, and sometimes ask something else. Reply to a change with OK and"
            f" nothing more. At the end I shall ask you how many {things} there are.",
            f"I am {task.who}. Please keep count of our {things}. At present we have {task.start}."
            " I tell you each change in a message of its own; just say OK to it. If I ask about"
            " anything else, answer briefly. When I want to know the number, I shall ask for it.",
            f"There are {task.start} {things} in {task.who}'s store. In the next messages I report"
            " every change. Answer each report with OK; answer other questions in a word. In the"
            f" end I shall want to know how many {things} are left.",
        )[task.template]

    def working(self, task: Ledger, action: Action) -> str:
        if not isinstance(action, Answer):
            return ""
        sums = "".join(f" {'+' if change > 0 else '-'} {abs(change)}" for change in task.changes)
        return f"{task.start}{sums} = {task.gold}"

    def room(self, task: Ledger) -> int:
        return 512 + 32 * len(task.changes)


def _facts(task: Ledger) -> Mapping[str, float]:
    changes = task.changes
    return {
        "horizon": len(changes),
        "asides": len(task.events) - len(changes),
        "amount": sum(abs(change) for change in changes) / len(changes),
        "digits": len(task.gold),
    }


@family(
    "ledger",
    capability="long_horizon",
    version=1,
    axes=(HORIZON, INTERFERENCE),
    renderers={"chat": Dialogue(Words())},
    facts=_facts,
    moves={"horizon": ("horizon",), "interference": ("asides",)},
    most_tokens=2000,
)
def ledger(at: Coordinate, rng: random.Random) -> Ledger:
    """Keep count of a store whose changes are told one a turn, and give the number in the end."""
    start = value = rng.randrange(LOW, HIGH)
    events: list[Any] = []
    for _ in range(int(at["horizon"])):
        change = rng.randrange(10, 100)
        if value + change >= HIGH or (value - change >= LOW and rng.random() < 0.5):
            change = -change
        events.append(change)
        value += change
    for aside in asides(int(at["interference"]), rng):
        events.insert(rng.randrange(len(events) + 1), aside)
    return Ledger(
        template=rng.randrange(3),
        who=rng.choice(NAMES),
        things=rng.choice(THINGS),
        start=start,
        events=tuple(events),
    )
