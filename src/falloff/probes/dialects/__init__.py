"""Dialects: how one task is put to a model, whatever the family.

A family gives its *wording*; a dialect adds the protocol: how tools are offered and called, how the
final answer is to be given and read. Knows no gold.
"""

from falloff.probes.dialects.chat import Chat
from falloff.probes.dialects.completion import Completion
from falloff.probes.dialects.dialogue import Dialogue
from falloff.probes.dialects.plain import Plain
from falloff.probes.dialects.wording import Wording
from falloff.probes.task import Renderers

__all__ = ["Chat", "Completion", "Dialogue", "Plain", "Wording", "dialects_of"]


def dialects_of(wording: Wording, *, single: bool = True) -> Renderers:
    """The dialects in English for one wording; ``single``: answered in one reply, no tools."""
    if single:
        return {"chat": Chat(wording), "completion": Completion(wording)}
    return {"chat": Chat(wording), "plain": Plain(wording)}
