"""What a reply to an item gives as its answer, in whatever form, or in the form asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from falloff.core import Reply
from falloff.probes.answers import Kind, final_answer, refusal
from falloff.probes.answers.markup import visible
from falloff.probes.answers.thinking import without_thinking
from falloff.probes.bench.scoring import WHOLE
from falloff.probes.bench.stressors.instructions import kept
from falloff.probes.bench.task import StressedItem, option_named
from falloff.probes.task import Action, Answer, Say

_TAG = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
# Looked for from the end; a reply has few objects of this kind.
_OBJECT = re.compile(r'\{\s*"answer"\s*:')
_LONGEST = 50_000


def read(task: StressedItem, reply: Reply) -> Action:
    """One action: a call is a final answer as JSON, and is never carried out."""
    tentative = len(task.variant.shards) > 1
    if reply.tool_calls:
        return Answer(value=_calls(reply), tentative=tentative)
    text = without_thinking(visible(reply.text)).strip()
    value, loose = _value(task, text)
    if value is None:
        return Say(text=reply.text)
    broken = not kept(task.variant.demands, text)
    if broken and task.accepts(value):
        loose = True
    return Answer(value=value, loose=loose, tentative=tentative)


def _value(task: StressedItem, text: str) -> tuple[str | None, bool]:
    """The answer, and whether it is in another form than the one asked for."""
    form = task.variant.form
    strict = FORMS[form](text) if form else None
    if strict is not None and task.accepts(strict):
        return strict, False
    found = _anywhere(task, text)
    if not form:
        return found, False
    if strict is not None and not (found is not None and task.accepts(found)):
        return strict, False
    return found, True


def _anywhere(task: StressedItem, text: str) -> str | None:
    """Where a careful reader would find it; of readings that differ, one that is said outright."""
    item = task.variant.item
    if not text:
        return None
    if item.scoring.rule in WHOLE:
        return text
    if task.variant.shown:
        return _option(task, text)
    kind: Kind = {"numeric": "number", "json": "json"}.get(item.scoring.rule, "word")  # type: ignore[assignment]
    found = final_answer(text, kind)
    if kind != "word":
        return found.value if found else None
    if found and found.explicit:
        return found.value
    # An answer of several words may be the whole reply, or its last line.
    readings = [text[-_LONGEST:], text.splitlines()[-1], *([found.value] if found else [])]
    right = next((reading for reading in readings if task.accepts(reading)), None)
    if right is None and (refusal(text) or (found is None and len(text.split()) > _FEW)):
        return None
    return right or readings[-1]


# Words that are still an answer, and no talk.
_FEW = 12


def _option(task: StressedItem, text: str) -> str | None:
    shown = task.variant.shown
    kinds: tuple[Kind, ...] = ("choice", "word")
    found = [final.value for kind in kinds if (final := final_answer(text, kind))]
    readings = [*found, text.splitlines()[-1], text[-_LONGEST:]]
    named = next((r for r in readings if option_named(r, shown) is not None), None)
    return named if named is not None else next(iter(found), None)


def _calls(reply: Reply) -> str:
    """The calls as they were made; arguments that do not parse stay text."""
    calls = [{"name": c.name, "arguments": _parsed(c.arguments)} for c in reply.tool_calls]
    return json.dumps(calls[0] if len(calls) == 1 else calls)


def _parsed(arguments: str) -> object:
    try:
        return json.loads(arguments[:_LONGEST])
    except (ValueError, RecursionError):
        return arguments


def _tagged(text: str) -> str | None:
    found = _TAG.findall(text[-_LONGEST:])
    return found[-1].strip() if found else None


def _in_object(text: str) -> str | None:
    text = text[-_LONGEST:]
    starts = [found.start() for found in _OBJECT.finditer(text)]
    if not starts:
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text, starts[-1])
        answer = value["answer"]
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, str) else json.dumps(answer)


def _last_line(text: str) -> str | None:
    lines = text.splitlines()
    return lines[-1].strip() if lines else None


FORMS: dict[str, Callable[[str], str | None]] = {
    "tag": _tagged,
    "json": _in_object,
    "last line": _last_line,
}
