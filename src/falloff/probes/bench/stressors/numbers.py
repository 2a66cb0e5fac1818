"""number_swap: other numbers, and the answer that the user's own solver gives for them."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from falloff.core import UsageError
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.functions import OwnFunction
from falloff.probes.bench.stressor import Stressor, doses
from falloff.probes.bench.variant import RejectedError, Variant

_WHOLE = re.compile(r"(?<![\w.,:/%-])\d{1,9}(?![\w%]|[.,:/]\d)")


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """1: one number; 2: all of them; 3: all of them, with one digit more."""
    if bench.solver is None or variant.shown or variant.item.options:
        raise RejectedError("options cannot be computed anew")
    if not reproduces(variant, bench.solver):
        raise RejectedError("the solver does not give its answer")
    numbers = list(dict.fromkeys(_WHOLE.findall(variant.stem)))
    if not numbers:
        raise RejectedError("no whole number")
    if any(kept and kept in number for kept in variant.item.protected for number in numbers):
        raise RejectedError("its numbers are protected")
    chosen = numbers if dose > 1 else [rng.choice(numbers)]
    taken = set(numbers)
    new: dict[str, str] = {}
    for number in chosen:
        new[number] = _other(len(number) + (dose > 2), taken, rng)
        taken.add(new[number])
    stem = _WHOLE.sub(lambda found: new.get(found.group(), found.group()), variant.stem)
    answer = _solved(replace(variant, stem=stem), bench.solver)
    if answer is None:
        raise RejectedError("the solver gives nothing for other numbers")
    return replace(variant, stem=stem, answers=(answer,))


def reproduces(variant: Variant, solver: OwnFunction) -> bool:
    """Whether the solver gives the answer that the file has."""
    answer = _solved(variant, solver)
    return answer is not None and any(
        variant.item.scoring.accepts(answer, gold) for gold in variant.answers
    )


def _solved(variant: Variant, solver: OwnFunction) -> str | None:
    try:
        said = solver.says(variant.plain)
    except UsageError:
        # Of numbers that make no sense in it, a solver need not know an answer.
        return None
    return None if said is None else str(said)


def _other(digits: int, taken: set[str], rng: random.Random) -> str:
    """Another number of so many digits, not yet met."""
    low, high = 10 ** (digits - 1) if digits > 1 else 2, 10**digits - 1
    for _ in range(50):
        drawn = str(rng.randint(low, high))
        if drawn not in taken:
            return drawn
    raise RejectedError("no other number is free")


def _lacks(bench: Benchmark) -> str | None:
    return None if bench.solver else "it needs your solver: --bench-solver FILE.py:FUNCTION"


NUMBERS = Stressor(
    axis=doses(
        "number_swap", "degree", "other numbers: one, all, all with a digit more", 0, 1, 2, 3
    ),
    stress=stress,
    order=11,
    gold="REC",
    rule="your solver gives the file's answer for the original, and the new one",
    lacks=_lacks,
)
