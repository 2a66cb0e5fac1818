"""Novel instructions: choose, and write what was chosen as the rules say.

    plum (blue), gate (red), oar (blue) … Choose three of the blue things.
    1. Put the names in alphabetical order. 2. Put each name in square brackets.
    Answer: [kite] [oar] [plum]

The choice is the same at every level; rules on how to write it are added to it, one for each of
eight matters at most, drawn at random, so that any number of them can be kept at once. Choice and
rules are scored apart: right names with a broken rule are ``wrong_format``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Reason
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.novel_instructions.line_reader import Line, read_line
from falloff.probes.novel_instructions.line_rules import RULES
from falloff.probes.novel_instructions.line_writer import argument, write_line
from falloff.probes.task import Action, Answer, Question, World
from falloff.probes.vocabulary import NOUNS

CONSTRAINT_LOAD = Axis(
    name="constraint_load",
    unit="rules at once",
    levels=(0, 1, 2, 4, 8),
    description="checkable rules on how the answer is written",
)
CONSTRAINT_NOVELTY = Axis(
    name="constraint_novelty",
    unit="kind of rule",
    levels=(0, 1, 2, 3),
    labels=("common", "less common", "rare", "held out"),
    kind="nominal",
    role="shift",
    description="from rules that many are trained on to rules that nobody is",
)

THINGS, MATCHING, CHOSEN = 20, 5, 3
COLOURS = ("red", "blue", "green", "white")
MATTERS = tuple(RULES)
# Words of three letters could be met by chance among the letters that a rule asks for.
_NAMES = tuple(noun for noun in NOUNS if len(noun) > 3)


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """``things`` with their colours; ``chosen`` are three of ``colour`` that keep the rules.

    ``matters`` are what the rules are on, ``novelty`` their kind, ``argument`` that of the rule on
    the choice.
    """

    things: tuple[tuple[str, str], ...]
    colour: str
    chosen: tuple[str, ...]
    matters: tuple[str, ...]
    novelty: int
    argument: str

    @property
    def gold(self) -> str:
        """One of the lines that are right."""
        return write_line(self.chosen, self.matters, self.novelty)

    @property
    def said(self) -> tuple[str, ...]:
        """The rules as the prompt says them."""
        rules = (RULES[matter][self.novelty] for matter in self.matters)
        return tuple(rule.said.format(self.argument) for rule in rules)

    def check(self, answer: str, world: World) -> Reason:
        del world
        line = read_line(answer, frozenset(name for name, _ in self.things))
        if not self._rightly_chosen(line):
            return Reason.WRONG
        rules = (RULES[matter][self.novelty] for matter in self.matters)
        kept = all(rule.kept(line, self.argument) for rule in rules)
        return Reason.SOLVED if kept else Reason.WRONG_FORMAT

    def _rightly_chosen(self, line: Line) -> bool:
        colours = dict(self.things)
        names = line.names
        return len(names) == len(set(names)) == CHOSEN and all(
            colours[name] == self.colour for name in names
        )

    def guess(self, rng: random.Random) -> Action:
        names = [name for name, _ in self.things]
        return Answer(value=", ".join(rng.sample(names, CHOSEN)))


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    kind = "text"

    def ask(self, task: Choice) -> str:
        things = ", ".join(f"{name} ({colour})" for name, colour in task.things)
        rules = "\n".join(f"{i}. {said}" for i, said in enumerate(task.said, 1)) or "none."
        return (
            f"Here are some things and their colours: {things}.\n\nChoose any three of the"
            f" {task.colour} things and write their names. Name nothing else of the list, and no"
            f" name twice.\n\nRules for what you write after 'Answer:', apart from that:\n{rules}",
            f"Choose three things that are {task.colour}, from this list: {things}.\n\nWrite just"
            " the three names on the answer line, each once, and no other name of the list. What"
            f" stands after 'Answer:' must also keep these rules:\n{rules}",
            f"The list: {things}.\n\nGive three names of {task.colour} things, each only once, and"
            f" no other name of the list.\n\nFurther rules for the text after 'Answer:':\n{rules}",
        )[task.template]

    def working(self, task: Choice, action: Action) -> str:
        del action
        fitting = [name for name, colour in task.things if colour == task.colour]
        return f"{task.colour}: {', '.join(fitting)}\nChosen: {', '.join(task.chosen)}"


def _facts(task: Choice) -> Mapping[str, float]:
    colours = [colour for _, colour in task.things]
    return {
        "rules": len(task.matters),
        "novelty": task.novelty,
        "things": len(task.things),
        "matching": colours.count(task.colour),
        "letters": sum(map(len, task.chosen)),
    }


@family(
    "constraints",
    capability="novel_instructions",
    version=1,
    axes=(CONSTRAINT_LOAD, CONSTRAINT_NOVELTY),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={"constraint_load": ("rules",), "constraint_novelty": ("novelty",)},
    most_tokens=1000,
)
def constraints(at: Coordinate, rng: random.Random) -> Choice:
    """Choose three things of a colour, and write their names as all the rules say."""
    novelty = int(at["constraint_novelty"])
    colour, *other_colours = rng.sample(COLOURS, len(COLOURS))
    names = rng.sample(_NAMES, THINGS)
    fitting, rest = tuple(names[:MATCHING]), names[MATCHING:]
    things = [(name, colour) for name in fitting]
    things += [(name, rng.choice(other_colours)) for name in rest]
    rng.shuffle(things)
    return Choice(
        template=rng.randrange(3),
        things=tuple(things),
        colour=colour,
        chosen=fitting[:CHOSEN],
        matters=tuple(rng.sample(MATTERS, int(at["constraint_load"]))),
        novelty=novelty,
        argument=argument(fitting[:CHOSEN], fitting[CHOSEN:], novelty, rng),
    )
