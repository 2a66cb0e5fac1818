"""The chat dialect for talks in which the user asks for the answer at the end."""

from __future__ import annotations

from typing import Any

from falloff.core import Message, Reply
from falloff.probes.dialects.chat import Chat, read_text
from falloff.probes.task import Action, Answer, Say


class Dialogue(Chat):
    """As :class:`Chat`; the user asks for the answer line when it is time for it.

    So the opening does not, and what has not the form of an answer is something said on the way.
    """

    def prompt(self, task: Any) -> tuple[Message, ...]:
        return self.wording.opening(task)

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        del task
        action = read_text(reply.text, self.wording)
        said = not isinstance(action, Answer) or action.loose
        return (Say(text=reply.text) if said else action,)
