"""What renderers share: reading a final answer from chat text, and plain replies."""

from __future__ import annotations

import re

from falloff.core import Message, Reply
from falloff.probes.task import Action, Answer, Unreadable

# The last line of the form "Answer: 42", with or without the marks that models like to add.
_ANSWER_LINE = re.compile(r"^[\s*_>#-]*answer[\s*_]*[:=][\s*_`]*(.*?)[\s*_`.]*$", re.IGNORECASE)

ANSWER_RULE = "Finish with one line of the form 'Answer: X'."


def read_answer_line(text: str) -> Action:
    """The value of the last ``Answer: X`` line, or :class:`Unreadable`."""
    for line in reversed(text.splitlines()):
        found = _ANSWER_LINE.match(line)
        if found and found[1]:
            return Answer(value=found[1])
    return Unreadable()


def user(text: str) -> tuple[Message, ...]:
    """A prompt of one user message."""
    return (Message(role="user", content=text),)


def spoken(text: str) -> Reply:
    """A reply of text alone."""
    return Reply(text=text)
