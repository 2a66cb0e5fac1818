"""The scripted user: answers what a fixed sheet answers, and is no model."""

from __future__ import annotations

import re
from dataclasses import dataclass

NOTHING_TO_ADD = "I have nothing to add. Go on with the tools, or finish with your answer line."
# Of a longer message the user reads the beginning.
_READ = 4000


@dataclass(frozen=True, kw_only=True)
class Known:
    """``says`` is what the user says when asked about any of the ``words``."""

    words: tuple[str, ...]
    says: str


class User:
    """Answers by keyword; after ``patience`` messages nobody answers any more."""

    def __init__(self, sheet: tuple[Known, ...] = (), *, patience: int = 3) -> None:
        self.sheet = sheet
        self.patience = patience

    def hear(self, text: str) -> str | None:
        if self.patience == 0:
            return None
        self.patience -= 1
        asked = set(re.findall(r"[a-z]+", text[:_READ].lower()))
        said = [known.says for known in self.sheet if asked & set(known.words)]
        return " ".join(said) or NOTHING_TO_ADD
