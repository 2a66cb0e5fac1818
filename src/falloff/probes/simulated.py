"""Boxes of one to five axes for simulated models, whose competence on them is known exactly.

    S1,4,2|kodu?  is answered by  =kodu

Any real model would solve these probes anywhere: the axes are numbers in the prompt that make
nothing harder. Only models named ``sim:…`` take them to heart. So they try out designs, estimates
and plans against a truth, in as many dimensions as anybody will ask for.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Message, Reply, ToolSpec
from falloff.probes.family import family
from falloff.probes.suite import SUITES, Suite
from falloff.probes.task import Action, Answer, Call, Observation, Question, Unreadable
from falloff.probes.text import ANSWER_RULE, Turns, read_answer, spoken, user

# Listed levels by number of axes: many on one axis, and few enough on five for the grid to be held.
LEVELS: dict[int, tuple[float, ...]] = {
    1: tuple(float(level) for level in range(1, 21)),
    2: (1, 2, 4, 6, 8, 11, 14, 17, 20),
    3: (1, 3, 6, 10, 15, 20),
    4: (1, 4, 8, 14, 20),
    5: (1, 5, 12, 20),
}
AXIS_NAMES = ("a", "b", "c", "d", "e")
LABELS = ("plain", "terse", "formal", "foreign")
_SYLLABLES = tuple(c + v for c in "bdfgklmnprstvz" for v in "aeiou")


@dataclass(frozen=True, kw_only=True)
class CodeWord(Question):
    """A word to say; ``options`` are all that it may be, empty where it may be anything."""

    doses: tuple[float, ...]
    word: str
    options: tuple[str, ...] = ()

    @property
    def gold(self) -> str:
        return self.word

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=rng.choice(self.options) if self.options else _word(rng))


class Micro(Turns):
    """``S1,4|kodu?`` is answered by ``=kodu``; with options, ``S1,4|kodu:kodu,lemi?``."""

    def prompt(self, task: CodeWord) -> tuple[Message, ...]:
        doses = ",".join(f"{dose:g}" for dose in task.doses)
        options = f":{','.join(task.options)}" if task.options else ""
        return user(f"S{doses}|{task.gold}{options}?")

    def tools(self, task: CodeWord) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def max_tokens(self, task: CodeWord) -> int:
        del task
        return 64

    def read(self, task: CodeWord, reply: Reply) -> tuple[Action, ...]:
        del task
        found = re.fullmatch(r"=([a-z]+)", reply.text)
        return (Answer(value=found[1]) if found else Unreadable(),)

    def say(self, task: CodeWord, action: Action) -> Reply:
        del task
        return spoken(f"={action.value}" if isinstance(action, Answer) else "")

    def result(self, call: Call, observation: Observation) -> Message:
        del call
        return Message(role="tool", content=observation.value)


class Chat(Micro):
    """The same in plain English."""

    def prompt(self, task: CodeWord) -> tuple[Message, ...]:
        levels = ", ".join(f"{dose:g}" for dose in task.doses)
        one_of = f", one of {', '.join(task.options)}" if task.options else ""
        return user(f"Levels {levels}. The code word is {task.gold}{one_of}. {ANSWER_RULE}")

    def read(self, task: CodeWord, reply: Reply) -> tuple[Action, ...]:
        del task
        return (read_answer(reply.text),)

    def say(self, task: CodeWord, action: Action) -> Reply:
        del task
        return spoken(f"Answer: {action.value}" if isinstance(action, Answer) else "")


def _word(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(4))


def _register(name: str, *, axes: int, options: int = 0, labels: tuple[str, ...] = ()) -> None:
    """A family and a suite of that name, for a box of ``axes``, with ``options`` or open.

    With ``labels``, a nominal axis of that many levels comes last.
    """

    def generate(at: Coordinate, rng: random.Random) -> CodeWord:
        words = tuple(_word(rng) for _ in range(max(options, 1)))
        return CodeWord(
            doses=tuple(dose for _, dose in at),
            word=rng.choice(words),
            options=words if options else (),
        )

    box = "one axis" if axes == 1 else f"{axes} axes"
    box += f" and one of {len(labels)} labels" if labels else ""
    word = f"one of {options} code words" if options else "a code word"
    generate.__doc__ = f"For simulated models only: {word}, in a box of {box}."
    family(
        name,
        capability="reasoning",
        version=1,
        axes=_axes(axes) + _nominal(labels),
        renderers={"micro": Micro(), "chat": Chat()},
        chance=1 / options if options else 0.0,
    )(generate)
    SUITES.register(name)(_suite(name, (name,)))


def _axes(count: int) -> tuple[Axis, ...]:
    return tuple(
        Axis(
            name=name,
            unit="levels",
            levels=LEVELS[count],
            scale="linear",
            description="a number that means something to simulated models alone",
        )
        for name in AXIS_NAMES[:count]
    )


def _nominal(labels: tuple[str, ...]) -> tuple[Axis, ...]:
    if not labels:
        return ()
    return (
        Axis(
            name="kind",
            unit="kind",
            levels=tuple(float(level) for level in range(len(labels))),
            kind="nominal",
            labels=labels,
            description="a kind that means something to simulated models alone",
        ),
    )


def _suite(name: str, families: tuple[str, ...]) -> Suite:
    return Suite(name=name, version="1.0", dialect="micro", family_names=families, public=False)


for _count in LEVELS:
    _register(f"sim_{_count}d", axes=_count)
_register("sim_choice", axes=2, options=4)
_register("sim_yes_no", axes=2, options=2)
_register("sim_nominal", axes=2, labels=LABELS)

SIM = SUITES.register("sim")(
    _suite(
        "sim",
        (*(f"sim_{count}d" for count in LEVELS), "sim_choice", "sim_yes_no", "sim_nominal"),
    )
)
