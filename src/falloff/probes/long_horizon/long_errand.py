"""Long horizon: a round through the office that goes on until a record says that it ends.

    order: set its status to 'packed', go on to its invoice · file: open it, go on to … · …

The standing rules say once what to do with each kind of record and which link to follow; the prompt
is as long for one call as for sixty-four. The first record's ticket number has to be reported at
the end; between, notices for others come along with the results.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.toolworld.errand import Errand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.layers import Notices
from falloff.probes.toolworld.office import TOOLS, Layer, Store
from falloff.probes.toolworld.route import Stop, by_service, new_value, said_value
from falloff.probes.toolworld.services import SERVICES, service_of
from falloff.probes.toolworld.shifts import Front
from falloff.probes.toolworld.state import Row, Rows, any_value, make_rows
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits

HORIZON = Axis(
    name="horizon",
    unit="dependent calls",
    levels=(1, 2, 4, 8, 16, 32, 64),
    description="records of the round, one call each, each named by the one before",
)
INTERFERENCE = Axis(
    name="interference",
    unit="unrelated notices",
    levels=(0, 2, 8, 32),
    role="shift",
    description="notices for others that come between a fact and its use",
)
# Enough for the longest round through the shortest circle of services.
PER_SERVICE = 24
_SHORTEST_CIRCLE = 3
_CHANGED_SERVICES = 3
# Of the records off the round so many say that it ends with them: who has strayed may not notice.
_FALSE_ENDS = 0.1


@dataclass(frozen=True, kw_only=True)
class Habit:
    """What is done with a service's record (``stop``), and the link that is followed from it."""

    stop: Stop
    link: str


@dataclass(frozen=True, kw_only=True)
class Round(Errand):
    """From ``start`` by the ``habits`` to the first record that is the last, on ``horizon`` calls.

    ``notices`` come along with the first result on a record.
    """

    start: str
    habits: Mapping[str, Habit]
    horizon: int
    notices: Mapping[str, tuple[str, ...]]

    @property
    def least_calls(self) -> int:
        return self.horizon

    def layers(self, store: Store) -> Layer:
        return Front(Notices(store, self.notices), self.tools)

    def carry_out(self, store: Store) -> str:
        record = self.start
        rows: list[Row] = []
        while not rows or not rows[-1]["last"]:
            stop, link = self._habit(record)
            rows.append(as_row(store.call(stop.key, stop.arguments(record))))
            record = rows[-1][link]
        return f"{rows[0]['ticket']} {rows[-1]['receipt']}"

    def accepts(self, answer: str) -> bool:
        """Two numbers, whatever stands between them."""
        return re.findall(r"[0-9]+", answer[:1000]) == self.gold.split()

    def solve(self) -> Play:
        record, row, ticket = self.start, Row(), ""
        while not row.get("last"):
            stop, link = self._habit(record)
            note = f"{record}: {f'set {stop.field}' if stop.field else 'open it'}."
            result = yield NotedCall(tool=stop.key, arguments=stop.arguments(record), note=note)
            row = as_row(result)
            ticket = ticket or row["ticket"]
            record = row[link]
        note = f"That was the last record. The first had ticket {ticket}."
        yield NotedAnswer(value=f"{ticket} {row['receipt']}", note=note)

    def _habit(self, record: str) -> tuple[Stop, str]:
        habit = self.habits[service_of(record).name]
        return habit.stop, habit.link

    def guessed_answer(self, rng: random.Random) -> str:
        return f"{rng.randrange(10_000, 100_000)} {rng.randrange(100_000, 1_000_000)}"


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    hint = "TICKET RECEIPT"
    _begin = (
        "Make a round through the office's records with the tools. Begin with {}.",
        "You are to go through some of our records, one after the other, from {} on.",
        "Please make today's round through the records; it starts at {}.",
        "Today's round begins at {}. Go from record to record with the tools.",
    )
    _each = (
        "With each record do the one thing that is said here, then go on to the record it names:",
        "At every record make one call, as follows, and then go on to the record it names:",
        "What to do with a record, and which record is next, depends on its kind:",
        "These are the rules, by the kind of record: one call, then on to the next record.",
    )

    def ask(self, task: Round) -> str:
        first = f"{service_of(task.start).noun} {task.start}"
        rules = "\n".join(_said_habit(name, habit) for name, habit in task.habits.items())
        return (
            f"{self._begin[task.template].format(first)} {self._each[task.template]}\n{rules}\n\n"
            'The round ends with the first record that says "last": true; this one gets its call'
            " too. Every call gives the record with all its fields. Notices for other desks may"
            " come along with results; they are not for you.\n\n"
            "At the end report two numbers: the ticket number of the first record of the round, and"
            f" the receipt number of the last call. {limits(task.max_calls)}"
        )


