"""Long horizon: keep track of a variable through many changes, while others change as well.

    a is 3, b is 5. - Add 4 to a. - a is 7 - Multiply b by 3. - b is 5 - Add 9 to a. - a is 6
    What is a?

Every change is told in a turn of its own by a scripted user, who hears whatever the model says and
goes on. ``horizon`` counts the changes of the variable that is asked for in the end, each of which
bears on the answer; ``interference`` those of the others, which come at random among them. Only
last digits count, so that operands stay the same size however long the horizon.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Generator
from dataclasses import dataclass, replace

from falloff.core import Axis, Coordinate, Message, Reason, Reply, ToolSpec
from falloff.probes.answers import same
from falloff.probes.dialects import Dialogue, Wording
from falloff.probes.family import family
from falloff.probes.long_horizon.teller import Teller
from falloff.probes.reasoning.rule_chain import MODULUS, OPERATIONS, Rule
from falloff.probes.task import Action, Answer, Call, Observation, Say, World
from falloff.probes.text import Turns, spoken, user

NAMES = string.ascii_letters
# Variables besides the one asked for. All are there from the start, whatever changes.
OTHERS = 3

HORIZON = Axis(
    name="horizon",
    unit="changes of what is asked for",
    levels=(1, 2, 4, 8, 12, 16, 24, 32),
    description="changes, one a turn, that all bear on the answer",
)
INTERFERENCE = Axis(
    name="interference",
    unit="changes of other variables",
    levels=(0, 1, 2, 4, 8, 16, 24),
    role="shift",
    description="changes, one a turn, that have no bearing on the answer",
)


@dataclass(frozen=True, kw_only=True)
class UpdateChain:
    """``start`` gives each variable its value, ``changes`` are (sign, variable) in the order told.

    A sign is one of the operations of ``rule_chain``. ``asked`` is the variable of the question.
    """

    start: tuple[tuple[str, int], ...]
    changes: tuple[tuple[str, str], ...]
    asked: str
    template: int = 0
    max_calls: int = 0

    @property
    def max_turns(self) -> int:
        return len(self.changes) + 1

    @property
    def steps(self) -> tuple[tuple[int, str, str, int], ...]:
        """Of each change the value before, the sign, the variable, and the value after."""
        values, steps = dict(self.start), []
        for sign, name in self.changes:
            before = values[name]
            values[name] = Rule(source=name, target=name, sign=sign).apply(before)
            steps.append((before, sign, name, values[name]))
        return tuple(steps)

    @property
    def gold(self) -> str:
        return str({name: after for _, _, name, after in self.steps}[self.asked])

    def world(self) -> Teller:
        """Who tells all changes but the first, which the opening tells, and then asks."""
        told = (f"{sign}{name}" for sign, name in self.changes[1:])
        return Teller(lines=(*told, f"{self.asked}?"))

    def check(self, answer: str, world: World) -> Reason:
        del world
        return Reason.SOLVED if same(answer, self.gold, "integer") else Reason.WRONG

    def solve(self) -> Generator[Action, Observation, None]:
        for before, sign, name, after in self.steps:
            yield Say(text=f"{before}{sign}{name}{after}")
        yield Answer(value=self.gold)

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=str(rng.randrange(MODULUS)), tentative=True)


class Micro(Turns):
    """``Ha3b5c1d9|4a`` is answered by ``34a7``, ``!b`` by ``5!b5``, in the end ``a?`` by ``=7``.

    A change is its sign and the variable; the reply is value, sign, variable, value. So the latest
    value of a variable is what stands right after its latest name that has a value after it, and a
    step is worked out from what stands beside it, as in ``rule_chain``.
    """

    def prompt(self, task: UpdateChain) -> tuple[Message, ...]:
        start = "".join(f"{name}{value}" for name, value in task.start)
        sign, name = task.changes[0]
        return user(f"H{start}|{sign}{name}")

    def tools(self, task: UpdateChain) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def max_tokens(self, task: UpdateChain) -> int:
        del task
        return 16

    def read(self, task: UpdateChain, reply: Reply) -> tuple[Action, ...]:
        del task
        if answer := re.search(r"=(\d)$", reply.text):
            return (Answer(value=answer[1], tentative=True),)
        return (Say(text=reply.text),)

    def say(self, task: UpdateChain, action: Action) -> Reply:
        del task
        match action:
            case Answer(value=value):
                return spoken(f"={value}")
            case Say(text=text):
                return spoken(text)
        return spoken("")

    def result(self, call: Call, observation: Observation) -> Message:
        del call
        return Message(role="tool", content="?" if observation.error else observation.value)


class Words(Wording):
    """The same task in English."""

    kind = "integer"

    def ask(self, task: UpdateChain) -> str:
        start = ", ".join(f"{name} is {value}" for name, value in task.start)
        sign, name = task.changes[0]
        return (
            f"Keep track of these variables: {start}. I shall tell you of each change in a message"
            " of its own, and in the end I shall ask for one of them. Keep only the last digit of"
            " every result, so 27 becomes 7. Reply to a change with the variable's new value and"
            f" nothing more.\n\n{_told(sign, name)}"
        )

    def working(self, task: UpdateChain, action: Action) -> str:
        del task, action
        return ""

    def room(self, task: UpdateChain) -> int:
        del task
        return 512


class Chat(Dialogue):
    """The same talk in English; the user's lines are worded here."""

    def read(self, task: UpdateChain, reply: Reply) -> tuple[Action, ...]:
        (action,) = super().read(task, reply)
        return (replace(action, tentative=True) if isinstance(action, Answer) else action,)

    def say(self, task: UpdateChain, action: Action) -> Reply:
        if isinstance(action, Say):
            return spoken(f"{action.text[2]} is {action.text[3]}")
        return super().say(task, action)

    def heard(self, text: str) -> Message:
        if text.endswith("?"):
            asked = f"What is {text[0]} now? Finish with one line of the form 'Answer: X'."
            return Message(role="user", content=asked)
        return Message(role="user", content=_told(text[0], text[1]))


def _told(sign: str, name: str) -> str:
    op, operand = OPERATIONS[sign]
    return f"Add {operand} to {name}." if op == "+" else f"Multiply {name} by {operand}."


@family(
    "update_chain",
    capability="long_horizon",
    version=1,
    axes=(HORIZON, INTERFERENCE),
    renderers={"micro": Micro(), "chat": Chat(Words())},
    chance=1 / MODULUS,
)
def update_chain(at: Coordinate, rng: random.Random) -> UpdateChain:
    """Keep track of variables through changes told one a turn, and give one of them in the end."""
    names = rng.sample(NAMES, 1 + OTHERS)
    changed = [names[0]] * int(at["horizon"])
    changed += rng.choices(names[1:], k=int(at["interference"]))
    rng.shuffle(changed)
    start = [(name, rng.randrange(MODULUS)) for name in names]
    rng.shuffle(start)
    return UpdateChain(
        start=tuple(start),
        changes=tuple((rng.choice(tuple(OPERATIONS)), name) for name in changed),
        asked=names[0],
    )
