"""Error recovery: go on with one's own working, some of which is wrong.

    Start with 431. 1. add 27 2. take away 84 … 21. add 15. What is the number after step 21?
    (own working of the first twenty steps) 431 + 27 = 458, 458 - 84 = 347, …
    Check the working above, go on from it, and give the number.

The working shown always covers twenty steps. A wrong step has a wrong result; those after it go
on from there, as people do. So one mistake makes all that follows useless as it stands, and the
right number can be had from the problem's statement alone. The user says at every level that the
working may contain mistakes. The number is always wrong at the end if any step is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Message
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Question

SHOWN = 20
LOW, HIGH = 100, 1000

OWN_ERROR_PREFIX = Axis(
    name="own_error_prefix",
    unit="share of wrong steps",
    levels=(0, 0.1, 0.25, 0.5),
    role="shift",
    scale="linear",
    integer=False,
    description="wrong steps among the twenty in the model's own earlier working",
)
STEPS = Axis(
    name="steps",
    unit="steps to go",
    levels=(1, 2, 4, 8, 16, 32),
    description="sums that are left after those worked out in the history",
)


@dataclass(frozen=True, kw_only=True)
class Working(Question):
    """``start`` and the ``amounts`` added to it in turn; ``slips`` are the errors of the history.

    A slip is what a step's written result is off by; 0 where the step is right.
    """

    start: int
    amounts: tuple[int, ...]
    slips: tuple[int, ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The right numbers: the one given, and that after each step."""
        values = [self.start]
        for amount in self.amounts:
            values.append(values[-1] + amount)
        return tuple(values)

    @property
    def written(self) -> tuple[int, ...]:
        """The numbers in the history: the one given, and the result written for each step."""
        values = [self.start]
        for amount, slip in zip(self.amounts, self.slips, strict=False):
            values.append(values[-1] + amount + slip)
        return tuple(values)

    @property
    def gold(self) -> str:
        return str(self.values[-1])

    def accepts(self, answer: str) -> bool:
        return same(answer, self.gold, "integer")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=str(rng.randrange(LOW, HIGH)))


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    verbs = (("add", "take away"), ("add", "subtract"), ("plus", "minus"))

    def opening(self, task: Working) -> tuple[Message, ...]:
        steps = "\n".join(self._steps(task))
        last = len(task.amounts)
        asked = (
            f"Start with {task.start} and do these steps in turn.\n{steps}\n\n"
            f"What is the number after step {last}?",
            f"A number is changed step by step. At first it is {task.start}.\n{steps}\n\n"
            f"Work out the number after step {last}.",
            f"Begin at {task.start}. The steps are:\n{steps}\n\nFind the number at the end.",
        )[task.template]
        on = (
            "Your working above may contain mistakes. Check it against the steps, go on, and give"
            f" the right number after step {last}.",
            f"You have done {SHOWN} steps; some of them may be wrong. Check them, correct them if"
            f" need be, and give the right number after step {last}.",
            "Before you go on: there may be mistakes in what you wrote. Make sure of it, then give"
            f" the right number at the end, after step {last}.",
        )[task.template]
        history = _lines(task.start, task.amounts[:SHOWN], task.written[1:])
        return (
            Message(role="user", content=asked),
            Message(role="assistant", content="\n".join(history)),
            Message(role="user", content=on),
        )

    def _steps(self, task: Working) -> list[str]:
        more, less = self.verbs[task.template]
        return [
            f"{i}. {more if amount > 0 else less} {abs(amount)}"
            for i, amount in enumerate(task.amounts, 1)
        ]

    def working(self, task: Working, action: Action) -> str:
        del action
        wrong = next((i for i, slip in enumerate(task.slips) if slip), SHOWN)
        found = f"Step {wrong + 1} is wrong." if wrong < SHOWN else "The working is right."
        rest = _lines(task.start, task.amounts, task.values[1:])[wrong:]
        return "\n".join([found, *rest])

    def room(self, task: Working) -> int:
        return 768 + 48 * len(task.amounts)


def _lines(start: int, amounts: tuple[int, ...], results: tuple[int, ...]) -> list[str]:
    befores = (start, *results)
    return [
        f"{i}. {before} {'+' if amount > 0 else '-'} {abs(amount)} = {after}"
        for i, (before, amount, after) in enumerate(zip(befores, amounts, results, strict=False), 1)
    ]


def _facts(task: Working) -> Mapping[str, float]:
    return {
        "history": len(task.slips),
        "wrong_steps": sum(slip != 0 for slip in task.slips),
        "steps": len(task.amounts) - len(task.slips),
        "digits": len(str(task.values[-1])),
        "amount": sum(abs(amount) for amount in task.amounts) / len(task.amounts),
    }


@family(
    "own_errors",
    capability="error_recovery",
    version=1,
    axes=(OWN_ERROR_PREFIX, STEPS),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={"own_error_prefix": ("wrong_steps",), "steps": ("steps",)},
    most_tokens=1500,
)
def own_errors(at: Coordinate, rng: random.Random) -> Working:
    """Go on with one's own working, of which some steps are wrong, to the right number."""
    wrong, steps = round(at["own_error_prefix"] * SHOWN), int(at["steps"])
    start = rng.randrange(LOW, HIGH)
    return Working(
        template=rng.randrange(3),
        start=start,
        amounts=_amounts(start, SHOWN + steps, rng),
        slips=_slips(wrong, rng),
    )


def _amounts(start: int, count: int, rng: random.Random) -> tuple[int, ...]:
    """Two-digit numbers to add or take away, such that the sums keep three digits."""
    value, amounts = start, []
    for _ in range(count):
        amount = rng.randrange(10, 100)
        if value + amount >= HIGH or (value - amount >= LOW and rng.random() < 0.5):
            amount = -amount
        amounts.append(amount)
        value += amount
    return tuple(amounts)


def _slips(wrong: int, rng: random.Random) -> tuple[int, ...]:
    """``wrong`` slips of 1 to 10, at random places.

    What is written stays wrong from the first of them on, and never by more than 30.
    """
    slips, off = [0] * SHOWN, 0
    for place in sorted(rng.sample(range(SHOWN), wrong)):
        sizes = [s for s in range(-10, 11) if s and 0 < abs(off + s) <= 30]
        slips[place] = rng.choice(sizes)
        off += slips[place]
    return tuple(slips)
