"""Surface templates: the same task under other separators and another heading.

A template is a permutation of the characters that only separate, never carry content, and a mark
before the heading. Nothing is lost by it, so every template asks the same and is answered the same;
a model that met few of them has learned their punctuation along with the task.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from falloff.core import Message, Reply, ToolSpec, Transcript, child_rng
from falloff.probes import Family
from falloff.probes.task import Action, Call, Observation, Renderer

# What separates in the micro dialect, and characters that none of its families uses. None of them
# may be copied from a prompt into an answer: that is content.
SEPARATORS = ";|?"
SPARE = "'(),\\`"
MARKS = ("", *SPARE)
MOST = 500


@lru_cache
def _surface(template: int) -> tuple[dict[int, int], str]:
    """The template's permutation of separators, for ``str.translate``, and its heading's mark."""
    if template == 0:
        return {}, ""
    rng = child_rng("surface", template)
    characters = [ord(character) for character in SEPARATORS + SPARE]
    table = dict(zip(characters, rng.sample(characters, len(characters)), strict=True))
    return table, rng.choice(MARKS)


@dataclass(frozen=True)
class Dressed:
    """A renderer whose prompts wear a template; all else is the inner renderer's."""

    inner: Renderer
    template: int

    def prompt(self, task: Any) -> tuple[Message, ...]:
        table, mark = _surface(self.template)
        return tuple(
            replace(message, content=mark + message.content.translate(table))
            for message in self.inner.prompt(task)
        )

    def with_shots(
        self, shots: tuple[Transcript, ...], prompt: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        return self.inner.with_shots(shots, prompt)

    def tools(self, task: Any) -> tuple[ToolSpec, ...]:
        return self.inner.tools(task)

    def max_tokens(self, task: Any) -> int:
        return self.inner.max_tokens(task)

    def read(self, task: Any, reply: Reply) -> tuple[Action, ...]:
        return self.inner.read(task, reply)

    def say(self, task: Any, action: Action) -> Reply:
        return self.inner.say(task, action)

    def result(self, call: Call, observation: Observation) -> Message:
        return self.inner.result(call, observation)

    def heard(self, text: str) -> Message:
        return self.inner.heard(text)


def dressed(family: Family, template: int) -> Family:
    """The family, its micro dialect in surface ``template``; 0 is the dialect as it is."""
    if template == 0:
        return family
    micro = Dressed(family.renderer("micro"), template)
    return replace(family, renderers={**family.renderers, "micro": micro})
