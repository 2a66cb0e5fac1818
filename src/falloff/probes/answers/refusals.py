"""Telling a reply that plainly declines from one that fails."""

from __future__ import annotations

import re

from falloff.probes.answers.thinking import without_thinking

# A refusal is short and comes to the point; longer replies are attempts.
_LONGEST = 600
_CANNOT = (
    r"(?:can(?:no|')t|can not|won't(?: be able to)?|will not|refuse to|decline to"
    r"|(?:am|'m) (?:unable|not able|not going) to)"
)
# What is declined: help as such, or the request as a whole. "I can't find the tin" is a failure.
_DECLINED = (
    r"(?:help(?! but)|assist|comply|engage|participate|fulfill?|discuss|share"
    r"|continue with this|do (?:that|this)|provide (?:that|this)"
    r"|answer (?:that|this)(?: question| request)?(?=[.!]|$)"
    r"|complete (?:that|this) request)\b"
)
_REFUSAL = re.compile(
    rf"^(?:[^.!?\n]{{0,80}}[,.!]\s*)?(?:but |so |and )?(?:sorry,? (?:but )?)?"
    rf"(?:i\s*(?:must |have to )?(?:respectfully )?{_CANNOT} {_DECLINED}"
    r"|i (?:must|have to) (?:respectfully )?decline\b"
    r"|i (?:do not|don't) feel comfortable\b)",
    re.IGNORECASE,
)


def refusal(text: str) -> bool:
    """Whether the reply plainly declines to answer. Conservative: a failed attempt is none."""
    said = " ".join(without_thinking(text[: 50 * _LONGEST]).replace("’", "'").split())
    return len(said) <= _LONGEST and bool(_REFUSAL.match(said))
