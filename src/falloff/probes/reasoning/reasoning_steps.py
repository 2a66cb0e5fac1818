"""Reasoning: a quantity that follows from another, that from another, and so on.

    The red box holds 34 pens. The tin holds 5 more than the red box. The sack holds 7 fewer than
    the tin. How many pens does the sack hold?

Statements stand in random order, so the path is found by names alone. Sums are chosen so that all
quantities keep their number of digits, however long the path. Distractors state quantities of a
second path that never meets the first: same topic, same number range.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Question

STEPS = Axis(
    name="steps",
    unit="dependent steps",
    levels=(1, 2, 4, 8, 16, 32),
    description="sums on the only path from what is given to what is asked",
)
MAGNITUDE = Axis(
    name="magnitude",
    unit="digits",
    levels=(1, 2, 4, 6, 8, 10),
    description="digits of each number that is added or taken away",
)
DISTRACTORS = Axis(
    name="distractors",
    unit="irrelevant statements",
    levels=(0, 1, 2, 4, 8, 16),
    role="shift",
    description="statements on other quantities of the same kind and size",
)

# Each can be told apart from every other at a glance.
_COLOURS = ("red", "blue", "green", "white", "black", "brown", "grey", "pink", "yellow", "orange")
_HOLDERS = ("box", "tin", "sack", "crate", "jar", "tray", "drawer", "basket")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """``holder`` holds ``amount`` more (if negative, fewer) than ``base``; as many, without one."""

    holder: str
    amount: int
    base: str | None


@dataclass(frozen=True, kw_only=True)
class Quantities(Question):
    """``path`` leads from the quantity given to the one asked for; ``statements`` are shown."""

    path: tuple[Statement, ...]
    statements: tuple[Statement, ...]
    digits: int

    @property
    def values(self) -> tuple[int, ...]:
        """The quantity after each statement of the path."""
        values = [self.path[0].amount]
        for statement in self.path[1:]:
            values.append(values[-1] + statement.amount)
        return tuple(values)

    @property
    def gold(self) -> str:
        return str(self.values[-1])

    def accepts(self, answer: str) -> bool:
        return same(answer, self.gold, "integer")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=str(rng.randrange(10**self.digits, 10 ** (self.digits + 1))))


class Words(Wording):
    """Four ways to say the same, drawn by the seed."""

    things = ("pens", "coins", "stamps", "marbles")

    def ask(self, task: Quantities) -> str:
        things = self.things[task.template]
        lines = " ".join(_said(statement, things, task.template) for statement in task.statements)
        asked = task.path[-1].holder
        return (
            f"{lines}\n\nHow many {things} does the {asked} hold?",
            f"{lines}\n\nWork out how many {things} are in the {asked}.",
            f"Read these facts.\n{lines}\n\nWhat is the number of {things} in the {asked}?",
            f"How many {things} are there in the {asked}, given the following? {lines}",
        )[task.template]

    def working(self, task: Quantities, action: Action) -> str:
        del action
        lines = [f"{task.path[0].holder}: {task.values[0]}"]
        for statement, before, after in zip(
            task.path[1:], task.values[:-1], task.values[1:], strict=True
        ):
            sign = "+" if statement.amount >= 0 else "-"
            lines.append(f"{statement.holder}: {before} {sign} {abs(statement.amount)} = {after}")
        return "\n".join(lines)

    def room(self, task: Quantities) -> int:
        return 512 + 96 * len(task.path)


def _facts(task: Quantities) -> Mapping[str, float]:
    return {
        "steps": len(task.path) - 1,
        "statements": len(task.statements),
        "digits": task.digits,
        "value_digits": sum(len(str(value)) for value in task.values) / len(task.values),
        "question_at": (task.template == 3),
    }


@family(
    "reasoning_steps",
    capability="reasoning",
    version=1,
    axes=(STEPS, MAGNITUDE, DISTRACTORS),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={
        "steps": ("steps", "statements"),
        "magnitude": ("digits", "value_digits"),
        "distractors": ("statements",),
    },
)
def reasoning_steps(at: Coordinate, rng: random.Random) -> Quantities:
    """Work out a quantity that depends on another, that on another, and so on, in sums."""
    steps, digits, distractors = (int(dose) for _, dose in at)
    names = [f"{colour} {holder}" for colour in _COLOURS for holder in _HOLDERS]
    holders = rng.sample(names, steps + 1 + distractors)
    path = _path(holders[: steps + 1], digits, rng)
    statements = [*path, *_path(holders[steps + 1 :], digits, rng)]
    rng.shuffle(statements)
    return Quantities(
        template=rng.randrange(4), path=tuple(path), statements=tuple(statements), digits=digits
    )


def _path(holders: list[str], digits: int, rng: random.Random) -> list[Statement]:
    """A quantity with one digit more than what is added or taken away, which it keeps."""
    low, high = 10**digits, 10 ** (digits + 1)
    value, base = 0, None
    path = []
    for holder in holders:
        amount = rng.randrange(low // 10, low) if base else rng.randrange(low, high)
        if base and (value + amount >= high or (value - amount >= low and rng.random() < 0.5)):
            amount = -amount
        path.append(Statement(holder=holder, amount=amount, base=base))
        value, base = value + amount, holder
    return path


def _said(statement: Statement, things: str, template: int) -> str:
    holder, base, amount = statement.holder, statement.base, abs(statement.amount)
    if base is None:
        return (
            f"The {holder} holds {amount} {things}.",
            f"There are {amount} {things} in the {holder}.",
            f"The {holder} has {amount} {things} in it.",
            f"In the {holder} there are {amount} {things}.",
        )[template]
    more = "more" if statement.amount >= 0 else "fewer"
    return (
        f"The {holder} holds {amount} {things} {more} than the {base}.",
        f"There are {amount} {more} {things} in the {holder} than in the {base}.",
        f"The {holder} has {amount} {more} {things} in it than the {base}.",
        f"In the {holder} there are {amount} {things} {more} than in the {base}.",
    )[template]
