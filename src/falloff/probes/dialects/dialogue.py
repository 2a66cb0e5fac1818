"""The chat dialect for talks in which the user asks for the answer at the end."""

from __future__ import annotations

import re
from typing import Any

from falloff.core import Message, Reply
from falloff.probes.dialects.chat import Chat
from falloff.probes.task import Action, Answer, Say
from falloff.probes.text import read_answer

_ANSWER = re.compile(r"\banswer\b", re.IGNORECASE)


class Dialogue(Chat):
    """As :class:`Chat`; the user asks for the answer line when it is time for it.

    So the opening does not, and what does not call itself an answer is something said on the way:
    an "OK", or a number that is noted.
    """

    def prompt(self, task: Any) -> tuple[Message, ...]:
        return self.wording.opening(task)

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        del task
        if _ANSWER.search(reply.text):
            action = read_answer(reply.text, self.wording.kind)
            if isinstance(action, Answer) and not action.loose:
                return (action,)
        return (Say(text=reply.text),)
