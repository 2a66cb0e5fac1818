"""The completion dialect: one text to be continued, for base models without a chat template."""

from __future__ import annotations

import re
from typing import Any

from falloff.core import Message, Reply, Transcript
from falloff.probes.dialects.chat import Chat
from falloff.probes.task import Action, Answer
from falloff.probes.text import read_answer

# Where a base model goes on to make up the next question, its answer is over.
_NEXT = re.compile(r"\n\s*(?:Question|Q)\s*:")
_CUE = "Working and answer:"


class Completion(Chat):
    """``Question: … Working and answer:``, continued by the model up to its answer line.

    For families that are answered in one reply.
    """

    def prompt(self, task: Any) -> tuple[Message, ...]:
        asked = "\n\n".join(message.content for message in super().prompt(task))
        return (Message(role="user", content=f"Question: {asked}\n{_CUE}"),)

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        parts = ["".join(message.content for message in shot.messages) for shot in shots]
        text = "\n\n".join([*parts, *(message.content for message in prompt)])
        return (Message(role="user", content=text),)

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        del task
        return (read_answer(_NEXT.split(reply.text)[0], self.wording.kind),)

    def say(self, task: Any, action: Action) -> Reply:
        if not isinstance(action, Answer):
            return Reply(text="")
        return Reply(text=f" {super().say(task, action).text}")
