"""Error recovery: ask services that fail, and know what to do about each way of failing.

    What does # cost? Ask b.
    b: I am down - so its backup f, which is down as well, so its backup k - k: # costs 52

Every service stands in a table with its backup, or with the note that it has none. ``fault_count``
faults are met on the way, all of one kind: a service is down, or busy for the moment, or speaks of
another item without saying that anything is wrong; or the last one that is left is down, and the
right thing to do is to report that. An answer counts only if a service gave it in this episode,
and a report only if the last service was asked: guesses are worth nothing.

The kinds have no order. The prompt is the same for all of them, and equally long.
"""

from __future__ import annotations

import itertools
import random
import re
import string
from collections.abc import Generator
from dataclasses import dataclass

from falloff.core import Axis, Coordinate, Message, Reason, Reply, ToolSpec
from falloff.probes.answers import same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.error_recovery.desk import (
    ASK,
    ASTRAY,
    BUSY,
    DOWN,
    FAILED,
    ITEMS,
    NO_WAY,
    VALUES,
    Desk,
    value_of,
)
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Call, Observation, Unreadable, World
from falloff.probes.text import Turns, spoken, user

SERVICES = string.ascii_letters
# Calls beyond the least that are needed: room for a mistake that is noticed, not for a search.
SLACK = 2
# Services in the table that nothing leads to.
ASIDE = 2

FAULT_COUNT = Axis(
    name="fault_count",
    unit="faults",
    levels=(1, 2, 4, 8, 12, 16, 24, 32),
    role="difficulty",
    description="faults met one after the other, all of one kind",
)
FAULT_KIND = Axis(
    name="fault_kind",
    unit="kind of fault",
    levels=(DOWN, BUSY, ASTRAY, NO_WAY),
    kind="nominal",
    role="shift",
    labels=(
        "down: use the backup",
        "busy: ask again",
        "silent: an answer about another item",
        "no backup left: report",
    ),
    description="whether faults say so, whether they pass, and what is left to do",
)


@dataclass(frozen=True, kw_only=True)
class FaultChain:
    """``path`` leads from the service to ask first to the one that answers, by its backups.

    ``table`` gives each service's backup in shown order, or ``.`` for none. With the kind
    ``NO_WAY`` nobody answers: the path ends with the last service that fails.
    """

    kind: int
    count: int
    item: str
    path: tuple[str, ...]
    table: tuple[tuple[str, str], ...]
    seed: int
    template: int = 0

    @property
    def max_calls(self) -> int:
        return self.count + 1 + SLACK

    @property
    def max_turns(self) -> int:
        return self.max_calls + 1

    @property
    def gold(self) -> str:
        return FAILED if self.kind == NO_WAY else value_of(self.item, self.seed)

    @property
    def backup_of(self) -> dict[str, str]:
        return dict(self.table)

    def world(self) -> Desk:
        return Desk(
            kind=self.kind,
            count=self.count,
            item=self.item,
            services=frozenset(service for service, _ in self.table),
            path=self.path,
            seed=self.seed,
        )

    def check(self, answer: str, world: World) -> Reason:
        """What no service has said in this episode is no answer."""
        given = isinstance(world, Desk) and self.gold in world.given
        right = given and same(answer, self.gold, "integer")
        return Reason.SOLVED if right else Reason.WRONG

    def solve(self) -> Generator[Action, Observation, None]:
        service = self.path[0]
        while True:
            said = yield _ask(service, self.item)
            if said.value.startswith(self.item):
                yield Answer(value=said.value[1:])
                return
            if said.value.startswith("busy"):
                continue
            service = self.backup_of[service]
            if service == ".":
                yield Answer(value=FAILED)
                return

    def guess(self, rng: random.Random) -> Action:
        if rng.random() < 0.5:
            failed = rng.random() < 0.5
            return Answer(value=FAILED if failed else f"{rng.randrange(VALUES):02}")
        return _ask(rng.choice(self.table)[0], rng.choice(ITEMS))


def _ask(service: str, item: str) -> Call:
    return Call(tool=ASK, arguments={"service": service, "item": item})


