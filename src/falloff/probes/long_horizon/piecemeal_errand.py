"""Long horizon: a request that is told in pieces, and corrected before it is complete.

    Set the status of order ord-4821 to 'packed'. - OK - Set the duration of event evt-1177 to
    2 hours. - OK - Sorry, about the status of the order: I meant 'held', not 'packed'. That is all.

A scripted user says six changes and ten afterthoughts, in as many messages as the axis says, and in
one at the centre: the same words. Some afterthoughts correct what was said, as often as the axis
says; the others confirm it at about the same length. Nothing is to be done before all is said.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.task import Action, Say
from falloff.probes.toolworld.errand import TALK, Errand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.office import TOOLS, Store
from falloff.probes.toolworld.route import Stop, by_service, new_value, said_value
from falloff.probes.toolworld.services import SERVICES, Field, Service
from falloff.probes.toolworld.state import Rows, make_rows
from falloff.probes.toolworld.user import User
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits, said_stop

CHANGES, AFTERTHOUGHTS = 6, 10
# Enough where every afterthought names another record of the same service.
PER_SERVICE = 16

SHARDS = Axis(
    name="shards",
    unit="messages",
    levels=(1, 2, 4, 8, 16),
    role="shift",
    description="messages over which one and the same request is spread",
)
CORRECTIONS = Axis(
    name="corrections",
    unit="corrections",
    levels=(0, 1, 2, 5, 10),
    description="afterthoughts that take back what was said; the others confirm it",
)

Aspect = Literal["record", "value"]
_ASPECTS: tuple[Aspect, ...] = ("record", "value")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One change: what ``stop`` sets, in ``record``."""

    record: str
    stop: Stop

    @property
    def service(self) -> Service:
        return SERVICES[self.stop.service]

    @property
    def field(self) -> Field:
        return self.service.field(self.stop.field)

    @property
    def what(self) -> str:
        """How it is spoken of: no other change of the request has both this field and this noun."""
        return f"the {self.field.phrase} of the {self.service.noun}"

    def said(self, aspect: Aspect) -> str:
        if aspect == "record":
            return f"{self.service.noun} {self.record}"
        return said_value(self.field, self.stop.value)


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something the user says of one change.

    Without ``before`` it is said for the first time; else ``aspect`` is what of it is now corrected
    or confirmed.
    """

    now: Wish
    before: Wish | None = None
    aspect: Aspect = "value"

    @property
    def corrects(self) -> bool:
        return self.before is not None and self.before != self.now


@dataclass(frozen=True, kw_only=True)
class Piecemeal(Errand):
    """Carry out what the ``remarks``, spread over ``shards`` messages, come to.

    The receipt of the change that ``asked`` speaks of has to be reported.
    """

    remarks: tuple[Remark, ...]
    shards: int
    asked: str

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What is to be done in the end: of each change what was said last."""
        return tuple({remark.now.what: remark.now for remark in self.remarks}.values())

    @property
    def least_calls(self) -> int:
        return len(self.wishes)

    @property
    def max_turns(self) -> int:
        return self.max_calls + TALK + self.shards

    @property
    def messages(self) -> tuple[str, ...]:
        """The remarks as the user says them, spread evenly."""
        lines: list[list[str]] = [[] for _ in range(self.shards)]
        for i, remark in enumerate(self.remarks):
            said = _said(remark, self.template)
            lines[i * self.shards // len(self.remarks)].append(said)
        lines[-1].append(THE_END)
        return tuple("\n".join(said) for said in lines)

    def user(self) -> User:
        return User(lines=self.messages[1:], patience=TALK)

    def carry_out(self, store: Store) -> str:
        receipts = {
            wish.what: as_row(store.call(wish.stop.key, wish.stop.arguments(wish.record)))
            for wish in self.wishes
        }
        return str(receipts[self.asked]["receipt"])

    def solve(self) -> Play:
        for _ in range(self.shards - 1):
            yield Say(text="OK")
        receipt = ""
        for wish in self.wishes:
            arguments, note = wish.stop.arguments(wish.record), f"As last said of {wish.what}."
            result = yield NotedCall(tool=wish.stop.key, arguments=arguments, note=note)
            if wish.what == self.asked:
                receipt = as_row(result)["receipt"]
        yield NotedAnswer(value=receipt, note="All changes are made.")

    def guess(self, rng: random.Random) -> Action:
        return Say(text="OK") if rng.random() < 0.3 else super().guess(rng)


THE_END = "That is all."
_CORRECTED = (
    "Sorry, about {what}: I meant {now}, not {before}.",
    "A correction to {what}: it is {now}, not {before}.",
    "I was wrong about {what}: please take {now}, not {before}.",
    "I take back what I said of {what}: {now}, not {before}.",
)
_CONFIRMED = (
    "Yes, about {what}: I do mean {now}, as I have said.",
    "No correction to {what}: it is {now}, as I said.",
    "I was right about {what}: please do take {now}, as said.",
    "I keep to what I said of {what}: {now}, as before.",
)


def _said(remark: Remark, template: int) -> str:
    now, before = remark.now, remark.before
    if before is None:
        return said_stop(now.stop, now.said("record"), template)
    form = (_CORRECTED if remark.corrects else _CONFIRMED)[template]
    aspect = remark.aspect
    return form.format(what=now.what, now=now.said(aspect), before=before.said(aspect))


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    kind = "integer"
    talk = True
    hint = "RECEIPT"
    _begin = (
        "Please make some changes in the office's records with the tools.",
        "There are some changes to be made in our records, with the tools.",
        "You have tools for the office's records; I need some changes made.",
        "I should like you to change a few of our records with the tools.",
    )

    def ask(self, task: Piecemeal) -> str:
        return (
            f"{self._begin[task.template]} I tell you what to change in one or more messages, as"
            " it comes to my mind, and may correct myself: what I say later counts. Until I say"
            f" '{THE_END}', change nothing, and reply with OK. Then make all the changes, and"
            f" report the receipt number that changing {task.asked} gives."
            f" {limits(task.max_calls)}\n\n{task.messages[0]}"
        )


def _facts(task: Piecemeal) -> Mapping[str, float]:
    return {
        "messages": task.shards,
        "corrections": sum(remark.corrects for remark in task.remarks),
        "remarks": len(task.remarks),
        "words": sum(len(_said(remark, task.template).split()) for remark in task.remarks),
        "calls": task.least_calls,
        "tools": len(task.tools),
        "records": len(task.rows),
    }


@family(
    "piecemeal_errand",
    capability="long_horizon",
    version=1,
    axes=(SHARDS, CORRECTIONS),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={"shards": ("messages",), "corrections": ("corrections",)},
    most_tokens=5000,
)
def piecemeal_errand(at: Coordinate, rng: random.Random) -> Piecemeal:
    """Change records as a user tells it in pieces and corrects it, once all has been said."""
    rows = make_rows(rng, per_service=PER_SERVICE)
    free = by_service(rows, rng)
    fields = [(service, field) for service in SERVICES.values() for field in service.fields]
    wishes = [_wish(rows, free, *chosen, rng) for chosen in rng.sample(fields, CHANGES)]
    tools = [TOOLS[wish.stop.key] for wish in wishes]
    rng.shuffle(tools)
    return Piecemeal(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=rng.getrandbits(60),
        tools=tuple(tools),
        remarks=_remarks(wishes, int(at["corrections"]), rows, free, rng),
        shards=int(at["shards"]),
        asked=rng.choice(wishes).what,
    )


def _wish(
    rows: Rows, free: dict[str, list[str]], service: Service, field: Field, rng: random.Random
) -> Wish:
    record = free[service.name].pop()
    value = new_value(rows[record], field, rng)
    return Wish(record=record, stop=Stop(service=service.name, field=field.name, value=value))


def _remarks(
    wishes: list[Wish],
    corrections: int,
    rows: Rows,
    free: dict[str, list[str]],
    rng: random.Random,
) -> tuple[Remark, ...]:
    """The changes and what is said of them later, in an order that no axis moves."""
    later = [True] * corrections + [False] * (AFTERTHOUGHTS - corrections)
    rng.shuffle(later)
    first, *untold = wishes
    told = {first.what: first}
    remarks = [Remark(now=first)]
    turns = ["change"] * len(untold) + ["afterthought"] * len(later)
    rng.shuffle(turns)
    for turn in turns:
        if turn == "change":
            remark = Remark(now=untold.pop())
        else:
            before = rng.choice(list(told.values()))
            aspect: Aspect = rng.choice(_ASPECTS)
            now = _corrected(before, aspect, rows, free, rng) if later.pop() else before
            remark = Remark(now=now, before=before, aspect=aspect)
        told[remark.now.what] = remark.now
        remarks.append(remark)
    return tuple(remarks)


def _corrected(
    before: Wish,
    aspect: Aspect,
    rows: Rows,
    free: dict[str, list[str]],
    rng: random.Random,
) -> Wish:
    """The same change in another record, or to another value; it stays a change."""
    stop, field = before.stop, before.field
    if aspect == "record":
        options = free[before.service.name]
        record = next(r for r in options if rows[r][field.name] != stop.value)
        options.remove(record)
        return replace(before, record=record)
    while (value := new_value(rows[before.record], field, rng)) == stop.value:
        pass
    return replace(before, stop=replace(stop, value=value))
