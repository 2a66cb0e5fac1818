"""answer_format: the final answer in a form of its own; value and form are scored apart."""

from __future__ import annotations

import random
from dataclasses import replace

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.item import Item
from falloff.probes.bench.stressor import Stressor, labels
from falloff.probes.bench.variant import RejectedError, Variant

FORMS = {
    "tag": "Give the final answer between the tags <answer> and </answer>.",
    "json": 'Finish with a JSON object of one key: {"answer": …}, the answer as its value.',
    "last line": "Write the final answer, and nothing else, on the last line of the reply.",
}


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del rng, bench
    refuse_fixed_replies(variant.item)
    form = list(FORMS)[dose - 1]
    return replace(variant, form=form).within("", f"\n\n{FORMS[form]}")


def refuse_fixed_replies(item: Item) -> None:
    """Raise where the reply as a whole is what counts, or is a call."""
    if item.scoring.rule in ("exact", "regex", "function"):
        raise RejectedError("its scoring looks at the reply as a whole")
    if item.tools:
        raise RejectedError("it may be answered by a call")


ANSWER_FORM = Stressor(
    axis=labels(
        "answer_format", "form", "the form asked for the final answer",
        "as it stands", "tag", "JSON", "last line",
    ),
    stress=stress,
    order=70,
    gold="CON",
    rule="the answer stays; right in another form is wrong_format",
)  # fmt: skip
