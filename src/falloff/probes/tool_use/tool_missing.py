"""Tool use: an errand for which something is missing, and what to do then.

    1. Open order ord-4821 (get_order). 2. Set the access of its invoice file (set_file_access).
    > What should the access be?      The access should be 'team'.

Each step names its tool. Withheld is a tool (then the errand cannot be done, and the answer says
which tools are missing), or a value or the record to start from (then the user, when asked, says
it). With nothing withheld the same errand is simply done: the unambiguous twin. With two things
withheld, all missing tools are named, whatever else is missing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Observation, Say
from falloff.probes.toolworld.errand import TALK, Errand, Hand, NotedAnswer, Play
from falloff.probes.toolworld.extras import Copies, extra_tools
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.office import TOOLS, Layer, Store
from falloff.probes.toolworld.route import Route, lay_route, read_value, said_value
from falloff.probes.toolworld.services import SERVICES, Field, Service
from falloff.probes.toolworld.shifts import Front
from falloff.probes.toolworld.state import Row, make_rows
from falloff.probes.toolworld.user import Known, User
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits, said_route

MISSING = Axis(
    name="missing",
    unit="withheld items",
    levels=(0, 1, 2),
    role="shift",
    description="tools that are not offered, and things the request leaves out",
)
CHAIN = Axis(
    name="chain",
    unit="dependent calls",
    levels=(1, 2, 4, 8),
    description="calls, each on a record that the one before names",
)
OTHER_TOOLS = 8
# What can be withheld beside the tools: the value to set, and the record to start from.
_VALUE, _START = "value", "start"


@dataclass(frozen=True, kw_only=True)
class Incomplete(Errand):
    """Walk ``route`` with ``withheld`` (keys of tools, ``value``, ``start``) left out."""

    route: Route
    withheld: tuple[str, ...]

    @property
    def missing_tools(self) -> tuple[str, ...]:
        return tuple(sorted(item for item in self.withheld if item in TOOLS))

    @property
    def first(self) -> Service:
        return SERVICES[self.route.stops[0].service]

    @property
    def field(self) -> Field:
        """What the last step sets."""
        last = self.route.stops[-1]
        return SERVICES[last.service].field(last.field)

    @property
    def least_calls(self) -> int:
        return len(self.route.stops)

    def layers(self, store: Store) -> Layer:
        return Front(Copies(store, store), self.tools)

    def user(self) -> User:
        """Asked, says what the request leaves out; knows nothing of tools."""
        sheet, field = [], self.field
        if _START in self.withheld:
            words = ("id", "which", "number", self.first.noun)
            start = f"Start with {self.first.noun} {self.route.start}."
            sheet.append(Known(words=words, says=start))
        if _VALUE in self.withheld:
            words = ("value", "what", *re.findall("[a-z]+", field.phrase))
            value = said_value(field, self.route.stops[-1].value)
            sheet.append(Known(words=words, says=f"The {field.phrase} should be {value}."))
        return User(tuple(sheet), patience=TALK)

    def carry_out(self, store: Store) -> str:
        if self.missing_tools:
            return f"MISSING {' '.join(self.missing_tools)}"
        return str(self.route.walk(store)[-1]["receipt"])

    def accepts(self, answer: str) -> bool:
        """Missing tools may be named in any order, with commas or without."""
        if not self.missing_tools:
            return super().accepts(answer)
        said = re.findall(r"[a-z_]+", answer[:1000].lower().replace("\\", ""))
        return said[:1] == ["missing"] and set(said[1:]) - {"and"} == set(self.missing_tools)

    def solve(self) -> Play:
        offered = {tool.shown for tool in self.tools}
        lacking = [stop.key for stop in self.route.stops if stop.key not in offered]
        if lacking:
            names = ", ".join(dict.fromkeys(lacking))
            yield NotedAnswer(value=f"MISSING {names}", note=f"I am not offered {names}.")
            return
        start, value = yield from self._asked()
        hand, row = Hand(self.tools), Row()
        for number, stop in enumerate(self.route.stops, start=1):
            record = row[stop.link] if stop.link else start
            arguments = replace(stop, value=value).arguments(record)
            result = yield from hand.use(stop.key, arguments, f"Step {number}: {record}.")
            row = as_row(result)
        yield NotedAnswer(value=row["receipt"], note="All steps are done.")

    def _asked(self) -> Generator[Action, Observation, tuple[str, str | int]]:
        """The record to start from and the value to set, from the user where left out."""
        start, value = self.route.start, self.route.stops[-1].value
        if _START in self.withheld:
            said = yield Say(text=f"The {self.first.noun} to start with: please give me its id.")
            start = re.findall(r"[a-z]{3}-[0-9]{4}", said.value)[0]
        if _VALUE in self.withheld:
            said = yield Say(text=f"To what should I set the {self.field.phrase}?")
            value = read_value(self.field, said.value.partition("should be ")[2].rstrip("."))
        return start, value

    def guessed_answer(self, rng: random.Random) -> str:
        if rng.random() < 0.5:
            return f"MISSING {rng.choice(list(TOOLS))}"
        return super().guessed_answer(rng)


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    hint = "RECEIPT"
    rule = (
        "If one or more of the tools that the steps name are not offered to you, the errand cannot"
        " be done: change nothing, and finish with MISSING and the names of all of them instead of"
        " the receipt."
    )

    def ask(self, task: Incomplete) -> str:
        said = said_route(
            task.route,
            task.template,
            named_tools=True,
            without_start=_START in task.withheld,
            without_value=_VALUE in task.withheld,
        )
        return (
            f"{said}\n\n"
            "Then report the receipt number that the last step gives. Each step has to be done"
            " with the tool that stands in brackets after it. If the tools are all there and I"
            " left out something else that you need, ask me for it, and go on when I have told"
            " you."
            f" {limits(task.max_calls)}"
        )


def _facts(task: Incomplete) -> Mapping[str, float]:
    needed = set(task.route.keys)
    return {
        "calls": len(task.route.stops),
        "needed_tools": len(needed),
        "other_tools": sum(tool.key not in needed for tool in task.tools),
        "withheld": len(task.withheld),
        "can_be_done": not task.missing_tools,
        "records": len(task.rows),
    }


@family(
    "tool_missing",
    capability="tool_use",
    version=1,
    axes=(MISSING, CHAIN),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={
        "missing": ("withheld", "can_be_done"),
        "chain": ("calls", "needed_tools"),
    },
    most_tokens=8000,
)
def tool_missing(at: Coordinate, rng: random.Random) -> Incomplete:
    """Do an errand, ask for what was left out of it, or say which tools it lacks."""
    missing, chain = (int(dose) for _, dose in at)
    rows = make_rows(rng)
    route = lay_route(rows, chain, rng)
    withheld = _withheld(route, missing, rng)
    needed = tuple(TOOLS[key] for key in route.keys)
    tools = [*needed, *extra_tools(needed, OTHER_TOOLS, rng)]
    rng.shuffle(tools)
    return Incomplete(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=rng.getrandbits(60),
        secluded=frozenset(route.records),
        tools=tuple(tool for tool in tools if tool.key not in withheld),
        route=route,
        withheld=withheld,
    )


def _withheld(route: Route, count: int, rng: random.Random) -> tuple[str, ...]:
    """As often a tool as something else comes first, however many tools there are."""
    tools, told = list(route.keys), [_VALUE, _START]
    rng.shuffle(tools)
    rng.shuffle(told)
    first, second = (tools, told) if rng.random() < 0.5 else (told, tools)
    items = [first[0], *rng.sample([*first[1:2], second[0]], 1)]
    return tuple(items[:count])
