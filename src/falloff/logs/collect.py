"""From the answers of logs to arrays by item: a few bytes an answer, whatever was said in it."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.logs.answer import Answer

Floats = NDArray[np.float64]
Measure = Callable[[Sequence[str]], Floats]
# Prompts whose novelty is looked up at a time.
_AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class Scores:
    """One model's mean scores by item: arrays [items], ascending in ``key``.

    ``key`` and ``group`` are hashes; ``task`` numbers :func:`collect`'s tasks; ``level`` is NaN
    where there is none. ``answers`` counts all, also several to one item; ``prompt`` is a hash of
    the wording, ``choices`` of the options, 0 where the model wrote freely.
    """

    model: str
    key: NDArray[np.uint64]
    score: Floats
    level: Floats
    task: NDArray[np.intp]
    group: NDArray[np.uint64]
    prompt: NDArray[np.uint64]
    choices: NDArray[np.intp]
    answers: int


class _Pile:
    """One model's answers as they come."""

    def __init__(self) -> None:
        self.key, self.group, self.prompt = array("Q"), array("Q"), array("Q")
        self.score, self.level = array("d"), array("d")
        self.task, self.choices = array("L"), array("L")
        self.waiting: list[tuple[int, str]] = []

    def add(self, answer: Answer, task: int) -> None:
        if answer.prompt is not None:
            self.waiting.append((len(self.key), answer.prompt))
        self.key.append(_hash(answer.task, answer.item))
        group = answer.item if answer.group is None else answer.group
        self.group.append(_hash(answer.task, group) if answer.group is None else _hash(group))
        self.prompt.append(_hash(answer.prompt_hash) if answer.prompt_hash else 0)
        self.score.append(answer.score)
        self.level.append(np.nan if answer.level is None else answer.level)
        self.task.append(task)
        self.choices.append(answer.choices)

    def place(self, measure: Measure) -> None:
        """Fill in the levels of waiting prompts."""
        for (index, _), level in zip(
            self.waiting, measure([text for _, text in self.waiting]), strict=True
        ):
            self.level[index] = float(level)
        self.waiting = []

    def scores(self, model: str) -> Scores:
        key, first, inverse, count = np.unique(
            np.frombuffer(self.key, np.uint64),
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        return Scores(
            model=model,
            key=key,
            score=np.bincount(inverse, np.frombuffer(self.score, np.float64)) / count,
            level=np.frombuffer(self.level, np.float64)[first],
            task=np.frombuffer(self.task, np.uint64)[first].astype(np.intp),
            group=np.frombuffer(self.group, np.uint64)[first],
            prompt=np.frombuffer(self.prompt, np.uint64)[first],
            choices=np.frombuffer(self.choices, np.uint64)[first].astype(np.intp),
            answers=len(self.key),
        )


def collect(
    answers: Iterable[Answer], *, measure: Measure | None = None
) -> tuple[tuple[Scores, ...], tuple[str, ...]]:
    """Each model's scores, in the order in which they come, and the names of the tasks.

    ``measure`` gives prompts their level; without it levels are the log's.
    """
    piles: dict[str, _Pile] = {}
    tasks: dict[str, int] = {}
    for answer in answers:
        pile = piles.get(answer.model)
        if pile is None:
            pile = piles[answer.model] = _Pile()
        pile.add(answer, tasks.setdefault(answer.task, len(tasks)))
        if measure is not None and len(pile.waiting) >= _AT_ONCE:
            pile.place(measure)
    if measure is not None:
        for pile in piles.values():
            pile.place(measure)
    return tuple(pile.scores(model) for model, pile in piles.items()), tuple(tasks)


def _hash(*parts: str) -> int:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
