"""The scripted user: tells its lines, answers what a fixed sheet answers, and is no model."""

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
    """Says ``lines`` one after the other, whatever is said to it; then answers by keyword.

    After ``patience`` messages more nobody answers any longer.
    """

    def __init__(
        self, sheet: tuple[Known, ...] = (), *, lines: tuple[str, ...] = (), patience: int = 3
    ) -> None:
        self.sheet = sheet
        self.lines = list(lines)
        self.patience = patience

    def hear(self, text: str) -> str | None:
        if self.lines:
            return self.lines.pop(0)
        if self.patience == 0:
            return None
        self.patience -= 1
        asked = set(re.findall(r"[a-z]+", text[:_READ].lower()))
        said = [known.says for known in self.sheet if asked & set(known.words)]
        return " ".join(said) or NOTHING_TO_ADD
