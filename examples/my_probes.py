"""A probe family of your own, in a page: sort words, more of them and longer ones.

falloff probes check examples/my_probes.py
falloff probes sample sort_words --at words=8 --probes examples/my_probes.py
falloff compare --probes examples/my_probes.py --teacher hf:… --student hf:…
"""

import random
import string
from dataclasses import dataclass

from falloff.core import Axis
from falloff.probes import Answer, Question, Wording, dialects_of, family, same

WORDS = Axis(
    name="words", unit="words", levels=(5, 8, 16, 32), description="how many are to be sorted"
)
LENGTH = Axis(name="length", unit="letters", levels=(3, 5, 8), description="letters of each word")


@dataclass(frozen=True, kw_only=True)
class Sorting(Question):
    """One task: what is asked, and what is right. It knows no wording."""

    words: tuple[str, ...]

    @property
    def gold(self):
        return ", ".join(sorted(self.words))

    def accepts(self, answer):
        return same(answer, self.gold, "words")

    def guess(self, rng):
        return Answer(value=", ".join(rng.sample(self.words, len(self.words))))


class Words(Wording):
    """How it is said: two templates of the same meaning, drawn by the seed."""

    kind = "words"
    hint = "first, second, …"

    def ask(self, task):
        shown = ", ".join(task.words)
        return (
            f"Sort these alphabetically: {shown}.",
            f"Put into the order of a dictionary: {shown}.",
        )[task.template]


@family(
    "sort_words",
    capability="reasoning",
    version=1,
    axes=(WORDS, LENGTH),
    renderers=dialects_of(Words()),
)
def sort_words(at, rng: random.Random):
    """Sort words alphabetically."""
    words: dict[str, None] = {}
    while len(words) < at["words"]:
        words["".join(rng.choices(string.ascii_lowercase, k=int(at["length"])))] = None
    return Sorting(template=rng.randrange(2), words=tuple(words))
