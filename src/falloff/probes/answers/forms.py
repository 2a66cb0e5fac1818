"""The forms in which a reply says that this is its final answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from falloff.probes.answers.lines import json_at, last_line, line_after
from falloff.probes.answers.markup import braced
from falloff.probes.answers.values import Kind, readable

_CUE = re.compile(r"answer|\\f?box|####|(?:option|choice) is", re.IGNORECASE)
# "**So, my final answer**:", with whatever marks or emoji.
_LINE = re.compile(
    r"[\W_]{0,40}?(?P<open>[*_`'\"]{0,3})"
    r"(?P<lead>(?:(?:so|thus|therefore|hence|and|the|my|our|final|correct|right)[\W_]{1,4}){0,5})"
    r"answer(?:(?:[\s*_`'\"]*(?:is\b[\s*_]*)?[:：=])(?P<value>.*)|[\W_]*$)",
    re.IGNORECASE | re.DOTALL,
)
_AGAIN = re.compile(r"\banswer[\s*_]*[:：=]", re.IGNORECASE)
_INLINE = re.compile(r"(?<=[.!?;:)\]*])\s+[*_\"]*(?:final\s+)?answer[\s*_]*[:：=]", re.IGNORECASE)
_CLOSING = re.compile(
    r"\b(?:answer|(?:correct|right|best)\s+(?:option|choice))\s+"
    r"(?:is|equals|would be|must be|should be)\b\s*:?",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\b(?:if|whether|unless|not|doubt|suppose)\b|n['’]t\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:final[_ ]?)?answer>", re.IGNORECASE)
_BOX = re.compile(r"\\f?box(?:ed)?\s*(?=\{)")
_DENIED_BEFORE = re.compile(r"(?:\bnot|n['’]t|\bnever)[\s\W]{0,8}$", re.IGNORECASE)
_DOUBTED_BEHIND = re.compile(r"\W{0,8}(?:or|is (?:not|wrong|incorrect))\b", re.IGNORECASE)
_HASHES = re.compile(r"\s*#{4,}\s*(?P<value>\S.*)")
# Lines are tried from the last one; a reply that has said "answer" so often has no final one.
_MOST_LINES = 40


def explicit(text: str, kind: Kind) -> str | None:
    """The value in the last of these forms; None if there is none.

    An answer line (the value behind it or on the next lines), ``<answer>`` tags, ``\\boxed{}``,
    ``#### value``, and on the last line also a closing statement.
    """
    last, _ = last_line(text)
    for start, end in _lines_with_cues(text):
        found = (
            _tagged(text, start, end, kind)
            or _answer_line(text, start, end, kind)
            or _boxed(text, start, end)
            or _behind_hashes(text[start:end], kind, is_last=start == last)
            or (_closing(text[start:end], kind) if start == last else None)
        )
        if found:
            return found
    return None


def _lines_with_cues(text: str) -> Iterator[tuple[int, int]]:
    """Where lines begin and end that may hold an answer, from the last one."""
    cues = [cue.start() for cue in _CUE.finditer(text)]
    before, tried = len(text) + 1, 0
    for cue in reversed(cues):
        if cue >= before:
            continue
        before = text.rfind("\n", 0, cue) + 1
        end = text.find("\n", cue)
        yield before, end if end >= 0 else len(text)
        tried += 1
        if tried == _MOST_LINES:
            return


def _answer_line(text: str, start: int, end: int, kind: Kind) -> str | None:
    found = _LINE.match(text, start, end)
    if not found:
        return None
    value = _without_closing(found["value"] or "", found["open"])
    if kind == "json" and found["value"] and (whole := json_at(text, found.start("value"))):
        return whole
    if not value.strip("*_`~'\" \t\r"):
        return line_after(text, end, kind)
    if kind != "text":
        *_, value = _AGAIN.split(value)
    return value.strip() or None


def _without_closing(value: str, opened: str) -> str:
    """``value`` without the other half of marks that were opened before the word *answer*."""
    value = value.strip()
    if opened and value.startswith(opened):
        return value[len(opened) :].strip()
    return value.removesuffix(opened).strip() if opened else value


def _tagged(text: str, start: int, end: int, kind: Kind) -> str | None:
    tags = list(_TAG.finditer(text, start, end))
    if not tags:
        return None
    inner = text[tags[-1].end() :]
    closing = inner.find("</")
    value = inner[: closing if closing >= 0 else len(inner)].strip()
    return (explicit(value, kind) if kind != "text" else None) or value or None


def _boxed(text: str, start: int, end: int) -> str | None:
    """The content of the line's box; of several boxes, all from the first to the last."""
    boxes = list(_BOX.finditer(text, start, end))
    if not boxes:
        return None
    first = boxes[0].start()
    if _DENIED_BEFORE.search(text[max(start, first - 20) : first]):
        return None
    content, behind = braced(text, boxes[-1].end()) or (text[boxes[-1].end() + 1 : end], end)
    if len(boxes) > 1:
        content = text[first:behind]
    if _DOUBTED_BEHIND.match(text, behind, max(end, behind)):
        content += text[behind:end]
    return content.strip() or None


def _behind_hashes(line: str, kind: Kind, *, is_last: bool) -> str | None:
    found = _HASHES.fullmatch(line)
    if not found or not (is_last or kind in ("integer", "number", "choice")):
        return None
    return found["value"] if readable(found["value"], kind, bare=True) else None


def _closing(line: str, kind: Kind) -> str | None:
    """What the last line says the answer is, at its end."""
    inline = [found.end() for found in _INLINE.finditer(line)]
    told = [found for found in _CLOSING.finditer(line) if not _is_supposed(line, found.start())]
    ends = [*inline, *(found.end() for found in told)]
    if not ends:
        return None
    value = line[max(ends) :].strip()
    return value if readable(value, kind) else None


def _is_supposed(line: str, at: int) -> bool:
    sentence = re.split(r"[.!?]\s", line[max(0, at - 200) : at])[-1]
    return bool(_SUPPOSED.search(sentence))
