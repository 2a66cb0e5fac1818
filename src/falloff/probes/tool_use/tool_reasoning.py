"""Tool use, composed with reasoning: a number worked out over what several calls gave.

    1. Open order ord-4821. 2. Open its invoice file. Begin with 437, add figure b of step 1's
    record, take away figure d of step 2's record, … Set the credit limit of … to that number.

Chain counts the calls that gather, steps the sums over what they gave. Either is easy without the
other; figures have two digits and every number on the way three, however many steps.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.toolworld.errand import Errand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.office import TOOLS, Store
from falloff.probes.toolworld.route import Route, Stop, lay_route
from falloff.probes.toolworld.services import SERVICES, Field, service_of
from falloff.probes.toolworld.state import Row, make_rows
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits, said_route

CHAIN = Axis(
    name="chain",
    unit="dependent calls",
    levels=(1, 2, 4, 8, 16),
    description="calls that gather, each on a record that the one before names",
)
STEPS = Axis(
    name="steps",
    unit="dependent steps",
    levels=(1, 2, 4, 8, 16),
    description="sums over the figures that were gathered",
)
_FIGURES = ("a", "b", "c", "d")
# Services whose records hold money, which the number is set as in the end.
_LAST = ("bank", "contacts")


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Add ``sign`` times ``figure`` of the record of step ``step`` (from 1)."""

    sign: int
    figure: str
    step: int


@dataclass(frozen=True, kw_only=True)
class SumErrand(Errand):
    """Gather along ``route``, work ``sums`` out from ``begin``, and set the number at its end."""

    route: Route
    begin: int
    sums: tuple[Sum, ...]

    @property
    def least_calls(self) -> int:
        return len(self.route.stops) + 1

    @property
    def field(self) -> Field:
        """What the number is set as."""
        fields = SERVICES[self.route.stops[-1].service].fields
        return next(field for field in fields if field.kind == "money")

    def carry_out(self, store: Store) -> str:
        rows = self.route.walk(store)
        number = self._numbers(rows)[-1]
        stop = self._closing(number)
        store.call(stop.key, stop.arguments(_id(rows[-1], stop)))
        return str(number)

    def solve(self) -> Play:
        rows: list[Row] = []
        for number, stop in enumerate(self.route.stops, start=1):
            record = rows[-1][stop.link] if stop.link else self.route.start
            arguments, note = stop.arguments(record), f"Step {number}: {record}."
            rows.append(as_row((yield NotedCall(tool=stop.key, arguments=arguments, note=note))))
        numbers = self._numbers(rows)
        stop = self._closing(numbers[-1])
        arguments = stop.arguments(_id(rows[-1], stop))
        yield NotedCall(tool=stop.key, arguments=arguments, note=self._worked(numbers))
        yield NotedAnswer(value=str(numbers[-1]), note=f"The {self.field.phrase} is set.")

    def _numbers(self, rows: list[Row]) -> list[int]:
        """The number before and after each sum."""
        numbers = [self.begin]
        for one in self.sums:
            numbers.append(numbers[-1] + one.sign * int(rows[one.step - 1][one.figure]))
        return numbers

    def _worked(self, numbers: list[int]) -> str:
        pairs = itertools.pairwise(numbers)
        return "\n".join(f"{x} {'+' if y > x else '-'} {abs(y - x)} = {y}" for x, y in pairs)

    def _closing(self, number: int) -> Stop:
        return Stop(service=self.route.stops[-1].service, field=self.field.name, value=number)

    def guessed_answer(self, rng: random.Random) -> str:
        return str(rng.randrange(100, 1000))


def _id(row: Row, stop: Stop) -> str:
    return str(row[SERVICES[stop.service].id_key])


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    kind = "integer"
    hint = "NUMBER"
    _add = ("add", "add", "increase it by", "add")
    _take = ("take away", "subtract", "decrease it by", "take off")

    def ask(self, task: SumErrand) -> str:
        noun = SERVICES[task.route.stops[-1].service].noun
        return (
            f"{said_route(task.route, task.template)}\n\n"
            "Then work out a number from the figures a, b, c and d of these records ('b of step 1'"
            " is figure b of the record of step 1), in the order in which it is said here."
            f" {self._sums(task)}\n\n"
            f"Set the {task.field.phrase} of the {noun} of step {len(task.route.stops)} to that"
            f" number, in euros, and report the number. {limits(task.max_calls)}"
        )

    def _sums(self, task: SumErrand) -> str:
        parts = [f"Begin with {task.begin}"]
        for one in task.sums:
            verb = (self._add if one.sign > 0 else self._take)[task.template]
            parts.append(f"{verb} {one.figure} of step {one.step}")
        return "; ".join(parts) + "."


def _facts(task: SumErrand) -> Mapping[str, float]:
    store = Store(task.rows, task.seed)
    numbers = task._numbers(task.route.walk(store))
    return {
        "calls": len(task.route.stops),
        "tools": len(task.tools),
        "steps": len(task.sums),
        "digits": sum(len(str(number)) for number in numbers) / len(numbers),
        "records": len(task.rows),
    }


@family(
    "tool_reasoning",
    capability="tool_use",
    version=1,
    axes=(CHAIN, STEPS),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={"chain": ("calls", "tools"), "steps": ("steps",)},
    most_tokens=8000,
)
def tool_reasoning(at: Coordinate, rng: random.Random) -> SumErrand:
    """Gather figures with tools, work out a number from them in several steps, and set it."""
    chain, steps = (int(dose) for _, dose in at)
    rows = make_rows(rng)
    for row in rows.values():
        row |= {figure: rng.randrange(10, 100) for figure in _FIGURES}
    route = lay_route(rows, chain, rng, last=rng.choice(_LAST), change=False)
    seed = rng.getrandbits(60)
    last = route.records[-1]
    begin, sums = _sums(route.walk(Store(rows, seed)), steps, rng)
    money = next(f for f in service_of(last).fields if f.kind == "money")
    closing = Stop(service=route.stops[-1].service, field=money.name).key
    tools = [TOOLS[key] for key in (*route.keys, closing)]
    rng.shuffle(tools)
    # The number has three digits, so that what is there now is another one.
    rows[last][money.name] = rng.randrange(1000, 2000)
    return SumErrand(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=seed,
        secluded=frozenset(route.records),
        tools=tuple(tools),
        route=route,
        begin=begin,
        sums=sums,
    )


def _sums(rows: list[Row], count: int, rng: random.Random) -> tuple[int, tuple[Sum, ...]]:
    """Sums that keep the number between 100 and 999; every record counts before one does twice."""
    number = begin = rng.randrange(200, 900)
    order: list[int] = []
    sums = []
    for _ in range(count):
        order = order or rng.sample(range(1, len(rows) + 1), len(rows))
        step, figure = order.pop(), rng.choice(_FIGURES)
        amount = rows[step - 1][figure]
        sign = rng.choice((1, -1))
        if not 100 <= number + sign * amount <= 999:
            sign = -sign
        number += sign * amount
        sums.append(Sum(sign=sign, figure=figure, step=step))
    return begin, tuple(sums)
