"""framing and register: other words around a question that stands verbatim inside them."""

from __future__ import annotations

import random

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.stressor import Stressor, labels
from falloff.probes.bench.variant import Variant

_FRAMES = (
    ("Please read the following task carefully and answer it.\n\n", ""),
    (
        "A colleague passed this on to me, and I would like to be sure of it:\n\n",
        "\n\nCan you help?",
    ),
    ("You are known for getting such things right. Here is the next one.\n\n---\n\n", "\n\n---"),
    (
        "From an exercise book, on a page that was left open:\n\n>>>\n",
        "\n<<<\n\nWork it out for me.",
    ),
)
# For each register, several ways to say it; which one is drawn.
_REGISTERS = (
    (
        ("hey, quick one for you:\n\n", "\n\nthx!!"),
        ("yo, got a sec? need this asap\n\n", "\n\ncheers mate"),
        ("ok so i'm stuck on this, lol\n\n", "\n\nty in advance :)"),
    ),
    (
        ("I should be most grateful if you would consider the matter set out below.\n\n", ""),
        ("May I respectfully submit the following for your esteemed attention:\n\n",
         "\n\nI remain, with the highest regard, yours faithfully."),
        ("It is hereby requested that the undermentioned be duly resolved.\n\n", ""),
    ),
    (
        ("Bitte hilf mir bei der folgenden Aufgabe:\n\n", "\n\nVielen Dank!"),
        ("¿Me puedes ayudar con lo siguiente, por favor?\n\n", "\n\n¡Muchas gracias!"),
        ("Pourrais-tu m'aider avec ceci, s'il te plaît ?\n\n", "\n\nMerci beaucoup !"),
    ),
)  # fmt: skip


def frame(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del rng, bench
    return variant.within(*_FRAMES[dose - 1])


def speak(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del bench
    return variant.within(*rng.choice(_REGISTERS[dose - 1]))


FRAMING = Stressor(
    axis=labels(
        "framing", "frame", "sentences around the question",
        "as it stands", "read carefully", "from a colleague", "praise", "exercise book",
    ),
    stress=frame,
    order=50,
    gold="INV",
    rule="the question stands verbatim inside",
)  # fmt: skip
REGISTER = Stressor(
    axis=labels(
        "register", "register", "how the sentences around the question speak, and in what language",
        "as it stands", "casual", "formal", "another language",
    ),
    stress=speak,
    order=51,
    gold="INV",
    rule="the question stands verbatim inside",
)  # fmt: skip
