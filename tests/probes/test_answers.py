"""Reading final answers: a corpus of replies in the habits of real models, and laws."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from falloff.core import Coordinate, Reply
from falloff.probes import Episode
from falloff.probes.answers import Kind, same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import Family
from falloff.probes.task import Question

REPLIES = [
    json.loads(line) for line in (Path(__file__).parent / "replies.jsonl").read_text().splitlines()
]


@dataclass(frozen=True, kw_only=True)
class Asked(Question):
    """A question of any kind whose gold is given."""

    answer: str
    kind: Kind

    @property
    def gold(self):
        return self.answer

    def accepts(self, answer):
        return same(answer, self.gold, self.kind)


def verdict(reply, kind, gold):
    """The outcome of a reply as the chat dialect reads it."""
    wording = Wording()
    wording.kind = kind
    wording.ask = lambda _: "What is it?"
    asked = Family(
        name="asked",
        capability="reasoning",
        version=1,
        axes=(),
        chance=0.0,
        description="",
        generate=lambda *_: Asked(answer=gold, kind=kind),
        renderers=dialects_of(wording),
    )
    episode = Episode(asked.probe(Coordinate(doses=()), 1), dialect="chat", family=asked)
    episode.feed(Reply(text=reply))
    return str(episode.outcome.reason)


@pytest.mark.parametrize("case", REPLIES, ids=lambda case: f"{case['kind']}-{case['note']}")
def test_a_reply_gets_the_verdict_of_a_careful_reader(case):
    assert verdict(case["reply"], case["kind"], case["gold"]) == case["verdict"], case["reply"]
