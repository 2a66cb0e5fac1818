"""Novel instructions: write some facts of a record as JSON, under the keys asked for.

    The emblem is oar. The client is plum. … Write one JSON object with the keys: client, emblem.
    Answer: {"client": "plum", "emblem": "oar"}

The lowest rung of the ladder: at the centre, one fact is copied into one field. All values are
words, as they stand. Distractors are facts of the same record that nobody asks for.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Question
from falloff.probes.vocabulary import NOUNS

FIELDS = Axis(
    name="fields",
    unit="fields",
    levels=(1, 2, 4, 8, 16),
    description="facts that are asked for",
)
DISTRACTORS = Axis(
    name="distractors",
    unit="irrelevant facts",
    levels=(0, 1, 2, 4, 8, 16),
    role="shift",
    description="facts of the same record that are not asked for",
)

# Kinds of a fact; the value is any noun, so that no value can be told from its key.
_KEYS = """
address agent author badge brand buyer carrier category city client code colour country
courier customer driver editor emblem flag gift guest guide label leader logo material model
nickname origin owner partner password pattern product recipient region seller sender signal
street supplier symbol tenant title topic vendor witness
"""
KEYS = tuple(_KEYS.split())


@dataclass(frozen=True, kw_only=True)
class Extraction(Question):
    """``record`` are the facts as shown; ``asked`` the keys, in the order of the question."""

    number: int
    record: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]

    @property
    def gold(self) -> str:
        record = dict(self.record)
        return json.dumps({key: record[key] for key in self.asked})

    def accepts(self, answer: str) -> bool:
        return same(answer, self.gold, "json")

    def guess(self, rng: random.Random) -> Action:
        return Answer(value=json.dumps({key: rng.choice(NOUNS) for key in self.asked}))


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    kind = "json"
    hint = "JSON"
    facts = ("The {} is {}.", "{}: {}.", "It has the {} {}.")

    def ask(self, task: Extraction) -> str:
        form = self.facts[task.template]
        record = " ".join(form.format(key, value) for key, value in task.record)
        keys = ", ".join(task.asked)
        return (
            f"Record {task.number}. {record}\n\nWrite one JSON object on one line, with exactly"
            f" these keys: {keys}. Each value is the word in the record, as a string.",
            f"This is record {task.number}. {record}\n\nExtract these fields: {keys}. Give them as"
            " one JSON object on one line with exactly these keys, each value a string, just as"
            " in the record.",
            f"From record {task.number} below, make one JSON object on one line. Its keys are"
            f" exactly: {keys}. Each value is the word given for it, as a string.\n\n{record}",
        )[task.template]

    def room(self, task: Extraction) -> int:
        return 512 + 32 * len(task.asked)


def _facts(task: Extraction) -> Mapping[str, float]:
    return {
        "fields": len(task.asked),
        "distractors": len(task.record) - len(task.asked),
        "value_letters": sum(len(value) for _, value in task.record) / len(task.record),
    }


@family(
    "extract_json",
    capability="novel_instructions",
    version=1,
    axes=(FIELDS, DISTRACTORS),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={"fields": ("fields",), "distractors": ("distractors",)},
    most_tokens=1000,
)
def extract_json(at: Coordinate, rng: random.Random) -> Extraction:
    """Write the facts asked for as a JSON object, and no others."""
    fields, distractors = int(at["fields"]), int(at["distractors"])
    keys = rng.sample(KEYS, fields + distractors)
    values = rng.sample([word for word in NOUNS if word not in KEYS], len(keys))
    record = list(zip(keys, values, strict=True))
    rng.shuffle(record)
    return Extraction(
        template=rng.randrange(3),
        number=rng.randrange(100, 1000),
        record=tuple(record),
        asked=tuple(keys[:fields]),
    )
