"""From a file to a benchmark: rows checked one by one, losses counted, guesses said."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from falloff.core import Message, UsageError, child_seed
from falloff.probes.answers.markup import plain
from falloff.probes.answers.numbers import number
from falloff.probes.answers.structured import is_json
from falloff.probes.bench import columns as columns_
from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.cells import answers_of, messages_of, text_of, texts_of, tools_of
from falloff.probes.bench.choices import (
    Choices,
    DefectError,
    choices_of,
    first_number,
    placed,
    right_one,
)
from falloff.probes.bench.functions import OwnFunction
from falloff.probes.bench.item import Item
from falloff.probes.bench.rows import Row, read_rows
from falloff.probes.bench.scoring import Scoring

# What stressors make changes when this does.
STRESS_VERSION = 1
# A prompt of more characters is no prompt.
_LONGEST = 1_000_000
# Items of a larger benchmark are drawn: no run asks more, and each is tried under every stressor.
MOST_ITEMS = 2000


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """A row on its way to an item."""

    line: int
    row: Mapping[str, Any]
    before: tuple[Message, ...]
    prompt: str
    answers: tuple[str, ...]
    choices: Choices | None


def read_benchmark(
    source: str | Path,
    *,
    columns: str | Mapping[str, str] = "",
    scoring: str = "auto",
    solver: str | None = None,
) -> Benchmark:
    """The benchmark in a file or a data set. Arguments as ``--bench-columns`` and so on have them.

    Raises :class:`falloff.core.UsageError` for a file, column or function that cannot be used, and
    as :func:`falloff.probes.bench.rows.read_rows` does.
    """
    rule = Scoring.parse(scoring)
    found = read_rows(source)
    header = tuple(dict.fromkeys(name for _, row in found.rows for name in row))
    by_role = columns_.settle(columns, header, found.said)
    losses = Counter(found.losses)
    parts: list[_Parts] = []
    for row in found.rows:
        try:
            parts.append(_parts(row, by_role))
        except DefectError as defect:
            losses[defect.reason] += 1
    first = first_number((part.choices, part.answers) for part in parts)
    items: dict[str, Item] = {}
    for part in parts:
        try:
            _add(items, _item(part, by_role, rule, first), found.said)
        except DefectError as defect:
            losses[defect.reason] += 1
    if not items:
        raise UsageError(
            f"No row of '{found.said}' can be an item: {_counted(losses)}.",
            remedy=f"Columns were taken as: {columns_.said(by_role, header)}.",
        )
    own = OwnFunction.load(solver) if solver else None
    chosen = _chosen(tuple(items.values()))
    return Benchmark(
        name=found.name,
        digest=_digest(found.digest, by_role, scoring, (rule.function, own)),
        items=chosen,
        columns=by_role,
        scoring=scoring,
        losses=dict(losses),
        said=_said(found.said, by_role, header, len(items), chosen, losses),
        solver=own,
    )


def _parts(numbered: Row, columns: Mapping[str, str]) -> _Parts:
    line, row = numbered
    before, prompt = messages_of(row, columns)
    if not prompt.strip():
        raise DefectError("an empty prompt")
    if len(prompt) > _LONGEST:
        raise DefectError(f"a prompt of more than {_LONGEST:,} characters")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in prompt):
        raise DefectError("a prompt with half a character")
    answers = answers_of(row.get(columns["answer"]))
    if not answers:
        raise DefectError("an empty answer")
    name = columns.get("choices", "")
    several = [row.get(part) for part in name.split("|")]
    choices = choices_of(several if "|" in name and name not in row else row.get(name))
    return _Parts(
        line=line, row=row, before=before, prompt=prompt, answers=answers, choices=choices
    )


def _item(part: _Parts, columns: Mapping[str, str], rule: Scoring, first: int | None) -> Item:
    options = None
    answers = part.answers
    if part.choices and rule.rule in ("auto", "choice"):
        right = right_one(part.choices, answers, first)
        options = placed(part.choices, right, part.prompt)
        answers = (part.choices.texts[right],)
    elif rule.rule == "choice":
        raise DefectError("no choices")
    elif rule.rule == "regex" and not all(map(_is_pattern, answers)):
        raise DefectError("an answer that is no pattern")

    def cell(role: str) -> Any:
        return part.row.get(columns[role]) if role in columns else None

    named = text_of(cell("id")).strip()
    content = json.dumps([part.prompt, [m.content for m in part.before], answers])
    return Item(
        id=named or hashlib.sha256(content.encode("utf-8", "backslashreplace")).hexdigest()[:16],
        line=part.line,
        prompt=part.prompt,
        answers=answers,
        scoring=rule if rule.rule != "auto" else _rule_for(answers[0], choice=options is not None),
        before=part.before,
        options=options,
        tools=tools_of(cell("tools")),
        protected=texts_of(cell("protected")),
        group=text_of(cell("group")).strip(),
    )


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _rule_for(answer: str, *, choice: bool) -> Scoring:
    if choice:
        return Scoring(rule="choice")
    if number(plain(answer), bare=True) is not None:
        return Scoring(rule="numeric")
    return Scoring(rule="json" if is_json(answer) else "normalised")


def _add(items: dict[str, Item], item: Item, where: str) -> None:
    """Raises where another item has the same id; the same item again is a loss."""
    other = items.setdefault(item.id, item)
    if other is item:
        return
    if (other.prompt, other.answers) == (item.prompt, item.answers):
        raise DefectError("an item that stands there already")
    raise UsageError(
        f"{where}: lines {other.line} and {item.line} have the same id '{item.id[:60]}' and are not"
        " the same item.",
        remedy="Give each item an id of its own, or name another column: --bench-columns id=…",
    )


def _chosen(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """All, or as many as are ever needed, drawn by the hash of their id."""
    if len(items) <= MOST_ITEMS:
        return items
    drawn = sorted(items, key=lambda item: child_seed("benchmark", item.id))[:MOST_ITEMS]
    return tuple(sorted(drawn, key=lambda item: item.line))


def _digest(
    content: str,
    columns: Mapping[str, str],
    scoring: str,
    functions: tuple[OwnFunction | None, OwnFunction | None],
) -> str:
    """Of contents alone: the same files under other names are the same benchmark."""
    own = [(f.name, f.digest) if f else None for f in functions]
    rule = None if functions[0] else scoring
    facts = json.dumps([STRESS_VERSION, content, dict(columns), rule, own])
    return hashlib.sha256(facts.encode()).hexdigest()


def _said(
    where: str,
    columns: Mapping[str, str],
    header: tuple[str, ...],
    whole: int,
    chosen: tuple[Item, ...],
    losses: Mapping[str, int],
) -> tuple[str, ...]:
    rules = Counter(item.scoring.rule for item in chosen)
    lines = [
        f"{where}: {whole} items; {columns_.said(columns, header)}.",
        f"Scored: {_counted(rules)}.",
    ]
    if listed := sum(bool(item.options and item.options.listed) for item in chosen):
        lines.append(f"{listed} prompts do not have their options: these are listed below them.")
    if len(chosen) < whole:
        lines.append(f"{len(chosen)} of the items, drawn by their id, are used.")
    if losses:
        lines.append(f"Left out: {_counted(losses)}.")
    return tuple(lines)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what} ({count})" for what, count in counts.items()) or "nothing"
