"""How an item is put to a model: its own messages, and not a word of falloff's about the answer."""

from __future__ import annotations

import json

from falloff.core import Message, Reply, ToolSpec, Transcript
from falloff.probes.bench.replies import read
from falloff.probes.bench.stressors.instructions import DEMANDS
from falloff.probes.bench.task import StressedItem
from falloff.probes.task import Action, Answer, Call, Observation, Say

# Tokens for one reply: benchmarks are often answered with working.
_ROOM = 2048


class AsItStands:
    """The dialect of benchmarks, under the name ``chat``."""

    def prompt(self, task: StressedItem) -> tuple[Message, ...]:
        return task.variant.messages

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        """After the system prompt, as earlier turns."""
        system = [message for message in prompt if message.role == "system"]
        rest = [message for message in prompt if message.role != "system"]
        turns = [m for shot in shots for m in shot.messages if m.role != "system"]
        return (*system, *turns, *rest)

    def tools(self, task: StressedItem) -> tuple[ToolSpec, ...]:
        return task.variant.item.tools

    def max_tokens(self, task: StressedItem) -> int:
        del task
        return _ROOM

    def read(self, task: StressedItem, reply: Reply) -> tuple[Action, ...]:
        return (read(task, reply),)

    def say(self, task: StressedItem, action: Action) -> Reply:
        if isinstance(action, Say):
            return Reply(text=action.text)
        if not isinstance(action, Answer):
            return Reply(text="")
        variant = task.variant
        lines = [DEMANDS[name].line for name in variant.demands if DEMANDS[name].line]
        return Reply(text="\n".join([*lines, _formed(variant.form, action.value)]))

    def result(self, call: Call, observation: Observation) -> Message:
        return Message(role="tool", content=observation.value, tool_call_id=call.id)

    def heard(self, text: str) -> Message:
        return Message(role="user", content=text)


def _formed(form: str, value: str) -> str:
    if form == "tag":
        return f"<answer>{value}</answer>"
    return json.dumps({"answer": value}, ensure_ascii=False) if form == "json" else value