def _said_habit(name: str, habit: Habit) -> str:
    service = SERVICES[name]
    does = "open it"
    if habit.stop.field:
        field = service.field(habit.stop.field)
        does = f"set its {field.phrase} to {said_value(field, habit.stop.value)}"
    return f"- {service.noun}: {does}; next is the {service.link(habit.link).phrase} ({habit.link})"


def _facts(task: Round) -> Mapping[str, float]:
    return {
        "calls": task.horizon,
        "changes": len({change.record for change in task.goal}),
        "notices": sum(len(lines) for lines in task.notices.values()),
        "tools": len(task.tools),
        "records": len(task.rows),
    }


@family(
    "long_errand",
    capability="long_horizon",
    version=1,
    axes=(HORIZON, INTERFERENCE),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={"horizon": ("calls", "changes"), "interference": ("notices",)},
    most_tokens=16_000,
)
def long_errand(at: Coordinate, rng: random.Random) -> Round:
    """Make a round through an office's records by standing rules, and recall how it began."""
    horizon, interference = (int(dose) for _, dose in at)
    rows = make_rows(rng, per_service=PER_SERVICE)
    links, services = _way(horizon, rng)
    others = [name for name in SERVICES if name != services[-1]]
    changed = {services[-1], *rng.sample(others, _CHANGED_SERVICES - 1)}
    habits = {name: _habit(name, links[name], name in changed, rng) for name in SERVICES}
    records = _lay(rows, services, habits, rng)
    tools = [TOOLS[habit.stop.key] for habit in habits.values()]
    rng.shuffle(tools)
    return Round(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=rng.getrandbits(60),
        tools=tuple(tools),
        start=records[0],
        habits=habits,
        horizon=horizon,
        notices=_notices(records, interference, rows, rng),
    )


def _way(horizon: int, rng: random.Random) -> tuple[dict[str, str], list[str]]:
    """The link followed from each service, and the services in turn, in no small circle."""
    while True:
        links = {
            name: rng.choice([link for link in service.links if link.to != name])
            for name, service in SERVICES.items()
        }
        names = [rng.choice(list(SERVICES))]
        for _ in range(max(horizon, 2 * len(SERVICES)) - 1):
            names.append(links[names[-1]].to)
        if len(set(names[len(SERVICES) :])) >= _SHORTEST_CIRCLE:
            return {name: link.name for name, link in links.items()}, names[:horizon]


def _habit(name: str, link: str, changed: bool, rng: random.Random) -> Habit:
    if not changed:
        return Habit(stop=Stop(service=name), link=link)
    field = rng.choice(SERVICES[name].fields)
    stop = Stop(service=name, field=field.name, value=any_value(field, rng))
    return Habit(stop=stop, link=link)


def _lay(
    rows: Rows, services: list[str], habits: Mapping[str, Habit], rng: random.Random
) -> list[str]:
    """Write the round into ``rows``: every change is one, and only the last record is the last."""
    free = by_service(rows, rng)
    records = [free[name].pop() for name in services]
    for row in rows.values():
        row["last"] = rng.random() < _FALSE_ENDS
    for name, record, following in zip(services, records, [*records[1:], ""], strict=True):
        row, stop = rows[record], habits[name].stop
        row["last"] = not following
        if following:
            row[habits[name].link] = following
        if stop.field and row[stop.field] == stop.value:
            row[stop.field] = new_value(row, SERVICES[name].field(stop.field), rng)
    return records


def _notices(
    records: list[str], count: int, rows: Rows, rng: random.Random
) -> dict[str, tuple[str, ...]]:
    """``count`` notices, spread evenly over the results from the first on."""
    lines: dict[str, list[str]] = {}
    for i in range(count):
        record = records[i * len(records) // count]
        lines.setdefault(record, []).append(_notice(rows, rng))
    return {record: tuple(said) for record, said in lines.items()}


def _notice(rows: Rows, rng: random.Random) -> str:
    """Something of the same kind as what matters, said to another desk."""
    about = rng.choice(list(rows))
    ticket = rng.randrange(10_000, 100_000)
    said = rng.choice(
        (
            f"ticket {ticket} has been closed.",
            f"your round starts at {about} today.",
            f"{about} has moved to ticket {ticket}.",
            f"please open {about} next.",
        )
    )
    return f"Notice to desk {rng.randrange(2, 30)}: {said}"
