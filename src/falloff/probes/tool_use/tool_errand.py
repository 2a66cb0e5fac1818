"""Tool use: an errand through an office, each call on what the one before gave.

    1. Open order ord-4821. 2. Open its invoice file. 3. Set the access of that file to 'team'.

Every record names the next, so no call can be skipped or made ahead; the receipt of the last change
cannot be guessed. Irrelevant tools are others of the office and near-duplicates of the needed ones
(on the archive, on drafts), told apart by name and description. The schema shift gives the same
tools another face: what they do, the records and the errand stay.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.toolworld.errand import Errand, Hand, NotedAnswer, Play
from falloff.probes.toolworld.extras import Copies, extra_tools
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.office import TOOLS, Layer, Store
from falloff.probes.toolworld.route import Route, lay_route
from falloff.probes.toolworld.shifts import (
    LABELS,
    SHIFTS,
    Front,
    Shift,
    shifted,
    with_new_arguments,
)
from falloff.probes.toolworld.state import Row, make_rows
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits, said_route

CHAIN = Axis(
    name="chain",
    unit="dependent calls",
    levels=(1, 2, 4, 8, 16),
    description="calls, each on a record that the one before names",
)
TOOL_SET_SIZE = Axis(
    name="tool_set_size",
    unit="irrelevant tools",
    levels=(0, 4, 16, 64),
    role="shift",
    description="tools that are not needed, many of them near-duplicates of needed ones",
)
SCHEMA_SHIFT = Axis(
    name="schema_shift",
    unit="form of the tools",
    levels=(0, 1, 2, 3, 4, 5),
    kind="nominal",
    role="shift",
    labels=LABELS,
    description="the same tools with other names, units or descriptions",
)


@dataclass(frozen=True, kw_only=True)
class RouteErrand(Errand):
    """Walk ``route`` and report the receipt of the change at its end."""

    route: Route
    shift: Shift = "none"

    @property
    def least_calls(self) -> int:
        """One a stop; a tool that changes in mid-episode can cost one more each time it is new."""
        later = len({stop.key for stop in self.route.stops[self.switch_after :]})
        return len(self.route.stops) + (later if self.shift == "switch" else 0)

    @property
    def switch_after(self) -> int:
        return len(self.route.stops) // 2

    def layers(self, store: Store) -> Layer:
        later = with_new_arguments(self.tools) if self.shift == "switch" else ()
        copies = Copies(store, store)
        return Front(copies, self.tools, later=later, switch_after=self.switch_after)

    def carry_out(self, store: Store) -> str:
        return str(self.route.walk(store)[-1]["receipt"])

    def solve(self) -> Play:
        hand, row = Hand(self.tools), Row()
        for number, stop in enumerate(self.route.stops, start=1):
            record = row[stop.link] if stop.link else self.route.start
            arguments = stop.arguments(record)
            result = yield from hand.use(stop.key, arguments, f"Step {number}: {record}.")
            row = as_row(result)
        yield NotedAnswer(value=row["receipt"], note="All steps are done.")


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    hint = "RECEIPT"

    def ask(self, task: RouteErrand) -> str:
        return (
            f"{said_route(task.route, task.template)}\n\n"
            "Then report the receipt number that the last step gives. "
            f"Each result names the record that the next step is about. {limits(task.max_calls)}"
        )


def _facts(task: RouteErrand) -> Mapping[str, float]:
    return {
        "calls": len(task.route.stops),
        "needed_tools": len(task.route.keys),
        "irrelevant_tools": len(task.tools) - len(task.route.keys),
        "records": len(task.rows),
        "changes": len({change.record for change in task.goal}),
        "shift": SHIFTS.index(task.shift),
    }


@family(
    "tool_errand",
    capability="tool_use",
    version=1,
    axes=(CHAIN, TOOL_SET_SIZE, SCHEMA_SHIFT),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={
        "chain": ("calls", "needed_tools"),
        "tool_set_size": ("irrelevant_tools",),
        "schema_shift": ("shift",),
    },
    most_tokens=20_000,
)
def tool_errand(at: Coordinate, rng: random.Random) -> RouteErrand:
    """Go through an office's records with tools, each call on the last result, and change one."""
    chain, extra, shift = (int(dose) for _, dose in at)
    seed = rng.getrandbits(60)
    rows = make_rows(rng)
    route = lay_route(rows, chain, rng)
    needed = tuple(TOOLS[key] for key in route.keys)
    tools = [*needed, *extra_tools(needed, extra, rng)]
    rng.shuffle(tools)
    return RouteErrand(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=seed,
        secluded=frozenset(route.records),
        tools=shifted(tuple(tools), SHIFTS[shift], seed=seed),
        route=route,
        shift=SHIFTS[shift],
    )
