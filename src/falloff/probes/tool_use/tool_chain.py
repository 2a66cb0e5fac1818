"""Tool use: a chain of dependent calls, each on the result of the one before.

    Start with 37. Apply f, then g, then k. Report the result.

Each operation is offered by a tool under another name, which has to be looked up in a table; the
table also lists tools that are not needed. What a tool returns cannot be guessed, so only the
right calls in the right order lead to the answer.
"""

from __future__ import annotations

import json
import random
import re
import string
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import (
    Axis,
    Coordinate,
    Message,
    Reason,
    Reply,
    ToolCall,
    ToolSpec,
    child_seed,
)
from falloff.probes.answers import same
from falloff.probes.dialects.arguments import read_object
from falloff.probes.family import family
from falloff.probes.task import Action, Answer, Call, Observation, Unreadable, World
from falloff.probes.text import ANSWER_RULE, Turns, read_answer, spoken, user

VALUES = 100
# Names of one character, 36 of each kind; the two kinds share none, so that a tool's name is told
# from an operation's wherever it stands.
OPERATIONS = string.ascii_lowercase + "!#$%&*+-./"
TOOLS = string.ascii_uppercase + ":<>@[]^_{}"
# Calls beyond the least that are needed: room for a mistake that is noticed, not for a search.
SLACK = 2

CHAIN = Axis(
    name="chain",
    unit="dependent calls",
    levels=(1, 2, 3, 4, 6, 8, 10, 12),
    role="difficulty",
    description="calls, each of which needs the result of the one before",
)
TOOL_SET_SIZE = Axis(
    name="tool_set_size",
    unit="irrelevant tools",
    levels=(0, 1, 2, 4, 8, 16, 24),
    role="shift",
    description="tools in the table that the task does not need",
)


@dataclass(frozen=True, kw_only=True)
class Services:
    """Tools that map a two-digit value to another, fixed by ``seed`` and not to be guessed."""

    tools: frozenset[str]
    seed: int

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        argument = str(arguments.get("value"))
        if tool not in self.tools:
            return Observation(value=f"there is no tool {tool}", error=True)
        if not re.fullmatch(r"[0-9]{2}", argument):
            return Observation(value="the value must be two digits", error=True)
        return Observation(value=f"{child_seed('service', self.seed, tool, argument) % VALUES:02}")

    def hear(self, text: str) -> None:
        del text


@dataclass(frozen=True, kw_only=True)
class ToolChain:
    """``program`` is applied to ``value``; ``table`` gives each operation's tool, in shown order.

    Tools of the table that the program does not need are irrelevant.
    """

    value: str
    program: tuple[str, ...]
    table: tuple[tuple[str, str], ...]
    seed: int
    template: int = 0

    @property
    def tool_of(self) -> dict[str, str]:
        return dict(self.table)

    @property
    def max_calls(self) -> int:
        return len(self.program) + SLACK

    @property
    def max_turns(self) -> int:
        return self.max_calls + 1

    @property
    def gold(self) -> str:
        world, value = self.world(), self.value
        for operation in self.program:
            value = world.call(self.tool_of[operation], {"value": value}).value
        return value

    def world(self) -> Services:
        return Services(tools=frozenset(self.tool_of.values()), seed=self.seed)

    def check(self, answer: str, world: World) -> Reason:
        del world
        return Reason.SOLVED if same(answer, self.gold, "word") else Reason.WRONG

    def solve(self) -> Generator[Action, Observation, None]:
        value = self.value
        for operation in self.program:
            observation = yield Call(tool=self.tool_of[operation], arguments={"value": value})
            value = observation.value
        yield Answer(value=value)

    def guess(self, rng: random.Random) -> Action:
        value = f"{rng.randrange(VALUES):02}"
        if rng.random() < 0.5:
            return Answer(value=value)
        return Call(tool=rng.choice(self.table)[1], arguments={"value": value})


