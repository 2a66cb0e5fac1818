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
        action = read_answer(reply.text, self.wording.kind)
        meant = isinstance(action, Answer) and not action.loose and _ANSWER.search(reply.text)
        return (action if meant else Say(text=reply.text),)
