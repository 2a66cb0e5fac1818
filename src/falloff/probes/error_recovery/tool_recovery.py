"""Error recovery: an errand through an office whose lines fail, some of them without a word.

    > get_order(ord-4821)   busy just now, try again
    > get_order(ord-4821)   {"order_id": "ord-4821", "revision": 3, …}
    > audit_record(ord-4821)   {"revision": 5}       so that was out of date: a backup line

A fault strikes one step: it passes or stays, says so or not, and leaves a way around, but for the
last kind, of which failure must be reported. ``fault_count`` counts the faults that are met on the
way, whatever their kind, spread evenly over the steps (several in a row where there are more faults
than steps). The two axes are independent: with no faults all kinds are the same errand, which so is
their common control, and there is no kind without faults. The prompt is the same for all kinds.
"""

from __future__ import annotations

import random
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Observation
from falloff.probes.toolworld.errand import Errand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.faults import (
    BUSY,
    CLOSED,
    KINDS,
    LABELS,
    NOT_HERE,
    Fault,
    Faults,
    as_row,
    backup_tools,
    spread,
    why_refused,
)
from falloff.probes.toolworld.office import AUDIT, TOOLS, Layer, Store
from falloff.probes.toolworld.route import Route, Stop, lay_route
from falloff.probes.toolworld.services import SERVICES
from falloff.probes.toolworld.shifts import Front
from falloff.probes.toolworld.state import Row, make_rows
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits, said_route

FAULT_KIND = Axis(
    name="fault_kind",
    unit="kind of fault",
    levels=(0, 1, 2, 3, 4),
    kind="nominal",
    role="shift",
    labels=LABELS,
    description="whether faults say so, whether they pass, and what is left to do",
)
FAULT_COUNT = Axis(
    name="fault_count",
    unit="faults",
    levels=(0, 1, 2, 4, 8),
    role="shift",
    description="faults met in an episode by whoever makes no detour",
)
CHAIN = Axis(
    name="chain",
    unit="dependent calls",
    levels=(1, 2, 4, 8, 16),
    description="steps of the errand, each on a record that the one before names",
)
# Tries on a tool's own line before another line is taken.
_TRIES = 2


@dataclass(frozen=True, kw_only=True)
class Recovery(Errand):
    """Walk ``route`` though the faults of ``plan`` strike; ``kind`` and ``count`` drew them."""

    route: Route
    plan: tuple[Fault, ...]
    kind: int
    count: int

    @property
    def least_calls(self) -> int:
        """Each step and each fault with the audit that tells them apart."""
        return 2 * (len(self.route.stops) + self.count)

    def layers(self, store: Store) -> Layer:
        return Front(Faults(store, store, self.plan), self.tools)

    def carry_out(self, store: Store) -> str:
        closed = [fault.record for fault in self.plan if fault.kind == "closed"]
        if closed:
            return f"FAILED {closed[0]}"
        return str(self.route.walk(store)[-1]["receipt"])

    def accepts(self, answer: str) -> bool:
        if not self.gold.startswith("FAILED"):
            return super().accepts(answer)
        said = re.findall(r"failed|[a-z]{3}-[0-9]{4}", answer[:1000].lower())
        return said == self.gold.lower().split()

    def solve(self) -> Play:
        row: Row | None = {}
        for number, stop in enumerate(self.route.stops, start=1):
            record = row[stop.link] if row else self.route.start
            row = yield from _insist(stop, record, f"Step {number}: {record}.")
            if row is None:
                note = "Nothing can be done with it, so I stop here."
                yield NotedAnswer(value=f"FAILED {record}", note=note)
                return
        yield NotedAnswer(value=row["receipt"] if row else "", note="All steps are done.")

    def guessed_answer(self, rng: random.Random) -> str:
        if rng.random() < 0.5:
            return f"FAILED {rng.choice(list(self.rows))}"
        return super().guessed_answer(rng)


