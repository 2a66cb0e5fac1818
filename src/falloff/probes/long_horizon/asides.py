"""What stands between a fact and its use: unrelated turns, and text to fill the context.

None of it holds a word of ``vocabulary`` or a number, so it never repeats a fact.
"""

from __future__ import annotations

import random

_OPPOSITES = """
hot cold|big small|early late|open closed|full empty|high low|wet dry|light dark|young old
long short|fast slow|hard soft|loud quiet|rich poor|near far|strong weak|thick thin|clean dirty
sweet sour|happy sad|noisy silent|wide narrow|deep shallow|true false|first last|left right
"""
_NEXT = """
Monday Tuesday|Tuesday Wednesday|Wednesday Thursday|Thursday Friday|Friday Saturday
Saturday Sunday|Sunday Monday|January February|February March|March April|April May|May June
June July|July August|August September|September October|October November|November December
"""
_PLURALS = """
child children|mouse mice|foot feet|tooth teeth|goose geese|leaf leaves|wolf wolves|city cities
man men|woman women|knife knives|loaf loaves|half halves|shelf shelves|berry berries|ox oxen
"""
_HOMES = """
bee hive|bird nest|spider web|dog kennel|lion den|horse stable|hen coop|pig sty|ant hill
"""


def _pairs(text: str) -> list[list[str]]:
    return [pair.split() for pair in text.replace("\n", "|").split("|") if pair]


# Every unrelated request with its answer.
ASIDES = tuple(
    (form.format(word), answer)
    for form, pairs in (
        ("What is the opposite of '{}'?", _OPPOSITES),
        ("What comes right after {}?", _NEXT),
        ("What is the plural of '{}'?", _PLURALS),
        ("What is the home of a {} called?", _HOMES),
    )
    for word, answer in _pairs(pairs)
)


def asides(count: int, rng: random.Random) -> tuple[tuple[str, str], ...]:
    """``count`` unrelated requests, each with its answer; none twice up to ``len(ASIDES)``."""
    rounds = -(-count // len(ASIDES))
    drawn = [aside for _ in range(rounds) for aside in rng.sample(ASIDES, len(ASIDES))]
    return tuple(drawn[:count])


_WHO = (
    """
The old gardener|A tired postman|The new teacher|A quiet neighbour|The village baker|My uncle
The young doctor|A careful driver|The night porter|The choir master|A local painter|The fisherman
The second cook|A retired captain|The museum guide|The shy pupil|The tall carpenter|A busy nurse
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
_DID = (
    """
walked slowly past|spoke at length about|forgot|painted a picture of|took a photograph of|cleaned
wrote a short note on|waited beside|asked many questions about|looked again at|told us of|admired
complained about|went back to|drew a plan of|never cared for|was proud of|read a book about
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
_WHAT = (
    """
the river|the empty market|the stone wall|the railway station|the orchard|the harbour road
the public library|the frozen lake|the town hall|the wooden stairs|the rose garden|the bakery
the school yard|the long corridor|the hill behind the church|the greenhouse|the mill|the meadow
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
_WHEN = (
    """
before breakfast|in the afternoon|on a rainy day|last spring|after the concert|without a word
late in the evening|during the holidays|when the sun came out|all through the winter|at noon
as the others were leaving|once more|for the first time|in spite of the wind|with great patience
""".replace("\n", "|")
    .strip("|")
    .split("|")
)

# Of the sentences below, in characters; a token of English is about four.
_CHARACTERS_A_TOKEN = 4


def filler(tokens: int, rng: random.Random) -> list[str]:
    """Sentences of about ``tokens`` tokens altogether, of a story that goes nowhere."""
    sentences: list[str] = []
    left = tokens * _CHARACTERS_A_TOKEN
    while left > 0:
        sentence = filler_sentence(rng)
        sentences.append(sentence)
        left -= len(sentence) + 1
    return sentences


def filler_sentence(rng: random.Random) -> str:
    """One sentence of the story."""
    draw = rng.random
    who, did = _WHO[int(draw() * len(_WHO))], _DID[int(draw() * len(_DID))]
    what, when = _WHAT[int(draw() * len(_WHAT))], _WHEN[int(draw() * len(_WHEN))]
    return f"{who} {did} {what} {when}."
