"""Tools for models without native tool calls: described in the prompt, called in plain JSON."""

from __future__ import annotations

import json
import re
from typing import Any

from falloff.core import Message, Reply, ToolSpec
from falloff.probes.dialects.arguments import read_object
from falloff.probes.dialects.chat import Chat
from falloff.probes.dialects.wording import answer_rule, with_rule
from falloff.probes.task import Action, Call, Observation

_HOW = """You can use these tools:
{tools}

To call one, write one line of JSON and nothing after it:
{{"tool": "NAME", "arguments": {{…}}}}
You will be given its result, and can then call another."""
_OPENS = re.compile(r'\{\s*"(?:tool|name)"\s*:')
_DECODER = json.JSONDecoder()


class Plain(Chat):
    """As :class:`Chat`, the tools in the text. Families without tools read the same in both."""

    def prompt(self, task: Any) -> tuple[Message, ...]:
        specs = self.wording.tools(task)
        rule = answer_rule(self.wording)
        if specs:
            tools = "\n".join(_described(spec) for spec in specs)
            rule = f"{_HOW.format(tools=tools)}\n\n{rule}"
        return with_rule(self.wording.opening(task), rule)

    def tools(self, task: Any) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        call = _first_call(reply.text) if self.wording.tools(task) else None
        return (call or self.read_final(reply.text),)

    def say(self, task: Any, action: Action) -> Reply:
        if not isinstance(action, Call):
            return super().say(task, action)
        written = json.dumps({"tool": action.tool, "arguments": action.arguments})
        return Reply(text=f"{self.wording.working(task, action)}\n{written}".lstrip())

    def result(self, call: Call, observation: Observation) -> Message:
        kind = "Error" if observation.error else "Result"
        return Message(role="user", content=f"{kind} of {call.tool}: {observation.value}")


def _described(spec: ToolSpec) -> str:
    shown = {"name": spec.name, "description": spec.description, "parameters": spec.parameters}
    return json.dumps({key: value for key, value in shown.items() if value})


def _first_call(text: str) -> Call | None:
    """The first call written in ``text``: what follows it was made up before its result came."""
    found = _OPENS.search(text)
    if not found:
        return None
    try:
        _, end = _DECODER.raw_decode(text, found.start())
    except (ValueError, RecursionError):
        return Call(tool="", arguments=None)
    written = read_object(text[found.start() : end])
    if written is None:
        return Call(tool="", arguments=None)
    arguments = written.get("arguments", written.get("parameters", {}))
    name = written.get("tool", written.get("name"))
    return Call(tool=str(name), arguments=arguments if isinstance(arguments, dict) else None)