def _insist(stop: Stop, record: str, note: str) -> Generator[Action, Observation, Row | None]:
    """Do one step, whatever fails, and check it; None where a tool says that it cannot be done."""
    line = tries = 0
    while True:
        result = yield _call(stop, record, line, note)
        match why_refused(result):
            case said if said == CLOSED:
                return None
            case said if said == BUSY:
                note = "It was busy: once more."
                continue
            case said if said == NOT_HERE:
                line += 1
                note = f"Not on this line: backup line {line}."
                continue
        row = as_row(result)
        wrong = yield from _what_is_wrong(stop, record, row)
        if not wrong:
            return row
        tries += 1
        line += tries >= _TRIES
        note = f"{wrong} {f'Backup line {line} instead.' if line else 'Once more.'}"


def _what_is_wrong(stop: Stop, record: str, row: Row) -> Generator[Action, Observation, str]:
    """What a look at the result and at the true revision shows; empty if all is well."""
    given = row[SERVICES[stop.service].id_key]
    if given != record:
        return f"That is {given}, not {record}."
    note = f"Is revision {row['revision']} the true one?"
    audit = yield NotedCall(tool=AUDIT.key, arguments={"record_id": record}, note=note)
    true = as_row(audit)["revision"]
    if true == row["revision"]:
        return ""
    why = "the change was not made" if stop.field else "that was out of date"
    return f"The true revision is {true}, so {why}."


def _call(stop: Stop, record: str, line: int, note: str) -> NotedCall:
    if line == 0:
        return NotedCall(tool=stop.key, arguments=stop.arguments(record), note=note)
    arguments = {"tool": stop.key, "record_id": record}
    change = {"value": str(stop.value)} if stop.field else {}
    return NotedCall(tool=f"backup_{line}", arguments=arguments | change, note=note)


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    hint = "RECEIPT"
    rule = (
        "If a tool says that a record is closed on all lines, stop there, change nothing, and"
        " finish with FAILED and the id of that record instead of the receipt."
    )

    def ask(self, task: Recovery) -> str:
        return (
            f"{said_route(task.route, task.template)}\n\n"
            "Then report the receipt number that the last step gives. "
            f"{limits(task.max_calls)}\n\n"
            "The lines to the records are not reliable today. A tool may refuse, and says why. It"
            " may also, without a word, give an old revision of a record, or another record than"
            " the one you asked for, or confirm a change that was not made (its receipt is then"
            " void). audit_record always gives the true revision of a record: a result is good if"
            " it shows the record you asked for and has the revision that audit_record gives"
            " afterwards. If a tool does not give a good result, it may on another try; if it does"
            " not, a backup line may (backup_1 to backup_8; some of them may fail as well)."
        )


def _facts(task: Recovery) -> Mapping[str, float]:
    return {
        "calls": len(task.route.stops),
        "needed_tools": len(task.route.keys),
        "other_tools": len(task.tools) - len(task.route.keys),
        "faults": sum(fault.count for fault in task.plan),
        "kind": task.kind,
        "can_be_done": not task.gold.startswith("FAILED"),
        "slack": task.max_calls - 2 * task.least_calls,
        "records": len(task.rows),
    }


@family(
    "tool_recovery",
    capability="error_recovery",
    version=1,
    axes=(FAULT_KIND, FAULT_COUNT, CHAIN),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={
        "fault_kind": ("kind", "can_be_done"),
        "fault_count": ("faults", "can_be_done"),
        "chain": ("calls", "needed_tools"),
    },
    most_tokens=12_000,
)
def tool_recovery(at: Coordinate, rng: random.Random) -> Recovery:
    """Go through an office's records while tools refuse, give old records or confirm in vain."""
    kind, count, chain = (int(dose) for _, dose in at)
    rows = make_rows(rng)
    route = lay_route(rows, chain, rng)
    struck = [(s.key, record) for s, record in zip(route.stops, route.records, strict=True)]
    needed = tuple(TOOLS[key] for key in route.keys)
    tools = [*needed, AUDIT]
    rng.shuffle(tools)
    return Recovery(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=rng.getrandbits(60),
        secluded=frozenset(route.records),
        tools=(*tools, *backup_tools(needed)),
        route=route,
        plan=spread(struck, KINDS[kind], count, rng),
        kind=kind,
        count=count,
    )
