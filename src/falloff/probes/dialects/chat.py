"""The chat dialect: messages, the provider's native tool calls, a final answer line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from falloff.core import Message, Reply, ToolCall, ToolSpec, Transcript, child_seed
from falloff.probes.dialects.arguments import read_object
from falloff.probes.dialects.wording import Wording, answer_rule, with_rule
from falloff.probes.task import Action, Answer, Call, Observation, Say
from falloff.probes.text import read_answer


class Chat:
    """One family's wording as a chat, its tools as the provider's own."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording

    def prompt(self, task: Any) -> tuple[Message, ...]:
        return with_rule(self.wording.opening(task), answer_rule(self.wording))

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        """As earlier turns of the chat; episodes with calls as text, since their tools are gone."""
        if all(len(shot.messages) == 2 for shot in shots):
            return (*(message for shot in shots for message in shot.messages), *prompt)
        examples = "\n\n".join(f"Example:\n{_as_text(shot)}" for shot in shots)
        first, *rest = prompt
        opened = f"{examples}\n\nNow the task:\n{first.content}"
        return (Message(role=first.role, content=opened), *rest)

    def tools(self, task: Any) -> tuple[ToolSpec, ...]:
        return self.wording.tools(task)

    def max_tokens(self, task: Any) -> int:
        return self.wording.room(task)

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        del task
        if reply.tool_calls:
            return tuple(
                Call(tool=call.name, arguments=read_object(call.arguments), id=call.id)
                for call in reply.tool_calls
            )
        return (self.read_final(reply.text),)

    def read_final(self, text: str) -> Action:
        """A final answer, or something said; in a talk a bare value is no answer line."""
        action = read_answer(text, self.wording.kind)
        if self.wording.talk and isinstance(action, Answer) and "answer" not in text.lower():
            return replace(action, loose=True)
        return action

    def say(self, task: Any, action: Action) -> Reply:
        before = self.wording.working(task, action)
        match action:
            case Answer(value=value):
                return Reply(text=f"{before}\nAnswer: {value}".lstrip())
            case Call(tool=tool, arguments=arguments):
                written = json.dumps(arguments)
                number = child_seed("call", tool, written, before) % 10**9
                call = ToolCall(id=f"call_{number:09}", name=tool, arguments=written)
                return Reply(text=before, tool_calls=(call,))
            case Say(text=text):
                return Reply(text=text)
        return Reply(text="")

    def result(self, call: Call, observation: Observation) -> Message:
        said = f"error: {observation.value}" if observation.error else observation.value
        return Message(role="tool", content=said, tool_call_id=call.id)

    def heard(self, text: str) -> Message:
        return Message(role="user", content=text)


def _as_text(shot: Transcript) -> str:
    return "\n".join(line for message in shot.messages for line in _lines(message))


def _lines(message: Message) -> list[str]:
    lines = [f"[{message.role}] {message.content}"] if message.content else []
    return lines + [f"[call] {call.name}({call.arguments})" for call in message.tool_calls]
