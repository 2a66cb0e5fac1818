"""Reasoning: follow a chain of arithmetic rules from one variable to another.

    Rules: b = a + 4, c = b * 3, d = c + 9, and others that lead elsewhere. If a is 3, what is d?

The rules stand in random order and every variable is named at random, so the chain can only be
found by its names. Only last digits count (arithmetic modulo 10), so that operands stay the same
size however long the chain. Distractors are rules of a second chain that never meets the first:
same operations, same range of numbers, no bearing on the answer.
"""

from __future__ import annotations

import itertools
import random
import re
import string
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Message, Reply, ToolSpec
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Call, Observation, Question, Unreadable
from falloff.probes.text import ANSWER_RULE, Turns, read_answer, spoken, user

MODULUS = 10
NAMES = string.ascii_letters

STEPS = Axis(
    name="steps",
    unit="dependent steps",
    levels=(1, 2, 3, 4, 6, 8, 12, 16),
    role="difficulty",
    description="rules on the only path from what is given to what is asked",
)
DISTRACTORS = Axis(
    name="distractors",
    unit="irrelevant rules",
    levels=(0, 1, 2, 4, 8, 16, 32),
    role="shift",
    description="rules of another chain, same operations and number range",
)

# Operations by their sign in the micro dialect: adding 1 to 9, multiplying by 3, 7 or 9. They all
# permute the digits, so every answer is equally likely however long the chain. One character
# each: a sign and its operand as two would leave the second without a unique neighbour to be found
# by, which small models learn late if at all.
OPERATIONS = {str(n): ("+", n) for n in range(1, 10)} | {
    "!": ("*", 3),
    "#": ("*", 7),
    "$": ("*", 9),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``target`` is ``source`` after an operation of :data:`OPERATIONS`, last digit kept."""

    source: str
    target: str
    sign: str

    @property
    def formula(self) -> str:
        op, operand = OPERATIONS[self.sign]
        return f"{op} {operand}"

    def apply(self, value: int) -> int:
        op, operand = OPERATIONS[self.sign]
        return (value + operand if op == "+" else value * operand) % MODULUS


@dataclass(frozen=True, kw_only=True)
class RuleChain(Question):
    """``chain`` leads from ``start`` (worth ``value``) to the variable asked for.

    ``rules`` is the chain and the distractors in the order in which they are shown.
    """

    start: str
    value: int
    chain: tuple[Rule, ...]
    rules: tuple[Rule, ...]

    @property
    def asked(self) -> str:
        return self.chain[-1].target

    @property
    def values(self) -> tuple[int, ...]:
        """The value of each variable on the path, the given one first."""
        values = [self.value]
        for rule in self.chain:
            values.append(rule.apply(values[-1]))
        return tuple(values)

    @property
    def gold(self) -> str:
        return str(self.values[-1])

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=str(rng.randrange(MODULUS)))


class Micro(Turns):
    """``Rab4;bc!;xy1|a3?c`` is answered by ``3ab47bc!1=1``: value, rule, value, rule, =answer.

    A rule is source, target and the sign of its operation. Restating each rule beside its value is
    what makes the step learnable for a model of half a million parameters: the rule is copied, and
    the value follows from what stands right before it. Bare values stay at chance.
    """

    def prompt(self, task: RuleChain) -> tuple[Message, ...]:
        rules = ";".join(_written(rule) for rule in task.rules)
        return user(f"R{rules}|{task.start}{task.value}?{task.asked}")

    def tools(self, task: RuleChain) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def max_tokens(self, task: RuleChain) -> int:
        return 5 * len(task.chain) + 16

    def read(self, task: RuleChain, reply: Reply) -> tuple[Action, ...]:
        del task
        found = re.search(r"=(\d)$", reply.text)
        return (Answer(value=found[1]) if found else Unreadable(),)

    def say(self, task: RuleChain, action: Action) -> Reply:
        if not isinstance(action, Answer):
            return spoken("")
        steps = [
            f"{value}{_written(rule)}"
            for value, rule in zip(task.values[:-1], task.chain, strict=True)
        ]
        return spoken(f"{''.join(steps)}{task.gold}={action.value}")

    def result(self, call: Call, observation: Observation) -> Message:
        del call
        return Message(role="tool", content=observation.value)


class Chat(Micro):
    """The same task in plain English for chat models."""

    def prompt(self, task: RuleChain) -> tuple[Message, ...]:
        rules = "\n".join(f"{r.target} = {r.source} {r.formula}" for r in task.rules)
        return user(
            "Each rule below defines a variable. Keep only the last digit of every result, so 27"
            f" becomes 7.\n\n{rules}\n\nIf {task.start} is {task.value}, what is {task.asked}?"
            f" {ANSWER_RULE}"
        )

    def max_tokens(self, task: RuleChain) -> int:
        return 256 + 64 * len(task.chain)

    def read(self, task: RuleChain, reply: Reply) -> tuple[Action, ...]:
        del task
        return (read_answer(reply.text),)

    def say(self, task: RuleChain, action: Action) -> Reply:
        if not isinstance(action, Answer):
            return spoken("")
        steps = "\n".join(
            f"{rule.target} = {value} {rule.formula} -> {rule.apply(value)}"
            for value, rule in zip(task.values[:-1], task.chain, strict=True)
        )
        return spoken(f"{steps}\nAnswer: {action.value}")


@family(
    "rule_chain",
    capability="reasoning",
    version=1,
    axes=(STEPS, DISTRACTORS),
    renderers={"micro": Micro(), "chat": Chat()},
    chance=1 / MODULUS,
)
def rule_chain(at: Coordinate, rng: random.Random) -> RuleChain:
    """Follow a chain of arithmetic rules, given in random order, from one variable to another."""
    steps, distractors = int(at["steps"]), int(at["distractors"])
    names = rng.sample(NAMES, steps + distractors + 2)
    chain = _chain(names[: steps + 1], rng)
    rules = [*chain, *_chain(names[steps + 1 :], rng)]
    rng.shuffle(rules)
    return RuleChain(
        start=names[0], value=rng.randrange(MODULUS), chain=tuple(chain), rules=tuple(rules)
    )


def _chain(names: list[str], rng: random.Random) -> list[Rule]:
    """Rules that lead from the first name to the last."""
    return [
        Rule(source=source, target=target, sign=rng.choice(tuple(OPERATIONS)))
        for source, target in itertools.pairwise(names)
    ]


def _written(rule: Rule) -> str:
    return f"{rule.source}{rule.target}{rule.sign}"
