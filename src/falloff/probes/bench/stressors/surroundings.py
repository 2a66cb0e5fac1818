"""examples and system_load: what stands before the question, in turns of its own."""

from __future__ import annotations

import random
from dataclasses import replace

from falloff.core import Axis, Message
from falloff.probes.bench.benchmark import Benchmark, any_said
from falloff.probes.bench.filler import neutral
from falloff.probes.bench.protect import item_words
from falloff.probes.bench.stressor import Stressor, doses, labels
from falloff.probes.bench.variant import RejectedError, Variant

_ABOUT = "About the town that this service is run from:\n\n"
# Easy, and about nothing that a benchmark asks.
_PAIRS = (
    ("What is the opposite of tall?", "short"),
    ("Which is a colour: table, red or run?", "red"),
    ("What do bees make?", "honey"),
    ("What is frozen water called?", "ice"),
    ("Which is an animal: spoon, otter or door?", "otter"),
    ("What do you call a baby cat?", "kitten"),
    ("What is the opposite of early?", "late"),
    ("Which can fly: a brick, a swan or a chair?", "a swan"),
    ("What does a thermometer measure?", "temperature"),
    ("What is the opposite of wet?", "dry"),
)


def give_examples(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    has = bench.has_shots
    if any_said(variant.before) and not has:
        raise RejectedError("earlier turns that may be needed")
    if has and not any_said(variant.before):
        raise RejectedError("no examples to take away")
    system = tuple(message for message in variant.before if message.role == "system")
    count = ((0, 2, 8) if has else (2, 8))[dose - 1]
    free = [pair for pair in _PAIRS if pair[0] not in variant.plain]
    turns = [
        message
        for question, answer in rng.sample(free, count)
        for message in (
            Message(role="user", content=question),
            Message(role="assistant", content=answer),
        )
    ]
    return replace(variant, before=(*system, *turns))


def _examples_axis(bench: Benchmark) -> Axis:
    start = ("as they stand", "none") if bench.has_shots else ("none",)
    return labels(
        "examples", "examples", "solved examples before the question",
        *start, "2 on other topics", "8 on other topics",
    )  # fmt: skip


def load_system(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del bench
    text = neutral(item_words(variant.item)).run(dose, rng)
    if text is None:
        raise RejectedError("too little text that has nothing to do with it")
    first, rest = variant.before[:1], variant.before[1:]
    if first and first[0].role == "system":
        system = Message(role="system", content=f"{first[0].content}\n\n{_ABOUT}{text}")
        return replace(variant, before=(system, *rest))
    return replace(
        variant, before=(Message(role="system", content=f"{_ABOUT}{text}"), *variant.before)
    )


EXAMPLES = Stressor(
    axis=labels("examples", "examples", "solved examples before the question", "none", "2", "8"),
    axis_of=_examples_axis,
    stress=give_examples,
    order=80,
    gold="INV",
    rule="the question stands verbatim; examples of the file's own are taken away as a whole",
)
SYSTEM_LOAD = Stressor(
    axis=doses(
        "system_load", "tokens", "sentences in the system prompt that have nothing to do with it",
        0, 256, 1024, 4096,
    ),
    stress=load_system,
    order=81,
    gold="INV",
    rule="no name, number or word of meaning is shared with the item",
)  # fmt: skip
