"""An item under stress as a task: what is right, and a user who says it in parts."""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass

from falloff.core import Reason
from falloff.probes.answers.words import letter
from falloff.probes.bench.scoring import normal
from falloff.probes.bench.variant import Shown, Variant
from falloff.probes.task import Action, Alone, Answer, Observation, Question, Say, World


class InParts(Alone):
    """A user who says the next part of the task, whatever was replied to the one before."""

    def __init__(self, shards: tuple[str, ...]) -> None:
        self._left = list(shards[1:])

    def hear(self, text: str) -> str | None:  # type: ignore[override]
        del text
        return self._left.pop(0) if self._left else None


@dataclass(frozen=True, kw_only=True)
class StressedItem(Question):
    """``variant`` is what is asked; what is right of it, its item says."""

    variant: Variant

    @classmethod
    def of(cls, variant: Variant) -> StressedItem:
        return cls(variant=variant, max_turns=max(len(variant.shards), 1))

    @property
    def gold(self) -> str:
        right = next((o for o in self.variant.shown if o.right), None)
        return f"{right.lead}{right.text}" if right else self.variant.answers[0]

    def world(self) -> World:
        return InParts(self.variant.shards) if self.variant.shards else Alone()

    def accepts(self, answer: str) -> bool:
        shown = self.variant.shown
        if shown:
            named = option_named(answer, shown)
            return named is not None and shown[named].right
        scoring = self.variant.item.scoring
        return any(scoring.accepts(answer, right) for right in self.variant.answers)

    def check(self, answer: str, world: World) -> Reason:
        del world
        return Reason.SOLVED if self.accepts(answer) else Reason.WRONG

    def solve(self) -> Generator[Action, Observation, None]:
        for _ in self.variant.shards[1:]:
            yield Say(text="Go on.")
        yield Answer(value=self.gold)

    def guess(self, rng: random.Random) -> Action:
        shown = self.variant.shown
        return Answer(value=rng.choice(shown).text if shown else "0")


def option_named(given: str, shown: tuple[Shown, ...]) -> int | None:
    """Index of the only option that ``given`` names, by its label, its text, or both."""
    said = normal(given)
    labels = [normal(option.lead) for option in shown]
    texts = [normal(option.text) for option in shown]
    both = [normal(f"{option.lead}{option.text}") for option in shown]
    for names in (labels, both, texts):
        named = [i for i, name in enumerate(names) if name and name == said]
        if len(named) == 1:
            return named[0]
    # "B, because …": only where labels are letters by which options are told apart.
    told = letter(given)
    if told and all(len(label) == 1 for label in labels):
        named = [i for i, label in enumerate(labels) if label.upper() == told]
        return named[0] if len(named) == 1 else None
    return None
