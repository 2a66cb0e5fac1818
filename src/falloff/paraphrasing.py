"""Paraphrases of a benchmark: written by a model, kept on disk, and only then asked of others.

A file has a line for each reply, so what was paid for is never asked again: the same command goes
on where it stopped. A reply is data; whether it keeps what is asked is decided by rules
(:mod:`falloff.probes.bench.rewording`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from falloff.core import FalloffError, Message, Request, UsageError, child_seed
from falloff.models import Model, load_model
from falloff.probes.bench import Bench, Benchmark, Item, PreparedBench
from falloff.probes.bench.rewording import CLOSE, OPEN
from falloff.probes.bench.stressors.paraphrase import STYLES
from falloff.probes.bench.variant import Variant
from falloff.tables.lines import Losses, json_lines
from falloff.waiting import finish

# Items that are reworded at the most, drawn by their id: more would tell little more.
MOST_ITEMS = 200
# A task of more letters is a document, which a model would shorten.
MOST_LETTERS = 4_000
FOLDER = Path("runs")
_HOW = {
    "closely": "Reword the task below: keep its order and its sentences, and change their words.",
    "freely": "Ask the task below as another person would: other words, another order.",
}
_RULES = (
    "It must ask exactly the same. Keep every number, name, quotation, formula and piece of code"
    " as it stands. Add nothing, leave nothing out, and do not answer it. Write the new wording"
    f" alone, between {OPEN} and {CLOSE}."
)
_VERSION = 1

Key = tuple[str, str]


def prepare_bench(bench: Bench, *, ask: bool = True) -> PreparedBench:
    """The benchmark, with its paraphrases written where a paraphraser is named.

    ``ask``: else only those that are on disk are there. Raises what asking raises.
    """
    return bench.prepare(lambda read, paraphraser: paraphrases(read, paraphraser, ask=ask))


def check_paraphraser(bench: Bench, asked: Iterable[object]) -> None:
    """Raises :class:`falloff.core.UsageError` if it is one of the models that are asked."""
    if bench.paraphraser and bench.paraphraser in map(str, asked):
        raise UsageError(
            f"The paraphraser '{bench.paraphraser}' is one of the models that are measured: it"
            " would be asked in its own words.",
            remedy="Name another model.",
        )


def paraphrases(bench: Benchmark, paraphraser: str, *, ask: bool = True) -> Mapping[Key, str]:
    """What the model of that spec replies, by item and style; from the file what stands there.

    Raises :class:`falloff.core.FalloffError` where it cannot be asked; what it has said is kept.
    """
    model = load_model(paraphraser)
    file = _file(bench, model)
    written = _read(file)
    missing = [
        (item, style)
        for item in _drawn(bench)
        for style in STYLES
        if (item.id, style) not in written
    ]
    if missing and ask:
        file.parent.mkdir(parents=True, exist_ok=True)
        finish(_write(model, missing, file))
        written = _read(file)
    return written


def _drawn(bench: Benchmark) -> list[Item]:
    fit = [item for item in bench.items if len(item.prompt) <= MOST_LETTERS]
    return sorted(fit, key=lambda item: child_seed("paraphrase", item.id))[:MOST_ITEMS]


def _file(bench: Benchmark, model: Model) -> Path:
    facts = json.dumps([_VERSION, bench.digest, model.spec, model.describe(), _HOW, _RULES])
    name = f"paraphrases-{bench.name}-{hashlib.sha256(facts.encode()).hexdigest()[:8]}.jsonl"
    return FOLDER / name


def _read(file: Path) -> dict[Key, str]:
    if not file.is_file():
        return {}
    rows = (row for _, row in json_lines(file, Losses()))
    return {
        (row["item"], row["style"]): row["reply"]
        for row in rows
        if all(isinstance(row.get(name), str) for name in ("item", "style", "reply"))
    }


async def _write(model: Model, missing: list[tuple[Item, str]], file: Path) -> None:
    """Ask for all that is missing, each reply on disk when it comes."""
    queue: Iterator[tuple[Item, str]] = iter(missing)
    problems: list[FalloffError] = []
    with file.open("a+b") as out:
        _end_line(out)

        async def work() -> None:
            for item, style in queue:
                if problems:
                    return
                try:
                    reply = await model.reply(_request(item, style))
                except FalloffError as problem:
                    problems.append(problem)
                    return
                row = {"item": item.id, "style": style, "reply": reply.text}
                out.write(json.dumps(row).encode() + b"\n")
                out.flush()

        try:
            await asyncio.gather(*(work() for _ in range(max(model.concurrency, 1))))
        finally:
            await model.close()
    if problems:
        raise problems[0]


def _end_line(out: BinaryIO) -> None:
    """A line that broke off must not swallow the next one."""
    if out.tell():
        out.seek(-1, 2)
        if out.read(1) != b"\n":
            out.write(b"\n")


def _request(item: Item, style: str) -> Request:
    task = Variant.original(item).stem.strip()
    text = f"{_HOW[style]} {_RULES}\n\n<task>\n{task}\n</task>"
    return Request(
        conversation=f"paraphrase {style} {item.id}",
        messages=(Message(role="user", content=text),),
        max_tokens=2048,
    )