# What the micro dialect writes for what a service says.
_SIGNS = {"down": "-", "busy": "!"}


class Micro(Turns):
    """``Ebf;k.;fk|#b?`` is answered by ``b#``, the world says ``-``, then ``bf#``, and so on.

    The world says ``-`` for down, ``!`` for busy, ``#52`` for the value of an item. A turn that
    goes to a backup restates the service that failed, as a working note: its table entry then
    follows by copying. ``=52`` is the answer; ``k.=!`` reports that k has no backup.
    """

    def prompt(self, task: FaultChain) -> tuple[Message, ...]:
        table = ";".join(f"{service}{backup}" for service, backup in task.table)
        return user(f"E{table}|{task.item}{task.path[0]}?")

    def tools(self, task: FaultChain) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def max_tokens(self, task: FaultChain) -> int:
        del task
        return 16

    def read(self, task: FaultChain, reply: Reply) -> tuple[Action, ...]:
        del task
        if answer := re.search(r"=([0-9]{2}|!)$", reply.text):
            return (Answer(value=FAILED if answer[1] == "!" else answer[1]),)
        if call := re.search(rf"([a-zA-Z])([{re.escape(ITEMS)}])$", reply.text):
            return (_ask(call[1], call[2]),)
        return (Unreadable(),)

    def say(self, task: FaultChain, action: Action) -> Reply:
        match action:
            case Answer(value=value) if value == FAILED:
                return spoken(f"{task.path[-1]}.=!")
            case Answer(value=value):
                return spoken(f"={value}")
            case Call(arguments={"service": service, "item": item}):
                failed = {backup: failed for failed, backup in task.table}
                return spoken(f"{failed.get(service, '')}{service}{item}")
        return spoken("")

    def result(self, call: Call, observation: Observation) -> Message:
        del call
        said = observation.value
        if observation.error:
            said = _SIGNS.get(re.split(r"\W", said)[0], "?")
        return Message(role="tool", content=said)


class Words(Wording):
    """The same task in English."""

    def ask(self, task: FaultChain) -> str:
        backups = "\n".join(
            f"- {service}: {'no backup' if backup == '.' else f'backup {backup}'}"
            for service, backup in task.table
        )
        return (
            f"Find out the value of item {task.item}. Ask service {task.path[0]} first. A service"
            " answers with the item and its value of two digits: #17 says that # is worth 17.\n\n"
            "A service that is busy answers if it is asked again. One that is down stays down: ask"
            " its backup instead. Do the same if a service answers about another item; it would do"
            " so again. If a service is down and has no backup, report that there is no way left:"
            f" the answer is then {FAILED}.\n\n{backups}"
        )

    def tools(self, task: FaultChain) -> tuple[ToolSpec, ...]:
        service = {"type": "string", "enum": [service for service, _ in task.table]}
        item = {"type": "string", "description": "the sign of the item, one character"}
        schema = {
            "type": "object",
            "properties": {"service": service, "item": item},
            "required": ["service", "item"],
        }
        return (ToolSpec(name=ASK, description="Asks a service about an item.", parameters=schema),)

    def room(self, task: FaultChain) -> int:
        del task
        return 512


@family(
    "fault_chain",
    capability="error_recovery",
    version=1,
    axes=(FAULT_COUNT, FAULT_KIND),
    renderers={"micro": Micro(), **dialects_of(Words(), single=False)},
)
def fault_chain(at: Coordinate, rng: random.Random) -> FaultChain:
    """Get a value from services that fail, by asking again, going to the backup, or reporting."""
    count, kind = int(at["fault_count"]), int(at["fault_kind"])
    names = rng.sample(SERVICES, count + 1 + ASIDE)
    path = names[: count + (kind != NO_WAY)]
    table = [*_backups(path), *_backups(names[len(path) :])]
    rng.shuffle(table)
    return FaultChain(
        kind=kind,
        count=count,
        item=rng.choice(ITEMS),
        path=tuple(path),
        table=tuple(table),
        seed=rng.getrandbits(62),
    )


def _backups(names: list[str]) -> list[tuple[str, str]]:
    """Each with the next as its backup, the last with none."""
    return list(itertools.pairwise([*names, "."]))
