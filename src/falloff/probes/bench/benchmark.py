"""A benchmark that was read: its items, what was lost on the way, and what stressors draw on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from falloff.core import Message
from falloff.probes.bench.functions import OwnFunction
from falloff.probes.bench.item import Item


def any_said(before: tuple[Message, ...]) -> bool:
    """Whether the model has spoken before."""
    return any(message.role == "assistant" for message in before)


@dataclass(frozen=True, kw_only=True, eq=False)
class Benchmark:
    """``name`` is the file's; ``digest`` that of all that decides what is asked and what is right.

    ``losses``: how many rows could not be used, by reason. ``said`` tells what the columns were
    taken for. ``solver`` computes an answer from a prompt. ``paraphrases``: what the model
    ``paraphraser`` replied, by item and style.
    """

    name: str
    digest: str
    items: tuple[Item, ...]
    columns: Mapping[str, str]
    scoring: str
    losses: Mapping[str, int] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    solver: OwnFunction | None = None
    paraphraser: str | None = None
    paraphrases: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def reworded(self, paraphraser: str, written: Mapping[tuple[str, str], str]) -> Benchmark:
        """With paraphrases; another digest, since other things are asked."""
        facts = json.dumps([self.digest, sorted([*key, text] for key, text in written.items())])
        digest = hashlib.sha256(facts.encode()).hexdigest()
        return replace(self, digest=digest, paraphraser=paraphraser, paraphrases=dict(written))

    @cached_property
    def has_groups(self) -> bool:
        return len({item.group for item in self.items}) > 1

    @cached_property
    def has_shots(self) -> bool:
        """Whether items have examples: earlier turns of the model that are the same for all."""
        turns = {item.before for item in self.items if any_said(item.before)}
        return len(turns) == 1 and len(self.items) > 1

    @cached_property
    def of_group(self) -> Mapping[str, tuple[Item, ...]]:
        """Items by subject."""
        groups: dict[str, list[Item]] = {}
        for item in self.items:
            groups.setdefault(item.group, []).append(item)
        return {group: tuple(items) for group, items in groups.items()}
