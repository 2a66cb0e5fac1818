"""Long horizon: a fact said early, asked for late.

    My uncle forgot the river last spring. The code word of Nadia is kite. A busy nurse …
    What is the plural of 'foot'? - feet - What comes right after Monday? - Tuesday
    What is the code word of Nadia?

The fact stands in a text of sentences on other matters. ``context_load`` makes the text longer,
``needle_depth`` says where in it the fact stands (two sentences are always there, so that it has a
place without load, too), and ``interference`` puts turns on other matters between the text and the
question. The first message holds the text and what is asked first. The turns are history: the
model is asked once, and what stands there is the same for every model. No sentence of the text and
no turn holds a name, a code word or a number.

The depth is nominal: what stands in the middle of a long text is lost more often than what stands
at either end, so there is no way outward along it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Message
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.long_horizon.asides import asides, filler, filler_sentence
from falloff.probes.task import Action, Answer, Question
from falloff.probes.vocabulary import NAMES, NOUNS

INTERFERENCE = Axis(
    name="interference",
    unit="unrelated turns",
    levels=(0, 2, 8, 32),
    role="shift",
    description="turns on other matters between the fact and the question",
)
CONTEXT_LOAD = Axis(
    name="context_load",
    unit="filler tokens",
    levels=(0, 512, 2048, 8192, 32768),
    role="shift",
    description="text on other matters around the fact",
)
NEEDLE_DEPTH = Axis(
    name="needle_depth",
    unit="place of the fact in its text",
    levels=(0, 1, 2),
    labels=("start", "middle", "end"),
    kind="nominal",
    role="shift",
    description="share of the text that stands before the fact: none, half, all",
)


@dataclass(frozen=True, kw_only=True)
class Recall(Question):
    """``who`` has the code ``word``; said after ``before`` and before ``after``, asked for later.

    ``turns`` are what is asked and answered in between.
    """

    who: str
    word: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    turns: tuple[tuple[str, str], ...]

    @property
    def gold(self) -> str:
        return self.word

    def accepts(self, answer: str) -> bool:
        return same(answer, self.gold, "word")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=rng.choice(NOUNS))


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    kind = "word"
    facts = (
        "The code word of {} is {}.",
        "{} has the code word {}.",
        "For {}, the code word is {}.",
    )
    questions = (
        "What is the code word of {}?",
        "Which code word does {} have?",
        "Tell me the code word for {}.",
    )

    def opening(self, task: Recall) -> tuple[Message, ...]:
        fact = self.facts[task.template].format(task.who, task.word)
        text = " ".join((*task.before, fact, *task.after))
        said = []
        for asked, answered in task.turns:
            said.append(Message(role="user", content=asked))
            said.append(Message(role="assistant", content=answered))
        said.append(Message(role="user", content=self.questions[task.template].format(task.who)))
        first = Message(role="user", content=f"{text}\n\n{said[0].content}")
        return (first, *said[1:])

    def room(self, task: Recall) -> int:
        del task
        return 512


def _facts(task: Recall) -> Mapping[str, float]:
    before, after = (sum(map(len, text)) for text in (task.before, task.after))
    return {
        "turns": len(task.turns),
        "load": (before + after) // 4,
        "depth": before / (before + after),
        "word": len(task.word),
    }


@family(
    "recall",
    capability="long_horizon",
    version=1,
    axes=(INTERFERENCE, CONTEXT_LOAD, NEEDLE_DEPTH),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={
        "interference": ("turns",),
        "context_load": ("load",),
        "needle_depth": ("depth",),
    },
    most_tokens=48_000,
)
def recall(at: Coordinate, rng: random.Random) -> Recall:
    """Recall a code word said earlier, after other text and other turns."""
    text = [filler_sentence(rng), filler_sentence(rng), *filler(int(at["context_load"]), rng)]
    place = round(len(text) * at["needle_depth"] / NEEDLE_DEPTH.top)
    return Recall(
        template=rng.randrange(3),
        who=rng.choice(NAMES),
        word=rng.choice(NOUNS),
        before=tuple(text[:place]),
        after=tuple(text[place:]),
        turns=asides(int(at["interference"]), rng),
    )
