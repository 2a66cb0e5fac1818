"""Items of a benchmark as its file has them: messages, options, the answer and how it is scored."""

from __future__ import annotations

from dataclasses import dataclass

from falloff.core import Message, ToolSpec
from falloff.probes.bench.scoring import Scoring


@dataclass(frozen=True, kw_only=True)
class Options:
    """What may be chosen. ``leads`` stand before ``texts``: ``"A. "``; ``right`` is an index.

    ``span``: where their lines stand in the prompt; None where the prompt does not have them as
    lines of their own. ``listed``: they are in the file alone, so falloff lists them below the
    prompt.
    """

    leads: tuple[str, ...]
    texts: tuple[str, ...]
    right: int
    span: tuple[int, int] | None = None
    listed: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row of a benchmark. ``prompt`` is the last message, the user's; ``before`` all others.

    ``answers`` are all right, the first stands for them; with ``options`` they are the text of the
    right one. ``line`` is where the file has it. ``group``: its subject; empty if there is none.
    ``protected`` must be left as it stands.
    """

    id: str
    line: int
    prompt: str
    answers: tuple[str, ...]
    scoring: Scoring
    before: tuple[Message, ...] = ()
    options: Options | None = None
    tools: tuple[ToolSpec, ...] = ()
    protected: tuple[str, ...] = ()
    group: str = ""

    @property
    def answer(self) -> str:
        return self.answers[0]

    @property
    def chance(self) -> float:
        """What a guess wins: 1/m of m options, 0 of an open answer."""
        return 1 / len(self.options.texts) if self.options else 0.0
