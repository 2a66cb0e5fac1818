"""added_instructions: demands on what stands around the answer, each checked in the reply."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.stressor import Stressor, doses
from falloff.probes.bench.stressors.answer_form import refuse_fixed_replies
from falloff.probes.bench.variant import RejectedError, Variant

# Prompts that leave no room for anything but the answer.
_ALONE = re.compile(
    r"\b(?:only|just|nothing else|nothing but|no explanation|without (?:any )?explanation"
    r"|without (?:any )?further|single (?:word|number|letter)|one word)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """``said`` to the model; ``kept`` by a reply; ``line`` keeps it, written before the answer."""

    said: str
    line: str
    kept: Callable[[str], bool]


def _has_line(line: str) -> Callable[[str], bool]:
    return lambda reply: any(text.strip() == line for text in reply.splitlines())


DEMANDS = {
    "opening": Demand(
        said="Begin the reply with the words 'Here it comes'.",
        line="Here it comes",
        kept=lambda reply: reply.lstrip(" \n\"'*_").startswith("Here it comes"),
    ),
    "ruler": Demand(
        said="Somewhere before the answer, write a line of three tildes: ~~~",
        line="~~~",
        kept=_has_line("~~~"),
    ),
    "lantern": Demand(
        said="Use the word 'lantern' once, in whatever sentence, before the answer.",
        line="A lantern was lit.",
        kept=lambda reply: len(re.findall(r"\blantern\b", reply, re.IGNORECASE)) == 1,
    ),
    "quiet": Demand(said="Use no exclamation mark.", line="", kept=lambda reply: "!" not in reply),
    "checked": Demand(
        said="Before the answer, write a line that says CHECKED.",
        line="CHECKED",
        kept=_has_line("CHECKED"),
    ),
    "brackets": Demand(
        said="Before the answer, write the word 'draft' in square brackets.",
        line="[draft]",
        kept=lambda reply: "[draft]" in reply,
    ),
}


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del bench
    refuse_fixed_replies(variant.item)
    if _ALONE.search(variant.plain):
        raise RejectedError("its prompt wants nothing but the answer")
    if variant.item.scoring.rule == "json":
        raise RejectedError("the reply is a JSON value")
    fitting = [name for name in DEMANDS if not _met_already(DEMANDS[name], variant)]
    if len(fitting) < dose:
        raise RejectedError("instructions that would touch the answer")
    chosen = sorted(rng.sample(fitting, dose), key=list(DEMANDS).index)
    said = "\n".join(f"- {DEMANDS[name].said}" for name in chosen)
    return replace(variant, demands=tuple(chosen)).within("", f"\n\nIn your reply:\n{said}")


def kept(demands: tuple[str, ...], reply: str) -> bool:
    """Whether the reply keeps all of them."""
    return all(DEMANDS[name].kept(reply) for name in demands)


def _met_already(demand: Demand, variant: Variant) -> bool:
    """Whether answer or options have something to do with the demand."""
    texts = (*variant.answers, *(option.text for option in variant.shown))
    words = {w.casefold() for w in re.findall(r"\w+|~~~|!", demand.line)} or {"!"}
    return any(word in text.casefold() for word in words if len(word) > 3 for text in texts) or (
        any("!" in text for text in texts) and not demand.line
    )


INSTRUCTIONS = Stressor(
    axis=doses(
        "added_instructions", "instructions", "demands on what stands around the answer", 0, 1, 2, 4
    ),
    stress=stress,
    order=71,
    gold="CON",
    rule="none touches the answer; right with a broken one is wrong_format",
)
