"""What renderers share: reading the final answer, and plain replies."""

from __future__ import annotations

from falloff.core import Message, Reply, Transcript
from falloff.probes.answers import Kind, final_answer
from falloff.probes.task import Action, Answer, Say

ANSWER_RULE = "Finish with one line of the form 'Answer: X'."


def read_answer(text: str, kind: Kind = "word") -> Action:
    """The final answer in a reply, a number taken as a word unless said; or else what it says."""
    found = final_answer(text, kind)
    return Answer(value=found.value, loose=not found.explicit) if found else Say(text=text)


def user(text: str) -> tuple[Message, ...]:
    """A prompt of one user message."""
    return (Message(role="user", content=text),)


def spoken(text: str) -> Reply:
    """A reply of text alone."""
    return Reply(text=text)


class Turns:
    """What micro renderers share: shots as earlier turns, and a user who says plain text."""

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        return (*(message for shot in shots for message in shot.messages), *prompt)

    def heard(self, text: str) -> Message:
        return Message(role="user", content=text)
