"""Where the final answer stands in a reply."""

from __future__ import annotations

import re
from dataclasses import dataclass

from falloff.probes.answers.values import Kind

# The last line of the form "Answer: 42", with or without the marks that models like to add.
_ANSWER_LINE = re.compile(r"^[\s*_>#-]*answer[\s*_]*[:=][\s*_`]*(.*?)[\s*_`.]*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Final:
    """What was given as the final answer; ``explicit``: in a form that says so."""

    value: str
    explicit: bool


def final_answer(text: str, kind: Kind) -> Final | None:
    """The final answer in a reply; None where a careful reader would find none."""
    del kind
    for line in reversed(text.splitlines()):
        found = _ANSWER_LINE.match(line)
        if found and found[1]:
            return Final(value=found[1], explicit=True)
    return None
