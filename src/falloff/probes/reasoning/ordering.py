"""Reasoning: who stands where, when only pairs are compared.

    Ann is older than Ben. Cleo is younger than Ben. … Put Cleo, Ann and … in order, oldest first.

Five people are to be put in order. The statements make one chain from the first to the last;
between one of the five and the next lie as many links as the axis ``steps`` says. Statements
stand in random order, and each is put either way round. Five, so that no lucky guess is worth
much: one order in 120.

Distractors are of one of four tiers, which resemble the chain more and more: another topic; the
same topic, of a chain of other people; the same people, in another respect; the same people in the
same respect, at another time.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Question
from falloff.probes.vocabulary import NAMES, NOUNS

ASKED = 5

STEPS = Axis(
    name="steps",
    unit="links between one and the next",
    levels=(1, 2, 4, 8, 16, 32),
    description="statements that join each of the five people to the next in the order",
)
DISTRACTORS = Axis(
    name="distractors",
    unit="irrelevant statements",
    levels=(0, 1, 2, 4, 8, 16),
    role="shift",
    description="statements on other matters, other people or other times",
)
TIERS = ("other topic", "other people", "same people", "other time")
DISTRACTOR_TIER = Axis(
    name="distractor_tier",
    unit="kind of distractor",
    levels=(0, 1, 2, 3),
    kind="nominal",
    role="shift",
    labels=TIERS,
    description="what the irrelevant statements have in common with those that matter",
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """``before`` stands before ``after`` in the order, if it is of the chain.

    ``turned``: said from the other end. ``tier`` is that of a distractor, None in the chain.
    """

    before: str
    after: str
    turned: bool
    tier: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order(Question):
    """``chain`` is all people in order; every ``steps``-th is one of the five asked for.

    ``shown`` are the five as the question lists them, ``statements`` as the prompt does.
    """

    chain: tuple[str, ...]
    steps: int
    shown: tuple[str, ...]
    statements: tuple[Statement, ...]

    @property
    def gold(self) -> str:
        return ", ".join(self.chain[:: self.steps])

    def accepts(self, answer: str) -> bool:
        return same(answer, self.gold, "words")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=", ".join(rng.sample(self.shown, ASKED)))


@dataclass(frozen=True, kw_only=True)
class Relation:
    """How one template compares: ``{0}`` comes before ``{1}``, and the same said of ``{1}``.

    ``aside`` compares the same people in another respect, ``once`` in the same at another time.
    """

    today: tuple[str, str]
    aside: tuple[str, str]
    once: tuple[str, str]
    question: str


RELATIONS = (
    Relation(
        today=("{0} is taller than {1}.", "{1} is shorter than {0}."),
        aside=("{0} is older than {1}.", "{1} is younger than {0}."),
        once=("As children, {0} was taller than {1}.", "As children, {1} was shorter than {0}."),
        question="Put these five people in order of height today, the tallest first",
    ),
    Relation(
        today=("{0} finished today's race before {1}.", "{1} finished today's race after {0}."),
        aside=("{0} trains more often than {1}.", "{1} trains less often than {0}."),
        once=(
            "{0} finished last year's race before {1}.",
            "{1} finished last year's race after {0}.",
        ),
        question="Put these five people in the order in which they finished today's race",
    ),
    Relation(
        today=(
            "{0} stands further to the front of the queue than {1}.",
            "{1} stands further to the back of the queue than {0}.",
        ),
        aside=("{0} carries a heavier bag than {1}.", "{1} carries a lighter bag than {0}."),
        once=(
            "Yesterday {0} stood further to the front of the queue than {1}.",
            "Yesterday {1} stood further to the back of the queue than {0}.",
        ),
        question="Put these five people in the order of today's queue, from front to back",
    ),
)
_PRICES = ("The {0} costs less than the {1}.", "The {1} costs more than the {0}.")


class Words(Wording):
    """Three things to be in order by, drawn by the seed."""

    kind = "words"
    hint = "name, name, …"

    def ask(self, task: Order) -> str:
        relation = RELATIONS[task.template]
        lines = " ".join(_said(statement, relation) for statement in task.statements)
        return f"{lines}\n\n{relation.question}: {', '.join(task.shown)}."

    def working(self, task: Order, action: Action) -> str:
        del action
        return f"In order: {', '.join(task.chain)}"

    def room(self, task: Order) -> int:
        return 768 + 40 * len(task.statements)


def _said(statement: Statement, relation: Relation) -> str:
    forms = {
        "other topic": _PRICES,
        "same people": relation.aside,
        "other time": relation.once,
    }.get(statement.tier or "", relation.today)
    return forms[statement.turned].format(statement.before, statement.after)


def _facts(task: Order) -> Mapping[str, float]:
    tiers = [TIERS.index(s.tier) for s in task.statements if s.tier]
    turned = [s.turned for s in task.statements if not s.tier]
    return {
        "steps": task.steps,
        "chain": len(task.chain) - 1,
        "distractors": len(tiers),
        "tier": max(tiers, default=0),
        "turned": sum(turned) / len(turned),
        "asked": len(task.shown),
    }


@family(
    "ordering",
    capability="reasoning",
    version=2,
    axes=(STEPS, DISTRACTORS, DISTRACTOR_TIER),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={
        "steps": ("steps", "chain"),
        "distractors": ("distractors", "tier"),
        "distractor_tier": ("tier",),
    },
    most_tokens=5000,
)
def ordering(at: Coordinate, rng: random.Random) -> Order:
    """Put five people in order, from statements that each compare two."""
    steps, distractors, tier = (int(dose) for _, dose in at)
    names = rng.sample(NAMES, len(NAMES))
    size = steps * (ASKED - 1) + 1
    chain, others = names[:size], names[size:]
    statements = [
        Statement(before=before, after=after, turned=rng.random() < 0.5)
        for before, after in itertools.pairwise(chain)
    ]
    statements += _distractors(distractors, TIERS[tier], chain, others, rng)
    rng.shuffle(statements)
    return Order(
        template=rng.randrange(len(RELATIONS)),
        chain=tuple(chain),
        steps=steps,
        shown=tuple(rng.sample(chain[::steps], ASKED)),
        statements=tuple(statements),
    )


def _distractors(
    count: int, tier: str, chain: list[str], others: list[str], rng: random.Random
) -> list[Statement]:
    """Statements that say nothing of the chain's order, none twice, none against another.

    Those on other people are one chain; the rest agree with an order drawn for them.
    """
    if tier == "other people":
        links = itertools.islice(itertools.pairwise(others), count)
        pairs = [(before, after, rng.random() < 0.5) for before, after in links]
    else:
        order = rng.sample(NOUNS if tier == "other topic" else chain, k=ASKED)
        every = [(*pair, turned) for pair in itertools.combinations(order, 2) for turned in (0, 1)]
        pairs = [
            (before, after, bool(turned)) for before, after, turned in rng.sample(every, count)
        ]
    return [Statement(before=b, after=a, turned=turned, tier=tier) for b, a, turned in pairs]
