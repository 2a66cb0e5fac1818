"""Reasoning: do several simple things to a list of words, one after the other.

    Here is a list of words: plum, gate, oar, kite. Swap the first half and the second half. Then
    reverse the list. What is the list now?

Each primitive alone is familiar; together, in an order drawn at random, they are not. None changes
the length of the list, so that more primitives do not mean a longer list. None undoes the one
before: each step changes the list, and no list comes twice. Sorting stands first or not at all,
since it would make all that came before it vain.
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
from falloff.probes.vocabulary import NOUNS

COMPOSITION = Axis(
    name="composition",
    unit="primitives beyond the first",
    levels=(0, 1, 2, 3, 4),
    description="simple operations on the list that follow a first one",
)
LENGTH = Axis(
    name="length",
    unit="words",
    levels=(4, 8, 16, 32, 64),
    description="words in the list",
)

# Names of the primitives, in three wordings of the same meaning.
SAID = {
    "sort": (
        "sort the list alphabetically",
        "put the words in alphabetical order",
        "order the words from A to Z",
    ),
    "reverse": (
        "reverse the list",
        "turn the order of the words around, last word first",
        "write the whole list backwards, word by word",
    ),
    "rotate": (
        "move the first word to the end of the list",
        "take the first word away and put it at the end",
        "let the first word become the last",
    ),
    "rotate_back": (
        "move the last word to the front of the list",
        "take the last word away and put it at the front",
        "let the last word become the first",
    ),
    "halves": (
        "swap the first half and the second half of the list",
        "put the second half of the list before the first half",
        "exchange the two halves of the list",
    ),
    "neighbours": (
        "swap the words in each pair: first with second, third with fourth, and so on",
        "let neighbours trade places: first and second, third and fourth, and so on",
        "exchange words 1 and 2, words 3 and 4, and so on through the list",
    ),
    "deal": (
        "move every second word (the second, the fourth, and so on) to the end, in the same order",
        "put the words in odd places first, then those in even places, each in the same order",
        "take words 1, 3, 5 and so on first, after them words 2, 4, 6 and so on",
    ),
}


def apply(primitive: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The list after one primitive; an odd last word has no neighbour to trade with."""
    half = len(words) // 2
    match primitive:
        case "sort":
            return tuple(sorted(words))
        case "reverse":
            return words[::-1]
        case "rotate":
            return (*words[1:], words[0])
        case "rotate_back":
            return (words[-1], *words[:-1])
        case "halves":
            return (*words[half:], *words[:half])
        case "neighbours":
            pairs = (words[i : i + 2][::-1] for i in range(0, len(words), 2))
            return tuple(word for pair in pairs for word in pair)
    return (*words[::2], *words[1::2])


@dataclass(frozen=True, kw_only=True)
class Composed(Question):
    """``words`` and the ``primitives`` that are applied to them in turn."""

    words: tuple[str, ...]
    primitives: tuple[str, ...]

    @property
    def lists(self) -> tuple[tuple[str, ...], ...]:
        """The list given, and that after each primitive."""
        lists = [self.words]
        for primitive in self.primitives:
            lists.append(apply(primitive, lists[-1]))
        return tuple(lists)

    @property
    def gold(self) -> str:
        return ", ".join(self.lists[-1])

    def accepts(self, answer: str) -> bool:
        return same(answer, self.gold, "words")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=", ".join(rng.sample(self.words, len(self.words))))


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    kind = "words"
    hint = "word, word, …"

    def ask(self, task: Composed) -> str:
        words = ", ".join(task.words)
        said = [SAID[primitive][task.template] for primitive in task.primitives]
        first, *others = [text[0].upper() + text[1:] for text in said]
        steps = " ".join(f"{text}." for text in (first, *(f"Then {t}" for t in said[1:])))
        numbered = "\n".join(f"{i}. {text}." for i, text in enumerate([first, *others], 1))
        return (
            f"Here is a list of words: {words}.\n\n{steps}\n\nWhat is the list now?",
            f"Do this to a list of words, step by step.\n{numbered}\n\nThe list is: {words}.\n\n"
            "Give the list that results.",
            f"The list is: {words}.\n\nChange it as follows, each step on the result of the one"
            f" before.\n{numbered}\n\nHow does the list read after the last step?",
        )[task.template]

    def working(self, task: Composed, action: Action) -> str:
        del action
        return "\n".join(", ".join(words) for words in task.lists[1:])

    def room(self, task: Composed) -> int:
        return 512 + 12 * len(task.words) * (1 + len(task.primitives))


def _facts(task: Composed) -> Mapping[str, float]:
    return {
        "primitives": len(task.primitives),
        "words": len(task.words),
        "letters_a_word": sum(map(len, task.words)) / len(task.words),
        "sorts": task.primitives[0] == "sort",
    }


@family(
    "composition",
    capability="reasoning",
    version=1,
    axes=(COMPOSITION, LENGTH),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={"composition": ("primitives",), "length": ("words",)},
    most_tokens=2000,
)
def composition(at: Coordinate, rng: random.Random) -> Composed:
    """Apply several simple operations to a list of words, one after the other."""
    count, length = int(at["composition"]) + 1, int(at["length"])
    words = tuple(rng.sample(NOUNS, length))
    while words == tuple(sorted(words)):
        words = tuple(rng.sample(NOUNS, length))
    # An odd number of words has no halves.
    known = tuple(name for name in SAID if length % 2 == 0 or name != "halves")
    return Composed(
        template=rng.randrange(3), words=words, primitives=_primitives(known, count, words, rng)
    )


def _primitives(
    known: tuple[str, ...], count: int, words: tuple[str, ...], rng: random.Random
) -> tuple[str, ...]:
    """``count`` of ``known``, none of which leads back to a list that was there before."""
    chosen = [rng.choice(known)]
    lists = [words, apply(chosen[0], words)]
    while len(chosen) < count:
        fresh = [p for p in known if p != "sort" and apply(p, lists[-1]) not in lists]
        chosen.append(rng.choice(fresh))
        lists.append(apply(chosen[-1], lists[-1]))
    return tuple(chosen)
