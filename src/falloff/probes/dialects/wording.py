"""What a family says, in plain English; the dialects add the protocol."""

from __future__ import annotations

from typing import Any

from falloff.core import Message, ToolSpec
from falloff.probes.answers import Kind
from falloff.probes.task import Action


class Wording:
    """The words of one family. Subclasses give :meth:`ask` or :meth:`opening`, and what differs.

    ``kind`` is the form of the final answer. ``hint`` stands in the answer line that the prompt
    asks for: ``Answer: <hint>``. ``rule`` follows it: what to answer where nothing can be done.
    ``talk``: much is said before the end, such as a bare "OK", that is no answer.
    """

    kind: Kind = "integer"
    hint: str = "X"
    rule: str = ""
    talk: bool = False

    def ask(self, task: Any) -> str:
        """The question, without a word on how to answer."""
        raise NotImplementedError

    def opening(self, task: Any) -> tuple[Message, ...]:
        """All that is said before the model speaks first; the last message is the user's."""
        return (Message(role="user", content=self.ask(task)),)

    def tools(self, task: Any) -> tuple[ToolSpec, ...]:
        del task
        return ()

    def working(self, task: Any, action: Action) -> str:
        """What the oracle writes before it acts; may be empty."""
        del task, action
        return ""

    def room(self, task: Any) -> int:
        """Tokens for one reply."""
        del task
        return 1024


def answer_rule(wording: Wording) -> str:
    """How the final answer is to be given."""
    rule = f"Finish with one line of the form 'Answer: {wording.hint}'."
    return f"{rule} {wording.rule}" if wording.rule else rule


def with_rule(opening: tuple[Message, ...], rule: str) -> tuple[Message, ...]:
    """The opening with ``rule`` after its last message."""
    *before, last = opening
    return (*before, Message(role=last.role, content=f"{last.content}\n\n{rule}"))
