"""Families made of reasoning-gym's generators (extra ``gym``), as the suite ``gym``.

Its items come with levels that are ranges, neighbouring seeds that share items, and scorers that
pass lists of guesses. So here each axis sets the least and the most of an attribute to one dose,
seeds are hashed, and an answer is read first and then must have the value of the gold.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from falloff.core import Axis, Coordinate, missing_extra
from falloff.probes.answers import Kind, same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.suite import SUITES, Suite
from falloff.probes.task import Action, Answer, Question

PREFIX = "gym_"


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An axis and how a dose of it is set in the generator's configuration."""

    axis: Axis
    configure: Callable[[int], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Generator:
    """One data set of reasoning-gym: how it is asked, and what a guess may win of it.

    ``fixed`` is set at every dose. ``several``: other answers than the gold can be right, which its
    own scorer knows.
    """

    name: str
    kind: Kind
    about: str
    attributes: tuple[Attribute, ...]
    chance: float = 0.0
    fixed: Mapping[str, Any] | None = None
    several: bool = False


@dataclass(frozen=True, kw_only=True)
class GymItem(Question):
    """One item; ``item`` is reasoning-gym's own entry, ``settings`` its configuration."""

    generator: Generator
    settings: tuple[tuple[str, Any], ...]
    item: Mapping[str, Any]

    @property
    def gold(self) -> str:
        return str(self.item["answer"])

    def accepts(self, answer: str) -> bool:
        if same(answer, self.gold, self.generator.kind):
            return True
        if not self.generator.several:
            return False
        return bool(_data(self.generator.name, self.settings).score_answer(answer, self.item) == 1)

    def guess(self, rng: random.Random) -> Action:
        other = _data(self.generator.name, self.settings)[rng.getrandbits(62)]
        return Answer(value=str(other["answer"]))


class Words(Wording):
    """The generator's own wording, with the answer line asked for."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def ask(self, task: GymItem) -> str:
        return str(task.item["question"]).strip()

    def room(self, task: GymItem) -> int:
        del task
        return 4096


def _span(
    name: str, unit: str, levels: tuple[int, ...], low: str, high: str, description: str
) -> Attribute:
    """An axis whose dose is both the least and the most of an attribute."""
    axis = Axis(name=name, unit=unit, levels=levels, description=description)
    return Attribute(axis=axis, configure=lambda dose: {low: dose, high: dose})


def _single(name: str, unit: str, levels: tuple[int, ...], key: str, description: str) -> Attribute:
    axis = Axis(name=name, unit=unit, levels=levels, description=description)
    return Attribute(axis=axis, configure=lambda dose: {key: dose})


def _digits(levels: tuple[int, ...], low: str, high: str) -> Attribute:
    """Numbers of exactly so many digits."""
    axis = Axis(name="digits", unit="digits", levels=levels, description="digits of each number")
    return Attribute(axis=axis, configure=lambda dose: {low: 10 ** (dose - 1), high: 10**dose - 1})


_TERMS = ("terms", "terms", (2, 4, 8, 16, 32), "min_terms", "max_terms", "numbers in the sum")
_WIDTH = (2, 3, 4, 6, 8)

GENERATORS = (
    Generator(
        name="chain_sum",
        kind="integer",
        about="Add and subtract numbers in a row.",
        attributes=(
            _span(*_TERMS),
            _span("digits", "digits", _WIDTH, "min_digits", "max_digits", "digits of each number"),
        ),
        chance=0.02,
    ),
    Generator(
        name="decimal_chain_sum",
        kind="number",
        about="Add and subtract decimal numbers in a row.",
        attributes=(
            _span(*_TERMS),
            _span(
                "decimals",
                "decimal places",
                (1, 2, 3, 4, 6),
                "min_decimal_places",
                "max_decimal_places",
                "decimal places of each number",
            ),
        ),
        fixed={"min_digits": 2, "max_digits": 2},
    ),
    Generator(
        name="products",
        kind="integer",
        about="Multiply numbers.",
        attributes=(
            _span("terms", "factors", (2, 3, 4), "min_terms", "max_terms", "numbers multiplied"),
            _span("digits", "digits", (2, 3, 4, 5, 6), "min_digits", "max_digits", "of each"),
        ),
        chance=0.04,
    ),
    Generator(
        name="lcm",
        kind="integer",
        about="Find the least common multiple.",
        attributes=(
            _span("numbers", "numbers", (2, 3, 4, 6), "min_numbers", "max_numbers", "how many"),
            _digits((2, 3, 4, 5), "min_value", "max_value"),
        ),
        chance=0.06,
    ),
    Generator(
        name="base_conversion",
        kind="word",
        about="Write a number in another base.",
        attributes=(_digits((2, 3, 4, 6, 8), "min_value", "max_value"),),
        chance=0.05,
    ),
    Generator(
        name="simple_equations",
        kind="integer",
        about="Solve an equation for its unknown.",
        attributes=(
            _span("terms", "terms", (2, 3, 4, 6, 8), "min_terms", "max_terms", "terms in it"),
        ),
        fixed={"min_value": 10, "max_value": 99},
        chance=0.03,
    ),
    Generator(
        name="leg_counting",
        kind="integer",
        about="Count the legs of many animals.",
        attributes=(
            _span(
                "animals", "kinds", (2, 4, 8, 16, 32), "min_animals", "max_animals", "kinds of them"
            ),
        ),
        chance=0.08,
    ),
    Generator(
        name="spell_backward",
        kind="word",
        about="Spell a word backward.",
        attributes=(
            _span(
                "letters",
                "letters",
                (5, 6, 8, 10),
                "min_word_len",
                "max_word_len",
                "letters of the word",
            ),
        ),
    ),
    Generator(
        name="word_sorting",
        kind="words",
        about="Sort words, capitals first.",
        attributes=(
            _span("words", "words", (3, 5, 10, 20, 40), "min_words", "max_words", "how many"),
        ),
    ),
    Generator(
        name="path_star",
        kind="words",
        about="Find the path through a star of paths.",
        attributes=(
            _span("length", "nodes", (3, 5, 8, 12), "min_path_length", "max_path_length", "of it"),
            _single("degree", "paths", (2, 4, 8, 16), "degree", "paths that leave the start"),
        ),
        fixed={"node_range": 1000},
    ),
    Generator(
        name="shortest_path",
        kind="words",
        about="Find a shortest path through a grid with walls.",
        attributes=(
            Attribute(
                axis=Axis(
                    name="size",
                    unit="cells",
                    levels=(3, 4, 6, 8, 12),
                    description="rows and columns of the grid",
                ),
                configure=lambda n: {"min_rows": n, "max_rows": n, "min_cols": n, "max_cols": n},
            ),
        ),
        chance=0.1,
        several=True,
    ),
    Generator(
        name="string_manipulation",
        kind="word",
        about="Rewrite a text by rules until none applies.",
        attributes=(
            _span("rules", "rules", (3, 4, 6, 8), "min_num_rules", "max_num_rules", "how many"),
            _span(
                "length",
                "letters",
                (5, 10, 20, 40),
                "min_string_length",
                "max_string_length",
                "letters of the text",
            ),
        ),
        chance=0.05,
    ),
    Generator(
        name="ab",
        kind="text",
        about="Rewrite a row of tokens until no rule applies.",
        attributes=(_single("length", "tokens", (6, 10, 20, 40), "length", "of the row"),),
        chance=0.1,
    ),
    Generator(
        name="needle_haystack",
        kind="word",
        about="Find the one statement that answers the question.",
        attributes=(
            _span(
                "statements",
                "statements",
                (10, 30, 100, 300, 1000),
                "min_num_statements",
                "max_num_statements",
                "how many there are",
            ),
        ),
    ),
    Generator(
        name="color_cube_rotation",
        kind="word",
        about="Follow the colours of a cube as it is turned.",
        attributes=(
            _span("turns", "turns", (1, 2, 4, 8, 16), "min_rotations", "max_rotations", "of it"),
        ),
        chance=0.2,
    ),
)


@lru_cache(maxsize=256)
def _data(name: str, settings: tuple[tuple[str, Any], ...]) -> Any:
    """The endless data set of a configuration: item i is made from the seed i."""
    try:
        import reasoning_gym
    except ImportError as error:
        raise missing_extra("reasoning-gym", "gym", "The suite gym") from error
    return reasoning_gym.create_dataset(name, seed=0, size=2, **dict(settings))


def _register(generator: Generator) -> None:
    def generate(at: Coordinate, rng: random.Random) -> GymItem:
        settings = dict(generator.fixed or {})
        for attribute in generator.attributes:
            settings |= attribute.configure(int(at[attribute.axis.name]))
        key = tuple(sorted(settings.items()))
        item = _data(generator.name, key)[rng.getrandbits(62)]
        return GymItem(generator=generator, settings=key, item=item)

    generate.__doc__ = generator.about
    family(
        f"{PREFIX}{generator.name}",
        capability="reasoning",
        version=1,
        axes=tuple(attribute.axis for attribute in generator.attributes),
        renderers=dialects_of(Words(generator.kind)),
        chance=generator.chance,
        most_tokens=60_000,
    )(generate)


for _generator in GENERATORS:
    _register(_generator)

GYM = SUITES.register("gym")(
    Suite(
        name="gym",
        version="1.0",
        dialect="chat",
        family_names=tuple(f"{PREFIX}{generator.name}" for generator in GENERATORS),
        public=False,
    )
)
