"""The forms in which a reply says that this is its final answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from falloff.probes.answers.lines import json_at, last_line, line_after
from falloff.probes.answers.markup import braced
from falloff.probes.answers.values import EXACT, Kind, is_exact, readable

# What a line holds that may be an answer; each is looked for by itself, which is fast.
_CUES = ("answer", "ans:", "\\box", "\\fbox", "####", "option is", "choice is")
# "**So, my final answer**:", with whatever marks or emoji.
_LINE = re.compile(
    r"[\W_]{0,40}?(?P<open>[*_`'\"]{0,3})"
    r"(?P<lead>(?:(?:so|thus|therefore|hence|and|the|my|our|final|correct|right)[\W_]{1,4}){0,5})"
    r"ans(?:wer)?(?:(?:[\s*_`'\"]*(?:is\b[\s*_]*)?[:：=])(?P<value>.*)|[\W_]*$)",
    re.IGNORECASE | re.DOTALL,
)
_AGAIN = re.compile(r"\banswer[\s*_]*[:：=]", re.IGNORECASE)
_INLINE = re.compile(r"(?<=[.!?;:)\]*])\s+[*_\"]*(?:final\s+)?answer[\s*_]*[:：=]", re.IGNORECASE)
_CLOSING = re.compile(
    r"\b(?:answer(?: to [^.!?\n]{1,60}?)?|(?:correct|right|best)\s+(?:option|choice))\s+"
    r"(?:is|equals|would be|must be|should be)\b"
    r"(?:\s+(?:therefore|thus|hence|simply|then|just)\b)?\s*:?",
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
    ``#### value``, and "the answer is …", by which only a number or a letter overrides an earlier
    form: "the answer is correct" does not.
    """
    last, last_end = last_line(text)
    for start, end in _lines_with_cues(text):
        found = (
            _tagged(text, start, end, kind)
            or _answer_line(text, start, end, kind)
            or _boxed(text, start, end)
            or _behind_hashes(text[start:end], kind, is_last=start == last)
            or (_within_line(text[start:end], kind) if start == last else None)
            or _statement(text[start:end], kind)
        )
        if found:
            return found
    statement = told(text[last:last_end]) if kind not in EXACT else None
    return statement if statement and readable(statement, kind) else None


def _lines_with_cues(text: str) -> Iterator[tuple[int, int]]:
    """Where lines begin and end that may hold an answer, from the last one."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = text
    end = len(text)
    for _ in range(_MOST_LINES):
        cue = max(lowered.rfind(cue, 0, end) for cue in _CUES)
        if cue < 0:
            return
        start = text.rfind("\n", 0, cue) + 1
        end = text.find("\n", cue)
        yield start, end if end >= 0 else len(text)
        end = start


def _answer_line(text: str, start: int, end: int, kind: Kind) -> str | None:
    found = _LINE.match(text, start, end)
    # In JSON, "answer" may be a key.
    if not found or (kind == "json" and '"' in found["open"]):
        return None
    value = _without_closing(found["value"] or "", found["open"])
    if kind == "json" and found["value"] and (whole := json_at(text, found.start("value"))):
        return whole
    if not value.strip("*_`~'\" \t\r"):
        return _on_next_lines(text, end, kind)
    if kind != "text":
        *_, value = _AGAIN.split(value)
    return value.strip() or None


def _on_next_lines(text: str, end: int, kind: Kind) -> str | None:
    """The value behind a heading; working that begins there is none."""
    value = line_after(text, end, kind)
    if not value or kind in ("words", "json", "text") or readable(value, kind):
        return value
    start, _ = last_line(text)
    return value if not text[end:start].strip("$*_ \t\r\n") else None


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
    if kind != "text" and not _TAG.search(value) and (form := explicit(value, kind)):
        return form
    return value or None


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
    if not found or not (is_last or kind in EXACT):
        return None
    return found["value"] if readable(found["value"], kind) else None


def _within_line(line: str, kind: Kind) -> str | None:
    """``Answer: value`` at the end of a paragraph."""
    *_, last = [-1, *(found.end() for found in _INLINE.finditer(line))]
    value = line[last:].strip()
    return value if last >= 0 and readable(value, kind) else None


def _statement(line: str, kind: Kind) -> str | None:
    """The number or letter that the answer is said to be."""
    if kind not in EXACT:
        return None
    statement = told(line)
    return statement if statement and is_exact(statement, kind) else None


def told(line: str) -> str | None:
    """What stands behind "the answer is" in the line; None if that is supposed or denied."""
    for found in reversed(list(_CLOSING.finditer(line))):
        if not _is_supposed(line, found.start()):
            return line[found.end() :].strip()
    return None


def _is_supposed(line: str, at: int) -> bool:
    sentence = re.split(r"[.!?]\s", line[max(0, at - 200) : at])[-1]
    return bool(_SUPPOSED.search(sentence))
