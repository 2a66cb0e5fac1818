"""What a reply gives as its final answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from falloff.probes.answers.forms import explicit, told
from falloff.probes.answers.lines import BULLET, json_at, last_line
from falloff.probes.answers.markup import plain, visible
from falloff.probes.answers.numbers import number
from falloff.probes.answers.phrases import changed
from falloff.probes.answers.refusals import refusal
from falloff.probes.answers.structured import is_json
from falloff.probes.answers.thinking import without_thinking
from falloff.probes.answers.values import Kind, readable
from falloff.probes.answers.words import items, letter

# Of long replies, so many characters are read: thinking begins at the start, answers stand at the
# end.
_FIRST, _LAST = 10_000, 40_000
# Words of a name.
_FEW = 3
_MARKED = re.compile(r"\*\*([^*\n]{1,200})\*\*|`([^`\n]{1,200})`|[\"“]([^\"”\n]{1,200})[\"”]")
_OPTION = re.compile(r"\(([A-Z])\)|\*\*([A-Z])[).:]?\*\*|\b(?:option|choice)\s+([A-Z])\b")
_SAID_AGAIN = re.compile(r"['\"`]answer\s*:", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Final:
    """What was given as the final answer; ``explicit``: in a form that says so."""

    value: str
    explicit: bool


def final_answer(text: str, kind: Kind) -> Final | None:
    """The final answer in a reply; None where a careful reader would find none."""
    reply = without_thinking(visible(_ends(text))).strip()
    if value := explicit(reply, kind):
        return Final(value=_shown(value, kind), explicit=True)
    if not reply or reply.endswith("?") or refusal(reply):
        return None
    if value := _alone(reply, kind):
        return Final(value=_shown(value, kind), explicit=True)
    value = _in_last_line(reply, kind)
    return Final(value=_shown(value, kind), explicit=False) if value else None


def _ends(text: str) -> str:
    """Of a reply that is too long, the whole lines at its start and its end."""
    if len(text) <= _FIRST + _LAST:
        return text
    _, _, end = text[-_LAST:].partition("\n")
    start, _, _ = text[:_FIRST].rpartition("\n")
    return f"{start}\n\n{end}"


def _shown(value: str, kind: Kind) -> str:
    """The value in one form for all who give the same, where it is cheap to say."""
    if kind in ("json", "text"):
        return value
    value = plain(value)
    if kind == "choice":
        return letter(value) or value
    if kind == "integer" and (exact := number(value)) is not None and exact.denominator == 1:
        return str(exact)
    return value.strip().rstrip(".") if kind == "word" else value


def _alone(reply: str, kind: Kind) -> str | None:
    """The reply, if it is nothing but a value of the kind."""
    if kind == "json":
        return reply if is_json(reply) else None
    if kind == "words":
        listed = "\n" not in reply or all(map(BULLET.match, reply.splitlines()))
        return reply if listed and _is_list(reply) else None
    if "\n" in reply:
        return None
    return reply if kind == "text" or _is_value(reply, kind) else None


def _is_value(text: str, kind: Kind) -> bool:
    """Whether ``text`` is a value with nothing told about it."""
    return readable(text, kind) and (kind != "word" or len(text.split()) <= _FEW)


def _is_list(text: str) -> bool:
    """Several items of few words each: no sentences."""
    found = items(text[:2000])
    few = len(found) > 1 and all(len(item.split()) <= _FEW for item in found)
    return few and not changed(text) and bool(re.search(r"[,;\n→|]|->", text))


def _in_last_line(reply: str, kind: Kind) -> str | None:
    """The only value of the kind in the last line, said in no form."""
    start, end = last_line(reply)
    line = reply[start:end]
    if _SAID_AGAIN.search(line) or len(line) > 2000:
        return None
    match kind:
        case "integer" | "number":
            return line if number(plain(line)) is not None else _only_word(told(line) or "")
        case "word":
            return _only_marked(line) or (line if _is_value(line, kind) else None)
        case "words":
            listed = line.rpartition(":")[2]
            return listed if _is_list(plain(listed)) else None
        case "choice":
            return _only_option(line)
        case "json":
            return _json_at_end(reply, start)
        case "text":
            marked = re.fullmatch(r"[\"“`](.+)[\"”`]", line)
            return marked[1] if marked else None


def _only_word(phrase: str) -> str | None:
    return phrase if readable(phrase, "word") and phrase.strip(".* ").isalpha() else None


def _only_marked(line: str) -> str | None:
    """The one word or name that is bold, in code or in quotes."""
    marked = [found for found in _MARKED.findall(line) if any(found)]
    if len(marked) != 1 or changed(line):
        return None
    return "".join(marked[0])


def _only_option(line: str) -> str | None:
    named = {"".join(found) for found in _OPTION.findall(line)}
    return named.pop() if len(named) == 1 and not changed(line) else None


def _json_at_end(reply: str, last: int) -> str | None:
    if reply.endswith("```"):
        fenced = reply[reply.rfind("```", 0, -3) :]
        return fenced if is_json(fenced) else None
    opening = reply.find("{", last)
    return json_at(reply, opening) if opening >= 0 else None
