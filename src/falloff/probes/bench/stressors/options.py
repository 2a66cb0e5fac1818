"""options and extra_options: the same choice in another order, under other labels, among more."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from falloff.probes.answers.markup import plain
from falloff.probes.answers.numbers import number
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.stressor import Stressor, doses, labels
from falloff.probes.bench.variant import RejectedError, Shown, Variant

# Options that speak of the others keep their place.
_PINNED = re.compile(
    r"\b(?:all|none|neither|both|any|either) of (?:the|these|those)\b|\ball (?:are|of them)\b"
    r"|\bnone (?:are|is)\b|\babove\b|\bbelow\b|\bother options?\b",
    re.IGNORECASE,
)
_NAMES_OTHERS = re.compile(r"(?:\b|\()[A-H]\)?\s*(?:and|or|&|,)\s*\(?[A-H]\b|\boptions? \(?[A-H]\b")
_LABEL = re.compile(r"[A-Za-z]+|\d+")
_ALPHABETS = ("KLMNOPQRSTUVWXYZ", "PQRSTUVWXYZ", "abcdefghijkl")


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """1: another order; 2: other labels."""
    del bench
    _check(variant)
    if dose == 1:
        return replace(variant, shown=_shuffled(variant.shown, rng))
    _speaks_of_no_label(variant)
    return replace(variant, shown=_relabelled(variant.shown, rng))


def add(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """So many more that are wrong."""
    del bench
    _check(variant)
    _speaks_of_no_label(variant)
    return replace(variant, shown=_more(variant.shown, dose, rng))


def _check(variant: Variant) -> None:
    if len(variant.lines) < 2:
        raise RejectedError("no options on lines of their own")
    if any(_NAMES_OTHERS.search(option.text) for option in variant.shown):
        raise RejectedError("an option speaks of others by their label")


def _speaks_of_no_label(variant: Variant) -> None:
    if _NAMES_OTHERS.search(f"{variant.stem} {variant.tail}"):
        raise RejectedError("the prompt speaks of options by their label")


def _shuffled(shown: tuple[Shown, ...], rng: random.Random) -> tuple[Shown, ...]:
    """Another order; the leads stay where they are, pinned options too."""
    free = [i for i, option in enumerate(shown) if not _PINNED.search(option.text)]
    if len(free) < 2:
        raise RejectedError("no two options that may change places")
    order = free[:]
    while order == free:
        rng.shuffle(order)
    moved = dict(zip(free, order, strict=True))
    return tuple(
        replace(shown[moved.get(i, i)], lead=option.lead) for i, option in enumerate(shown)
    )


def _relabelled(shown: tuple[Shown, ...], rng: random.Random) -> tuple[Shown, ...]:
    """Other labels in the same leads: ``(A) `` becomes ``(P) ``."""
    if not all(_LABEL.search(option.lead) for option in shown):
        raise RejectedError("options without labels")
    old = [_label(option.lead) for option in shown]
    taken = {label.casefold() for label in old}
    fitting = [
        a for a in _ALPHABETS if len(a) >= len(shown) and not taken & set(a[: len(shown)].lower())
    ]
    if not fitting:
        raise RejectedError("more options than other labels")
    new = rng.choice(fitting)
    return tuple(
        replace(option, lead=_LABEL.sub(new[i], option.lead, count=1))
        for i, option in enumerate(shown)
    )


def _more(shown: tuple[Shown, ...], count: int, rng: random.Random) -> tuple[Shown, ...]:
    """More options that are wrong for certain: whole numbers, if all options are such.

    Of other options nobody knows whether they are wrong.
    """
    values = [number(plain(option.text)) for option in shown]
    whole = [int(v) for v in values if v is not None and v.denominator == 1]
    texts = [option.text for option in shown]
    if len(whole) < len(shown) or any(str(v) != t for v, t in zip(whole, texts, strict=True)):
        raise RejectedError("no further option that is wrong for certain")
    spread = max(max(whole) - min(whole), 2 * len(shown) + 2 * count)
    low = max(min(whole) - spread, 0) if min(whole) >= 0 else min(whole) - spread
    others = [v for v in range(low, low + 3 * spread) if v not in whole][: 50 * count]
    added = [Shown(lead="", text=str(v), right=False) for v in rng.sample(others, count)]
    together = [*shown, *added]
    rng.shuffle(together)
    leads = _leads(shown, len(together))
    return tuple(replace(o, lead=lead) for o, lead in zip(together, leads, strict=True))


def _leads(shown: tuple[Shown, ...], count: int) -> list[str]:
    """The leads that there are, and more that go on in the same way."""
    leads = [option.lead for option in shown]
    last = _label(leads[-1])
    for i in range(1, count - len(leads) + 1):
        if last.isdigit():
            label = str(int(last) + i)
        elif len(last) == 1 and last.isascii() and last.lower() <= chr(ord("z") - i):
            label = chr(ord(last) + i)
        elif not last:
            label = ""
        else:
            raise RejectedError("labels that cannot be carried on")
        leads.append(_LABEL.sub(label, leads[len(shown) - 1], count=1))
    return leads


def _label(lead: str) -> str:
    found = _LABEL.search(lead)
    return found.group() if found else ""


def _lacks(bench: Benchmark) -> str | None:
    return None if any(item.options for item in bench.items) else "no item has options"


OPTIONS = Stressor(
    axis=labels(
        "options", "options", "order and labels of the options",
        "as they stand", "shuffled", "other labels",
    ),
    stress=stress,
    order=30,
    gold="INV",
    rule="the right one by its text; all and none of the above keep their place",
    lacks=_lacks,
)  # fmt: skip
EXTRA_OPTIONS = Stressor(
    axis=doses(
        "extra_options", "options", "further options, wrong for certain since they are other"
        " numbers", 0, 1, 2, 4,
    ),
    stress=add,
    order=31,
    gold="INV",
    rule="only where all options are whole numbers; of others nobody knows that they are wrong",
    lacks=_lacks,
)  # fmt: skip
