"""Who answers a corpus' prompts: the oracle, or the teacher; endless, in the order of training."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from falloff.core import child_rng
from falloff.lab.corpus import Corpus, Item
from falloff.lab.play import play_items
from falloff.lab.sequences import Sequence as Tokens
from falloff.lab.sequences import sequence_of, spoiled
from falloff.models import Model
from falloff.probes import Episode, play_oracle

# Items that a teacher answers at a time.
_TOGETHER = 512

Answerer = Callable[[Sequence[Item]], list[Episode]]


@dataclass(frozen=True, kw_only=True)
class Example:
    """An item and an episode on it."""

    item: Item
    text: Tokens


def oracle(items: Sequence[Item]) -> list[Episode]:
    """Right by construction."""
    return [play_oracle(i.probe, dialect="micro", family=i.family) for i in items]


def by_teacher(teacher: Model, *, repeat: int = 0) -> Answerer:
    """The teacher's own episodes, right or wrong: greedy, or drawn where ``repeat`` is not 0."""
    return lambda items: play_items(teacher, items, repeat=repeat)


def examples(
    corpus: Corpus, answer: Answerer, *, seed: int, extra: Sequence[Example] = ()
) -> Iterator[Example]:
    """Endless examples: ever new ones, or a corpus of a size, joined by ``extra`` ones, gone round
    in ever new order."""
    answered = _answered(corpus, answer)
    if corpus.size is None:
        return answered
    return _round_and_round([*answered, *extra], seed)


def _answered(corpus: Corpus, answer: Answerer) -> Iterator[Example]:
    coming = corpus.items()
    while items := list(itertools.islice(coming, _TOGETHER)):
        for item, episode in zip(items, answer(items), strict=True):
            text = sequence_of(episode)
            if item.spoiled:
                text = spoiled(text, child_rng("spoiled", corpus.seed, item.probe.id))
            yield Example(item=item, text=text)


def _round_and_round(answered: list[Example], seed: int) -> Iterator[Example]:
    for epoch in itertools.count():
        order = list(answered)
        child_rng("order", seed, epoch).shuffle(order)
        yield from order
