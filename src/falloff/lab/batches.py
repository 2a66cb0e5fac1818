"""Steps of training: padded batches of the corpus' sequences, or of the student's own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Many
from dataclasses import dataclass

import torch

from falloff.lab.answers import Example
from falloff.lab.corpus import Item
from falloff.lab.recipe import OnPolicy
from falloff.lab.sequences import Sequence
from falloff.lab.vocabulary import PAD

# Parts a step is split into by length, so that little of it is padding.
_BUCKETS = 4


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Right-padded token ids [rows, length], and which of them the model has to predict; ``real``
    are those that are no padding. ``own``: the student in training wrote it."""

    tokens: torch.Tensor
    learn: torch.Tensor
    real: torch.Tensor
    own: bool = False

    @property
    def size(self) -> int:
        """Tokens without padding."""
        return int(self.real.sum())


def pad(sequences: Many[Sequence], *, own: bool = False) -> Batch:
    """Sequences as one right-padded batch. Causal attention then needs no mask."""
    length = max(len(s.tokens) for s in sequences)
    tokens = torch.full((len(sequences), length), PAD, dtype=torch.long)
    learn = torch.zeros((len(sequences), length), dtype=torch.bool)
    real = torch.zeros((len(sequences), length), dtype=torch.bool)
    for row, s in enumerate(sequences):
        tokens[row, : len(s.tokens)] = torch.tensor(s.tokens)
        learn[row, : len(s.tokens)] = torch.tensor(s.learn)
        real[row, : len(s.tokens)] = True
    return Batch(tokens=tokens, learn=learn, real=real, own=own)


def bucketed(sequences: Many[Sequence], *, own: bool = False) -> list[Batch]:
    """One step, split into a few batches of similar length."""
    taken = sorted(sequences, key=lambda s: len(s.tokens))
    total = sum(len(s.tokens) for s in taken)
    groups: list[list[Sequence]] = [[] for _ in range(_BUCKETS)]
    seen = 0
    for s in taken:
        groups[min(_BUCKETS - 1, seen * _BUCKETS // total)].append(s)
        seen += len(s.tokens)
    return [pad(group, own=own) for group in groups if group]


# The student's own episodes on some items; the number says which draw.
Rollout = Callable[[Many[Item], int], list[Sequence]]


def off_policy(examples: Iterator[Example], tokens: int) -> Iterator[list[Batch]]:
    """Endless steps of about ``tokens`` tokens."""
    while True:
        yield bucketed([example.text for example in _taken(examples, tokens)])


def on_policy(
    examples: Iterator[Example], tokens: int, plan: OnPolicy, steps: int, rollout: Rollout
) -> Iterator[list[Batch]]:
    """As :func:`off_policy`, with ``plan``'s share of the steps answered by ``rollout`` instead.

    Such a step has the prompts that the corpus' step would have had, and its given text where
    ``rollout`` has none to use. ``steps``: over how many the share goes from start to end.
    """
    for step, own in enumerate(own_steps(plan, steps), start=1):
        taken = _taken(examples, tokens)
        written = rollout([example.item for example in taken], step) if own else []
        yield bucketed(written or [example.text for example in taken], own=bool(written))


def own_steps(plan: OnPolicy, steps: int) -> Iterator[bool]:
    """Endless: whether a step is the student's own, so that shares add up without any luck."""
    due = 0.0
    step = 0
    while True:
        before = due
        due += plan.share(step / max(1, steps - 1))
        step += 1
        # A share of 1/3 summed three times is a little less than 1.
        yield math.floor(due + 1e-9) > math.floor(before + 1e-9)


def _taken(examples: Iterator[Example], tokens: int) -> list[Example]:
    taken: list[Example] = []
    count = 0
    while count < tokens:
        taken.append(next(examples))
        count += len(taken[-1].text.tokens)
    return taken
