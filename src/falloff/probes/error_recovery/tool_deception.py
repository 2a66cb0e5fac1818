"""Error recovery: a summary that is out of date, and a list of lines that shows it.

    > get_order(ord-4821)          {"total": 310, "pieces": 14, …}
    > list_order_lines(ord-4821)   120 + 90 + 60 + 40 + 75 = 385: the total is out of date

The prompt says that summaries can be out of date and that lines never are. Taken for true, a false
summary is put on the bill. What is false leaves out one line, so nothing but the lines shows it;
where both figures are false they leave out the same line, and agree with each other.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.toolworld.errand import Errand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.layers import Stale
from falloff.probes.toolworld.office import BILL, LINES, TOOLS, Layer, Store
from falloff.probes.toolworld.route import Route, lay_route
from falloff.probes.toolworld.services import service_of
from falloff.probes.toolworld.shifts import Front
from falloff.probes.toolworld.state import Row, make_rows
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits, said_route

DECEPTION = Axis(
    name="deception",
    unit="false figures",
    levels=(0, 1, 2),
    role="shift",
    description="figures of the order's summary that its lines contradict",
)
CHAIN = Axis(
    name="chain",
    unit="dependent calls",
    levels=(1, 2, 4, 8, 16),
    description="calls up to the order, each on a record that the one before names",
)
LINES_PER_ORDER = 5
_ARTICLES = ("cable", "lamp", "shelf", "clock", "chair", "mug", "rope", "desk", "bell", "map")


@dataclass(frozen=True, kw_only=True)
class Billing(Errand):
    """Walk ``route`` to ``order`` and bill it; ``false`` are figures of its summary."""

    route: Route
    order: str
    false: Mapping[str, int]

    @property
    def least_calls(self) -> int:
        return len(self.route.stops) + 2

    def layers(self, store: Store) -> Layer:
        stale = Stale(store, tool="get_order", false={self.order: self.false})
        return Front(stale, self.tools)

    def carry_out(self, store: Store) -> str:
        self.route.walk(store)
        row = store.rows[self.order]
        bill = {"order_id": self.order, "total": row["total"], "pieces": row["pieces"]}
        return str(as_row(store.call(BILL.key, bill))["receipt"])

    def solve(self) -> Play:
        row: Row = {}
        for number, stop in enumerate(self.route.stops, start=1):
            record = row[stop.link] if stop.link else self.route.start
            arguments, note = stop.arguments(record), f"Step {number}: {record}."
            row = as_row((yield NotedCall(tool=stop.key, arguments=arguments, note=note)))
        order = {"order_id": row["order_id"]}
        note = "The summary can be out of date: the lines."
        found = yield NotedCall(tool=LINES.key, arguments=order, note=note)
        bill, note = _added_up(as_row(found)["lines"], row)
        done = yield NotedCall(tool=BILL.key, arguments=order | bill, note=note)
        yield NotedAnswer(value=as_row(done)["receipt"], note="The order is billed.")


def _added_up(lines: list[dict[str, Any]], row: Row) -> tuple[dict[str, int], str]:
    """The bill by the lines, and what the oracle says of the summary in ``row``."""
    bill, notes = {}, []
    for figure, column in (("total", "euros"), ("pieces", "pieces")):
        bill[figure] = sum(line[column] for line in lines)
        added = f"{' + '.join(str(line[column]) for line in lines)} = {bill[figure]}"
        agrees = "as the summary says" if bill[figure] == row[figure] else f"not {row[figure]}"
        notes.append(f"{figure}: {added}, {agrees}.")
    return bill, "\n".join(notes)


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    hint = "RECEIPT"
    _bill = (
        "Then bill that order: put down its total in euros and its number of pieces.",
        "Then write the bill of that order, with its total in euros and its number of pieces.",
        "After that, bill the order; the bill needs its total in euros and its number of pieces.",
        "Finally that order has to be billed, with its total in euros and its number of pieces.",
    )

    def ask(self, task: Billing) -> str:
        return (
            f"{said_route(task.route, task.template)}\n{self._bill[task.template]}\n\n"
            "Total and pieces as an opened order shows them are a summary, which can be out of"
            " date. The lines of an order are never out of date, and the bill must be right. You"
            " can bill only once. Report the receipt number of the bill."
            f" {limits(task.max_calls)}"
        )


def _facts(task: Billing) -> Mapping[str, float]:
    return {
        "calls": len(task.route.stops),
        "tools": len(task.tools),
        "needed_tools": len(task.route.keys) + 2,
        "false_figures": len(task.false),
        "lines": len(task.rows[task.order]["lines"]),
        "total": task.rows[task.order]["total"],
    }


@family(
    "tool_deception",
    capability="error_recovery",
    version=1,
    axes=(DECEPTION, CHAIN),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={"deception": ("false_figures",), "chain": ("calls", "tools", "needed_tools")},
    most_tokens=8000,
)
def tool_deception(at: Coordinate, rng: random.Random) -> Billing:
    """Bill an order whose summary can be out of date; its lines tell the truth."""
    deception, chain = (int(dose) for _, dose in at)
    rows = make_rows(rng)
    for record, row in rows.items():
        if service_of(record).name == "orders":
            row |= _with_lines(rng)
    route = lay_route(rows, chain, rng, last="orders", change=False)
    order = route.records[-1]
    tools = [*(TOOLS[key] for key in dict.fromkeys([*route.keys, "get_order"])), LINES, BILL]
    rng.shuffle(tools)
    left_out = rng.choice(rows[order]["lines"])
    short = {
        "total": rows[order]["total"] - left_out["euros"],
        "pieces": rows[order]["pieces"] - left_out["pieces"],
    }
    return Billing(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=rng.getrandbits(60),
        secluded=frozenset(route.records),
        tools=tuple(tools),
        route=route,
        order=order,
        false={figure: short[figure] for figure in rng.sample(sorted(short), deception)},
    )


def _with_lines(rng: random.Random) -> Row:
    """Lines of an order, and the summary that they come to."""
    lines: list[dict[str, Any]] = [
        {"article": article, "pieces": rng.randrange(2, 10), "euros": rng.randrange(21, 99)}
        for article in rng.sample(_ARTICLES, LINES_PER_ORDER)
    ]
    return {
        "total": sum(line["euros"] for line in lines),
        "pieces": sum(line["pieces"] for line in lines),
        "lines": lines,
    }
