"""Error texts made short enough to keep, and free of what must not be kept."""

from __future__ import annotations

import re

_LONGEST = 200
_HIDDEN = "[hidden]"

_SECRETS = (
    # user:password@ in an address, and all that follows a question mark in one.
    (re.compile(r"(\w+://)[^\s/@]+@"), rf"\1{_HIDDEN}@"),
    (re.compile(r"(\w+://[^\s?]+\?)\S+"), rf"\1{_HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?=\S*[\d=])\S+"), rf"\1 {_HIDDEN}"),
    (
        re.compile(
            r"(?i)((?:api[-_ ]?|access[-_ ]?|secret[-_ ]?)?(?:key|token|secret|password)"
            r"(?:\s+provided)?[\"']?\s*[:=]\s*[\"']?)[^\s\"',;]+"
        ),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"\b(?:sk|pk|rk|hf|gsk|xai|key)[-_][\w*.-]{6,}"), _HIDDEN),
    # Anything long that mixes letters and digits, as keys of kinds unknown do.
    (re.compile(r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}"), _HIDDEN),
)


def brief(text: str) -> str:
    """One line of at most 200 characters, keys and passwords replaced by ``[hidden]``."""
    # Cut first, so that a hostile text costs nothing.
    line = " ".join(text[: 4 * _LONGEST].split())
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
