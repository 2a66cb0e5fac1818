"""Novel instructions: tell what can be answered from what has to be asked, or cannot be known.

    (a staff list with names, departments, desks and extensions; a note; the desks in use today)
    What is the extension of the following? First Nadia, second Otto.
    Answer: 4312; ASK

Each probe asks two things. One is plain at every level: the unambiguous twin, whose number cannot
be guessed, so that to ask always, or never, earns nothing. The other is as doubtful as the axis
says. The list always holds three names that two people share: one that the note settles, one that
the desks settle, one that nothing does; so the prompts of all levels are alike, and only the name
asked for differs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Question
from falloff.probes.vocabulary import NAMES

ASK, UNKNOWN = "ASK", "UNKNOWN"

AMBIGUITY = Axis(
    name="ambiguity",
    unit="kind of doubt",
    levels=(0, 1, 2, 3, 4),
    labels=(
        "none",
        "settled in the text",
        "settled by look-up",
        "needs a question",
        "unanswerable",
    ),
    kind="nominal",
    role="shift",
    description="what one of the two questions leaves open, and where that is settled",
)
RECORDS = Axis(
    name="records",
    unit="records",
    levels=(16, 32, 64, 128),
    description="people in the list",
)

# Said at every level.
RULES = (
    "If a name stands once in the list, that person is meant. If two people have it, take the one"
    " whom the note names; if the note is about another name, take the one whose desk is in use"
    " today. If the desks of both or of neither are in use, write ASK in place of the number, so"
    " that I can tell you whom I mean. If nobody in the list has the name, write UNKNOWN in place"
    " of the number."
)
DEPARTMENTS = ("Sales", "Legal", "Finance", "Design", "Support", "Research", "Press", "Training")


@dataclass(frozen=True, kw_only=True)
class Record:
    """One person of the list."""

    name: str
    department: str
    desk: int
    extension: int


@dataclass(frozen=True, kw_only=True)
class Doubt(Question):
    """``asked`` are the names of both questions, ``answers`` what is right for each.

    ``note`` is the person whom the note settles, ``in_use`` the desks in use today.
    """

    records: tuple[Record, ...]
    note: Record
    in_use: tuple[int, ...]
    asked: tuple[str, str]
    answers: tuple[str, str]

    @property
    def gold(self) -> str:
        return "; ".join(self.answers)

    def accepts(self, answer: str) -> bool:
        """Both parts right; what is written after ASK does not matter."""
        parts = re.split(r"[;,]", answer)
        return len(parts) == 2 and all(map(_agrees, parts, self.answers))

    def guess(self, rng: random.Random) -> Action:
        options = [str(record.extension) for record in self.records] + [ASK, UNKNOWN]
        return Answer(value="; ".join(rng.choices(options, k=2)))


def _agrees(part: str, gold: str) -> bool:
    words = re.sub(r"^\W*[12][).:]", "", part).split()
    return bool(words) and same(words[0], gold, "integer" if gold.isdigit() else "word")


class Words(Wording):
    """Three ways to say the same, drawn by the seed."""

    kind = "words"
    hint = "FIRST; SECOND"

    def ask(self, task: Doubt) -> str:
        lines = "\n".join(
            f"{r.name}, {r.department}, desk {r.desk}, extension {r.extension}"
            for r in task.records
        )
        desks = ", ".join(map(str, task.in_use))
        name, department = task.note.name, task.note.department
        first, second = task.asked
        note = (
            f"Note: when we say {name}, we mean the one in {department}.",
            f"Note: {name} is, with us, always the {name} in {department}.",
            f"Note: by {name} is meant {name} in {department}.",
        )[task.template]
        asked = (
            f"What is the extension of the following? First {first}, second {second}.",
            f"I need two extensions: first that of {first}, second that of {second}.",
            f"Look up the extension of {first} (first) and that of {second} (second).",
        )[task.template]
        return (
            f"Staff list:\n{lines}\n\n{note}\n\nAppendix: desks in use today: {desks}."
            f"\n\n{asked}\n\n{RULES}"
        )

    def working(self, task: Doubt, action: Action) -> str:
        del action
        return "\n".join(
            self._found(task, name, answer)
            for name, answer in zip(task.asked, task.answers, strict=True)
        )

    def _found(self, task: Doubt, name: str, answer: str) -> str:
        people = [record for record in task.records if record.name == name]
        if not people:
            return f"{name}: nobody has this name: {answer}"
        if len(people) == 1:
            return f"{name}: one person: {answer}"
        if name == task.note.name:
            return f"{name}: two people, the note says {task.note.department}: {answer}"
        used = ", ".join(f"desk {p.desk} {_used(p.desk, task.in_use)}" for p in people)
        return f"{name}: two people, {used}: {answer}"

    def room(self, task: Doubt) -> int:
        del task
        return 1024


def _used(desk: int, in_use: tuple[int, ...]) -> str:
    return "in use" if desk in in_use else "not in use"


def _facts(task: Doubt) -> Mapping[str, float]:
    names = [record.name for record in task.records]
    return {
        "people_of_the_names": sum(names.count(name) for name in task.asked),
        "to_be_asked": task.answers.count(ASK),
        "records": len(names),
        "shared_names": len(names) - len(set(names)),
        "desks_in_use": len(task.in_use) / len(names),
        "questions": len(task.asked),
    }


@family(
    "ambiguity",
    capability="novel_instructions",
    version=1,
    axes=(AMBIGUITY, RECORDS),
    renderers=dialects_of(Words()),
    facts=_facts,
    moves={"ambiguity": ("people_of_the_names", "to_be_asked"), "records": ("records",)},
    most_tokens=3000,
)
def ambiguity(at: Coordinate, rng: random.Random) -> Doubt:
    """Look up two people, one of them plain, the other perhaps not to be told from a namesake."""
    size = int(at["records"])
    noted, placed, open_, absent, *plain = rng.sample(NAMES, size - 3 + 1)
    records = _records((noted, placed, open_), plain, rng)
    pairs = {name: tuple(r for r in records if r.name == name) for name in (noted, placed, open_)}
    chosen = {name: rng.choice(pair) for name, pair in pairs.items()}
    in_use = _in_use(records, pairs[placed], chosen[placed], pairs[open_], rng)
    extension = {r.name: str(r.extension) for r in (*records, *chosen.values())}
    doubtful = (plain[1], noted, placed, open_, absent)[int(at["ambiguity"])]
    answer = {open_: ASK, absent: UNKNOWN}.get(doubtful) or extension[doubtful]
    questions = [(plain[0], extension[plain[0]]), (doubtful, answer)]
    rng.shuffle(questions)
    (first, first_answer), (second, second_answer) = questions
    return Doubt(
        template=rng.randrange(3),
        records=records,
        note=chosen[noted],
        in_use=in_use,
        asked=(first, second),
        answers=(first_answer, second_answer),
    )


def _records(shared: tuple[str, ...], plain: list[str], rng: random.Random) -> tuple[Record, ...]:
    """A list in which the ``shared`` names stand twice, in two departments; numbers differ."""
    names = [*shared, *shared, *plain]
    twice = [rng.sample(DEPARTMENTS, 2) for _ in shared]
    departments = [pair[i] for i in (0, 1) for pair in twice]
    departments += rng.choices(DEPARTMENTS, k=len(plain))
    desks = rng.sample(range(100, 1000), len(names))
    extensions = rng.sample(range(1000, 10000), len(names))
    rows = list(zip(names, departments, desks, extensions, strict=True))
    rng.shuffle(rows)
    return tuple(Record(name=n, department=d, desk=k, extension=e) for n, d, k, e in rows)


def _in_use(
    records: tuple[Record, ...],
    placed: tuple[Record, ...],
    chosen: Record,
    open_: tuple[Record, ...],
    rng: random.Random,
) -> tuple[int, ...]:
    """Half of the desks at random; of the pairs, just the ``chosen`` one's, and both or neither."""
    both = rng.random() < 0.5
    used = {record.desk: rng.random() < 0.5 for record in records}
    used |= {record.desk: record == chosen for record in placed}
    used |= {record.desk: both for record in open_}
    return tuple(sorted(desk for desk, is_used in used.items() if is_used))
