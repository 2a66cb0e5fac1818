"""Novel instructions: familiar successors, some of which are others for this once.

    As a rule b follows a, c follows b, and so on. Here, k follows b. Go three on from a: b, k, l.

The letters of the alphabet, small and great, each have a familiar successor; a table in the prompt
redefines some of them, and restates others. ``redefined`` counts those redefined: on the way about
every other letter as long as there are enough (or their share of all letters, if that is more); the
rest are not met. ``applications`` is how often the successor is taken, each time of the letter
before.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Message, Reply, ToolSpec
from falloff.probes.answers import same
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Call, Observation, Question, Unreadable
from falloff.probes.text import ANSWER_RULE, Turns, read_answer, spoken, user

LETTERS = string.ascii_letters
# What follows each letter where nothing else is said: z is followed by a, Z by A.
FAMILIAR = dict(
    zip(
        LETTERS,
        string.ascii_lowercase[1:] + "a" + string.ascii_uppercase[1:] + "A",
        strict=True,
    )
)
# Letters in the table with the successor that they have anyhow: not all that is listed is new.
RESTATED = 2
# Numbers from 1 in one character each.
_NUMBERS = "123456789" + string.ascii_uppercase

APPLICATIONS = Axis(
    name="applications",
    unit="successors taken",
    levels=(1, 2, 3, 4, 6, 8, 12, 16),
    description="times that the successor is taken, each of the letter before",
)
REDEFINED = Axis(
    name="redefined",
    unit="letters redefined",
    levels=(0, 1, 2, 4, 8, 16, 32, 44),
    role="shift",
    description="letters that the prompt gives another successor than the familiar one",
)


@dataclass(frozen=True, kw_only=True)
class RewriteChain(Question):
    """Take the successor of ``start`` so many times (``applications``), by ``table`` where it has
    the letter, or else the familiar one. ``table`` is in shown order."""

    start: str
    applications: int
    table: tuple[tuple[str, str], ...]

    @property
    def letters(self) -> tuple[str, ...]:
        """The letter given, and each that follows."""
        successor = FAMILIAR | dict(self.table)
        letters = [self.start]
        for _ in range(self.applications):
            letters.append(successor[letters[-1]])
        return tuple(letters)

    @property
    def gold(self) -> str:
        return self.letters[-1]

    def accepts(self, answer: str) -> bool:
        """Small and great letters are different ones."""
        return same(answer, self.gold, "text")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=rng.choice(LETTERS))


class Micro(Turns):
    """``Nbk;pq|3a?`` is answered by ``3ab2bk1kl=l``: how many are left, letter, successor; =answer.

    Each step restates its letter, so that the successor follows by copying from the table.
    """

    def prompt(self, task: RewriteChain) -> tuple[Message, ...]:
        table = ";".join(f"{letter}{successor}" for letter, successor in task.table)
        return user(f"N{table}|{_NUMBERS[task.applications - 1]}{task.start}?")

    def tools(self, task: RewriteChain) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def max_tokens(self, task: RewriteChain) -> int:
        return 3 * task.applications + 16

    def read(self, task: RewriteChain, reply: Reply) -> tuple[Action, ...]:
        del task
        found = re.search(r"=([a-zA-Z])$", reply.text)
        return (Answer(value=found[1]) if found else Unreadable(),)

    def say(self, task: RewriteChain, action: Action) -> Reply:
        if not isinstance(action, Answer):
            return spoken("")
        left = reversed(_NUMBERS[: task.applications])
        pairs = zip(left, task.letters[:-1], task.letters[1:], strict=True)
        return spoken(f"{''.join(map(''.join, pairs))}={action.value}")

    def result(self, call: Call, observation: Observation) -> Message:
        del call
        return Message(role="tool", content=observation.value)


class Chat(Micro):
    """The same task in plain English for chat models."""

    def prompt(self, task: RewriteChain) -> tuple[Message, ...]:
        table = "\n".join(f"- {successor} follows {letter}" for letter, successor in task.table)
        here = f"In this task it is otherwise for these letters:\n{table}" if table else ""
        return user(
            "Every letter has a successor: the next of the alphabet, small after small, capital"
            f" after capital; a follows z, and A follows Z. {here}\n\nStart with {task.start} and"
            f" take the successor {task.applications} times, each time of the letter before. Which"
            f" letter is the last? {ANSWER_RULE}"
        )

    def max_tokens(self, task: RewriteChain) -> int:
        return 256 + 32 * task.applications

    def read(self, task: RewriteChain, reply: Reply) -> tuple[Action, ...]:
        del task
        return (read_answer(reply.text),)

    def say(self, task: RewriteChain, action: Action) -> Reply:
        if not isinstance(action, Answer):
            return spoken("")
        return spoken(f"{' -> '.join(task.letters)}\nAnswer: {action.value}")


@family(
    "rewrite_chain",
    capability="novel_instructions",
    version=1,
    axes=(APPLICATIONS, REDEFINED),
    renderers={"micro": Micro(), "chat": Chat()},
    chance=1 / len(LETTERS),
)
def rewrite_chain(at: Coordinate, rng: random.Random) -> RewriteChain:
    """Take successor after successor of a letter, where the prompt redefines some of them."""
    applications, redefined = int(at["applications"]), int(at["redefined"])
    start = letter = rng.choice(LETTERS)
    met, table = set[str](), dict[str, str]()
    share = max(0.5, redefined / len(LETTERS))
    for left in range(applications, 0, -1):
        wanted = rng.random() < share or _must(redefined - len(table), len(met), left, not table)
        if wanted and letter not in met and len(table) < redefined:
            table[letter] = _another(letter, met, rng)
        met.add(letter)
        letter = table.get(letter, FAMILIAR[letter])
    aside = rng.sample([o for o in LETTERS if o not in met], redefined - len(table))
    table |= {other: _another(other, set(), rng) for other in aside}
    restated = rng.sample([letter for letter in LETTERS if letter not in table], RESTATED)
    table |= {letter: FAMILIAR[letter] for letter in restated}
    shown = list(table.items())
    rng.shuffle(shown)
    return RewriteChain(start=start, applications=applications, table=tuple(shown))


def _must(missing: int, met: int, left: int, first: bool) -> bool:
    """Whether the next letter has to be redefined: the last chance to meet one, or else there
    would be too few letters that are not met for the ``missing`` ones."""
    return (left == 1 and first) or missing > len(LETTERS) - met - left


def _another(letter: str, met: set[str], rng: random.Random) -> str:
    """A successor that is not the familiar one, nor a letter met before."""
    return rng.choice([o for o in LETTERS if o not in (letter, FAMILIAR[letter], *met)])
