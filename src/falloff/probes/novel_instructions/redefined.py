"""Novel instructions: familiar words that mean something else, for this once.

    'add k' means: n * k. 'subtract k' means: n - k. 'reverse' means: 99 - n. … Start with 37.
    add 7, reverse, subtract 3. What is the number?

Every prompt lists the meaning of all four words, each in three signs, also where it is the
familiar one; so the prompt is as long and as hard to read at any share of redefined words. The
meanings are formulas, in which no word that may be redefined can stand. Every one maps the hundred
numbers of two digits one to one: so all answers are equally likely at any number of steps.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Question

MODULUS = 100
# Coprime to the modulus, so that multiplying loses nothing.
OPERANDS = (3, 7, 9)

RULE_NOVELTY = Axis(
    name="rule_novelty",
    unit="share of words redefined",
    levels=(0, 0.25, 0.5, 0.75, 1),
    role="shift",
    scale="linear",
    integer=False,
    description="words for an operation that mean another one in this prompt",
)
STEPS = Axis(
    name="steps",
    unit="dependent steps",
    levels=(1, 2, 4, 8, 16, 32),
    description="operations, each on the result of the one before",
)

# What a word can mean, as said and as done to the number n with the operand k.
MEANINGS: dict[str, Callable[[int, int], int]] = {
    "n + k": lambda n, k: n + k,
    "n - k": lambda n, k: n - k,
    "n * k": lambda n, k: n * k,
    "k - n": lambda n, k: k - n,
    "n read backwards": lambda n, _: n % 10 * 10 + n // 10,
    "99 - n": lambda n, _: 99 - n,
    "n + 50": lambda n, _: n + 50,
    "n * 7": lambda n, _: n * 7,
}
FAMILIAR = {
    "add": "n + k",
    "subtract": "n - k",
    "multiply": "n * k",
    "reverse": "n read backwards",
}
_WITH_K = tuple(MEANINGS)[:4]
_WITHOUT_K = tuple(MEANINGS)[4:]


@dataclass(frozen=True, kw_only=True)
class Redefined(Question):
    """``steps`` are words with their numbers; ``meaning`` says what each word means here."""

    start: int
    steps: tuple[tuple[str, int], ...]
    meaning: tuple[tuple[str, str], ...]

    @property
    def values(self) -> tuple[int, ...]:
        """The number given, and that after each step."""
        meaning, values = dict(self.meaning), [self.start]
        for word, k in self.steps:
            values.append(MEANINGS[meaning[word]](values[-1], k) % MODULUS)
        return tuple(values)

    @property
    def gold(self) -> str:
        return str(self.values[-1])

    def accepts(self, answer: str) -> bool:
        """05 and 5 are the same number."""
        return same(answer.strip().lstrip("0") or "0", self.gold, "integer")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=f"{rng.randrange(MODULUS):02}")


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    def ask(self, task: Redefined) -> str:
        meanings = "\n".join(f"- '{_form(word)}' means: {said}" for word, said in task.meaning)
        steps = ", ".join(_step(word, k) for word, k in task.steps)
        start = f"{task.start:02}"
        digits = (
            "The number always has two digits: of each result only the last two count, so 137"
            " becomes 37, and 5 is written 05. Below zero, count down from 100, so -5 becomes 95."
            " Read backwards, 37 is 73 and 05 is 50."
        )
        return (
            "In this task these words have exactly the meaning given here; n is the number so"
            f" far.\n{meanings}\n\n{digits}\n\nStart with {start} and do these steps in turn:"
            f" {steps}.\n\nWhat is the number at the end?",
            f"A number starts as {start} and is changed by these steps, in turn: {steps}.\n\n"
            f"What each word means is fixed by this list; n is the number so far.\n{meanings}"
            f"\n\n{digits}\n\nGive the number after the last step.",
            f"Use these definitions, even where they are unusual; n is the number so far.\n"
            f"{meanings}\n\n{digits}\n\nThe number is {start}. Now: {steps}.\n\nWhat is the number"
            " then?",
        )[task.template]

    def working(self, task: Redefined, action: Action) -> str:
        del action
        meaning = dict(task.meaning)
        return "\n".join(
            f"{_step(word, k)}: {_put(meaning[word], before, k)} -> {after:02}"
            for (word, k), before, after in zip(
                task.steps, task.values[:-1], task.values[1:], strict=True
            )
        )

    def room(self, task: Redefined) -> int:
        return 512 + 96 * len(task.steps)


def _form(word: str) -> str:
    return word if word == "reverse" else f"{word} k"


def _step(word: str, k: int) -> str:
    return word if word == "reverse" else f"{word} {k}"


def _put(meaning: str, n: int, k: int) -> str:
    """The formula with its numbers put in."""
    signs = {"n": f"{n:02}", "k": str(k)}
    return " ".join(signs.get(sign, sign) for sign in meaning.split())


def _facts(task: Redefined) -> Mapping[str, float]:
    redefined = {word for word, said in task.meaning if said != FAMILIAR[word]}
    return {
        "redefined": len(redefined),
        "redefined_steps": sum(word in redefined for word, _ in task.steps) / len(task.steps),
        "steps": len(task.steps),
        "signs_a_meaning": sum(len(said.split()) for _, said in task.meaning) / len(task.meaning),
        "reverses": sum(word == "reverse" for word, _ in task.steps) / len(task.steps),
    }


@family(
    "redefined",
    capability="novel_instructions",
    version=1,
    axes=(RULE_NOVELTY, STEPS),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={"rule_novelty": ("redefined", "redefined_steps"), "steps": ("steps",)},
    most_tokens=1000,
)
def redefined(at: Coordinate, rng: random.Random) -> Redefined:
    """Apply operations in turn, under names of which some have been given another meaning."""
    words = tuple(FAMILIAR)
    changed = rng.sample(words, round(at["rule_novelty"] * len(words)))
    meaning = {word: _new(word, rng) if word in changed else FAMILIAR[word] for word in words}
    return Redefined(
        template=rng.randrange(3),
        start=rng.randrange(MODULUS),
        steps=tuple((rng.choice(words), rng.choice(OPERANDS)) for _ in range(int(at["steps"]))),
        meaning=tuple((word, meaning[word]) for word in rng.sample(words, len(words))),
    )


def _new(word: str, rng: random.Random) -> str:
    """Another meaning than the familiar one."""
    pool = _WITHOUT_K if word == "reverse" else _WITH_K
    return rng.choice([said for said in pool if said != FAMILIAR[word]])
