"""The last line that counts, and what stands on the lines behind a heading."""

from __future__ import annotations

import json
import re

from falloff.probes.answers.phrases import is_chatter
from falloff.probes.answers.values import Kind

BULLET = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)])\s+(?=\S)")
_FENCE = re.compile(r"```[\w-]*\n?")
_WORDLESS = re.compile(r"[\W_]*")
_BEFORE_JSON = re.compile(r"[\s`*]*(?:json\b)?\s*(?=[{\[])")
_DECODER = json.JSONDecoder()
# So many lines of chatter are passed over.
_MOST_CHATTER = 10


def last_line(text: str) -> tuple[int, int]:
    """Where the last line stands that is neither empty nor chatter."""
    end = len(text.rstrip())
    for _ in range(_MOST_CHATTER):
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end]
        if start == 0 or not (is_chatter(line) or _WORDLESS.fullmatch(line)):
            return start, end
        end = len(text[:start].rstrip())
    return text.rfind("\n", 0, end) + 1, end


def line_after(text: str, start: int, kind: Kind) -> str | None:
    """The value on the lines from ``start``: a fenced block, a list or the first with words."""
    if kind == "json" and (value := json_at(text, start)):
        return value
    start += len(text[start:]) - len(text[start:].lstrip())
    if fence := _FENCE.match(text, start):
        closing = text.find("```", fence.end())
        return text[fence.end() : closing if closing >= 0 else len(text)].strip() or None
    lines = [line for line in text[start:].split("\n", 200)[:200] if line.strip("$*_ \t\r") != ""]
    if kind == "words" and (listed := _listed(lines)):
        return ", ".join(listed)
    first = next((line for line in lines if not _WORDLESS.fullmatch(line)), "")
    return BULLET.sub("", first, count=1).strip() or None if kind != "text" else first.strip()


def _listed(lines: list[str]) -> list[str]:
    """The items on the first lines: bullets, or lines of few words."""
    bulleted = bool(lines) and bool(BULLET.match(lines[0]))
    listed: list[str] = []
    for line in lines:
        if bulleted != bool(BULLET.match(line)) or (not bulleted and len(line.split()) > 3):
            break
        listed.append(BULLET.sub("", line).strip().rstrip(",;"))
    return listed if len(listed) > 1 else []


def json_at(text: str, start: int) -> str | None:
    """The JSON object or list that opens at ``start``; None if none does, or words follow it."""
    opening = _BEFORE_JSON.match(text, start)
    if not opening:
        return None
    try:
        _, end = _DECODER.raw_decode(text, opening.end())
    except (ValueError, RecursionError):
        return None
    newline = text.find("\n", end)
    behind = text[end : newline if newline >= 0 else len(text)]
    return text[opening.end() : end] if _WORDLESS.fullmatch(behind) else None