class Micro(Turns):
    """``TkQ;fX;gC|37fgk?`` is answered by ``fX37``, the world says ``52``, and so on to ``=19``.

    A turn restates the operation before the tool and its argument, as a working note.
    """

    def prompt(self, task: ToolChain) -> tuple[Message, ...]:
        table = ";".join(f"{operation}{tool}" for operation, tool in task.table)
        return user(f"T{table}|{task.value}{''.join(task.program)}?")

    def tools(self, task: ToolChain) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def max_tokens(self, task: ToolChain) -> int:
        del task
        return 16

    def read(self, task: ToolChain, reply: Reply) -> tuple[Action, ...]:
        del task
        if answer := re.search(r"=([0-9]{2})$", reply.text):
            return (Answer(value=answer[1]),)
        if call := re.search(rf"([{re.escape(TOOLS)}])([0-9]{{2}})$", reply.text):
            return (Call(tool=call[1], arguments={"value": call[2]}),)
        return (Unreadable(),)

    def say(self, task: ToolChain, action: Action) -> Reply:
        match action:
            case Answer(value=value):
                return spoken(f"={value}")
            case Call(tool=tool):
                names = {name: operation for operation, name in task.table}
                return spoken(f"{names.get(tool, '')}{tool}{_value(action)}")
        return spoken("")

    def result(self, call: Call, observation: Observation) -> Message:
        del call
        return Message(role="tool", content="!" if observation.error else observation.value)


class Chat(Turns):
    """The same task for chat models, with the provider's native tool calls.

    Operations and tools go by number, since not every name is one that providers allow.
    """

    def prompt(self, task: ToolChain) -> tuple[Message, ...]:
        steps = ", then ".join(f"operation {OPERATIONS.index(o)}" for o in task.program)
        return user(
            f"Start with the value {task.value}. Apply {steps}, each to the result of the one"
            " before, using the tools. What is the last result? Values have two digits."
            f" {ANSWER_RULE}"
        )

    def tools(self, task: ToolChain) -> tuple[ToolSpec, ...]:
        value = {"type": "string", "pattern": "^[0-9]{2}$", "description": "two digits"}
        schema = {"type": "object", "properties": {"value": value}, "required": ["value"]}
        return tuple(
            ToolSpec(
                name=f"service_{TOOLS.index(tool)}",
                description=f"Applies operation {OPERATIONS.index(operation)} to a value.",
                parameters=schema,
            )
            for operation, tool in task.table
        )

    def max_tokens(self, task: ToolChain) -> int:
        del task
        return 512

    def read(self, task: ToolChain, reply: Reply) -> tuple[Action, ...]:
        del task
        if not reply.tool_calls:
            return (read_answer(reply.text),)
        return tuple(
            Call(tool=_tool_called(call.name), arguments=read_object(call.arguments), id=call.id)
            for call in reply.tool_calls
        )

    def say(self, task: ToolChain, action: Action) -> Reply:
        del task
        match action:
            case Answer(value=value):
                return spoken(f"Answer: {value}")
            case Call(tool=tool):
                call = ToolCall(
                    id=f"call_{TOOLS.index(tool)}_{_value(action)}",
                    name=f"service_{TOOLS.index(tool)}",
                    arguments=json.dumps({"value": _value(action)}),
                )
                return Reply(text="", tool_calls=(call,))
        return spoken("")

    def result(self, call: Call, observation: Observation) -> Message:
        said = f"error: {observation.value}" if observation.error else observation.value
        return Message(role="tool", content=said, tool_call_id=call.id)


def _value(call: Call) -> str:
    return str((call.arguments or {}).get("value"))


def _tool_called(name: str) -> str:
    """The tool behind a service's name; a name that is no service's stands for itself."""
    number = name.removeprefix("service_")
    known = number.isascii() and number.isdigit() and len(number) <= 2
    return TOOLS[int(number)] if known and int(number) < len(TOOLS) else name


@family(
    "tool_chain",
    capability="tool_use",
    version=1,
    axes=(CHAIN, TOOL_SET_SIZE),
    renderers={"micro": Micro(), "chat": Chat()},
    chance=1 / VALUES,
)
def tool_chain(at: Coordinate, rng: random.Random) -> ToolChain:
    """Call tools one after the other, each on the last result, their names looked up in a table."""
    length = int(at["chain"])
    size = length + int(at["tool_set_size"])
    operations = rng.sample(OPERATIONS, size)
    table = list(zip(operations, rng.sample(TOOLS, size), strict=True))
    rng.shuffle(table)
    return ToolChain(
        value=f"{rng.randrange(VALUES):02}",
        program=tuple(operations[:length]),
        table=tuple(table),
        seed=rng.getrandbits(62),
    )
