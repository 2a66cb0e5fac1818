"""Options of an item: what a file holds, which one is right, where the prompt has them."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from falloff.probes.bench.item import Options

_LEAD = re.compile(r"[ \t]*(?:(?:[(\[]?[A-Za-z0-9]{1,3}[)\].:]|[-*•])[ \t]+)?")


class DefectError(Exception):
    """A row that cannot be an item; the reason is counted, the row left out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Choices:
    """``texts`` as the file has them; ``labels`` where it names any."""

    texts: tuple[str, ...]
    labels: tuple[str, ...] = ()


def choices_of(value: Any) -> Choices | None:
    """From a list, a dictionary of texts and labels, JSON, or text parted by ``|`` or lines."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, Mapping):
        texts = value.get("text", value.get("texts", value.get("choices")))
        labels = value.get("label", value.get("labels", ()))
        if texts is None:
            labels, texts = list(value), list(value.values())
        return _made(texts, labels)
    if isinstance(value, Sequence) and value and all(isinstance(v, Mapping) for v in value):
        return _made([v.get("text") for v in value], [v.get("label") for v in value])
    return _made(value or (), ())


def _parsed(text: str) -> Any:
    if text.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            pass
    parts = text.split("|") if "|" in text else text.splitlines()
    return [part.strip() for part in parts if part.strip()]


def _made(texts: Any, labels: Any) -> Choices | None:
    found = [str(text) for text in texts if text is not None and str(text).strip()]
    named = [str(label) for label in labels if label is not None]
    if not found:
        return None
    if len(found) < 2:
        raise DefectError("a single choice")
    return Choices(
        texts=tuple(text.strip() for text in found),
        labels=tuple(named) if len(named) == len(found) else (),
    )


def right_one(choices: Choices, answers: Sequence[str], first: int | None) -> int:
    """Index of the right choice. ``first``: what the file's numbers count from, if that is known.

    Raises :class:`DefectError` where it is none of them, or more than one.
    """
    found = {i for answer in answers for i in _named(choices, answer.strip(), first)}
    if not found:
        raise DefectError("an answer that is not among the choices")
    texts = {choices.texts[i] for i in found}
    if len(found) > 1 or choices.texts.count(next(iter(texts))) > 1:
        raise DefectError("two right answers among the choices")
    return found.pop()


def _named(choices: Choices, answer: str, first: int | None) -> set[int]:
    by_text = {i for i, text in enumerate(choices.texts) if text == answer}
    by_label = {i for i, label in enumerate(choices.labels) if label == answer}
    if by_text or by_label:
        return by_text or by_label
    letters = string.ascii_uppercase[: len(choices.texts)]
    letter = answer.strip("().:").upper()
    if len(letter) == 1 and letter in letters:
        return {letters.index(letter)}
    if first is not None and answer.isdecimal() and 0 <= int(answer) - first < len(choices.texts):
        return {int(answer) - first}
    return {i for i, text in enumerate(choices.texts) if text.casefold() == answer.casefold()}


def first_number(rows: Iterable[tuple[Choices | None, Sequence[str]]]) -> int | None:
    """Whether numbers that stand for choices count from 0 or 1; None where nothing tells."""
    seen: set[int] = set()
    beyond = False
    for choices, answers in rows:
        for answer in answers if choices else ():
            if choices and answer.strip().isdecimal() and answer.strip() not in choices.texts:
                seen.add(int(answer))
                beyond = beyond or int(answer) == len(choices.texts)
    if 0 in seen:
        return None if beyond else 0
    return 1 if beyond else None


def placed(choices: Choices, right: int, prompt: str) -> Options:
    """The options as the prompt has them on lines of their own; else to be listed below it.

    Options that the prompt has within its sentences are neither.
    """
    labels = choices.labels or tuple(string.ascii_uppercase[: len(choices.texts)])
    labels = labels or tuple(str(i) for i in range(1, len(choices.texts) + 1))
    leads = tuple(f"{label}. " for label in labels)
    if len(leads) < len(choices.texts):
        leads = tuple(f"{i}. " for i in range(1, len(choices.texts) + 1))
    if there := _lines_of(choices.texts, prompt):
        span, own = there
        return Options(leads=own, texts=choices.texts, right=right, span=span)
    inside = all(re.search(rf"(?<!\w){re.escape(t)}(?!\w)", prompt) for t in choices.texts)
    return Options(leads=leads, texts=choices.texts, right=right, listed=not inside)


def _lines_of(
    texts: tuple[str, ...], prompt: str
) -> tuple[tuple[int, int], tuple[str, ...]] | None:
    """Where the last run of lines stands that are these texts, and what leads each."""
    lines = prompt.split("\n")
    for first in range(len(lines) - len(texts), -1, -1):
        run = lines[first : first + len(texts)]
        leads = [_lead_of(line, text) for line, text in zip(run, texts, strict=True)]
        known = [lead for lead in leads if lead is not None]
        if len(known) == len(texts):
            start = sum(len(line) + 1 for line in lines[:first])
            return (start, start + len("\n".join(run))), tuple(known)
    return None


def _lead_of(line: str, text: str) -> str | None:
    """What stands before the text, if nothing stands behind it."""
    if not line.endswith(text):
        return None
    lead = line[: len(line) - len(text)]
    return lead if _LEAD.fullmatch(lead) else None
