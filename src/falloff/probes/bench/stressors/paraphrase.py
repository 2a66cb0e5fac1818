"""paraphrase: the task in words that a model wrote beforehand; only where such a model is named."""

from __future__ import annotations

import random
from dataclasses import replace

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.rewording import check_rewording, rewording_in
from falloff.probes.bench.stressor import Stressor, labels
from falloff.probes.bench.variant import RejectedError, Variant

# How the task is to be reworded, by label of the axis after the first.
STYLES = ("closely", "freely")


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    """1: closely; 2: freely."""
    del rng
    reply = bench.paraphrases.get((variant.item.id, STYLES[dose - 1]))
    if reply is None:
        raise RejectedError("it was not given to the paraphraser")
    text = rewording_in(reply)
    check_rewording(variant.stem, text, variant.item)
    # What stands between the task and its options stays.
    end = variant.stem[len(variant.stem.rstrip()) :]
    return replace(variant, stem=f"{text}{end}")


def _lacks(bench: Benchmark) -> str | None:
    if bench.paraphrases:
        return None
    if bench.paraphraser:
        return f"{bench.paraphraser} has not written it yet"
    return "no model is named that writes it (--paraphraser)"


PARAPHRASE = Stressor(
    axis=labels(
        "paraphrase", "wording", "the task in other words, written by a model",
        "as it stands", *STYLES,
    ),
    stress=stress,
    order=5,
    gold="INV",
    rule="numbers, names, quotations, code, protected spans, negations and answers stay",
    lacks=_lacks,
    opt_in=True,
)  # fmt: skip
