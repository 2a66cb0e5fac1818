"""Which files are logs of which model, by what was typed and by what is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from falloff.core import UsageError
from falloff.logs.lm_eval import is_lm_eval, model_of, task_of
from falloff.tables.lines import Losses, text_lines

Kind = Literal["lm-eval", "inspect", "csv"]
_ENDINGS = ("samples_*.jsonl", "*.eval")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file. ``model`` is who answered; None where the log itself says so."""

    path: Path
    kind: Kind
    model: str | None


def named_sources(logs: Sequence[str]) -> list[Source]:
    """From ``PATH`` or ``NAME=PATH``, files or folders of them, to what they are.

    Raises :class:`falloff.core.UsageError` for what is no log, and where two files hold the same
    task of the same model.
    """
    sources = [source for log in logs for source in _sources(log)]
    seen: dict[tuple[str, str], Path] = {}
    for source in sources:
        if source.kind != "lm-eval" or source.model is None:
            continue
        key = (source.model, task_of(source.path))
        if key in seen:
            raise UsageError(
                f"{seen[key]} and {source.path} both hold task '{key[1]}' of a model '{key[0]}'.",
                remedy="Name the models: falloff import big=FILE small=FILE.",
            )
        seen[key] = source.path
    return sources


def _sources(log: str) -> Iterator[Source]:
    name, equals, rest = log.partition("=")
    named = bool(equals) and not Path(log).exists() and "/" not in name
    path, model = (Path(rest), name) if named else (Path(log), None)
    if not path.exists():
        raise UsageError(f"There is no log at '{path}'.", remedy="Check the path.")
    if not path.is_dir():
        yield _source(path, model)
        return
    files = sorted(file for ending in _ENDINGS for file in path.rglob(ending))
    if not files:
        raise UsageError(
            f"There are no logs in '{path}'.",
            remedy=f"falloff looks for {' and '.join(_ENDINGS)}; name other files one by one.",
        )
    for file in files:
        yield _source(file, model)


def _source(path: Path, model: str | None) -> Source:
    if path.suffix == ".eval":
        return Source(path=path, kind="inspect", model=model)
    if path.suffix.lower() in (".csv", ".tsv"):
        return Source(path=path, kind="csv", model=model)
    first = next((text for _, text, _ in text_lines(path, Losses())), "")
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict) and is_lm_eval(record):
        return Source(path=path, kind="lm-eval", model=model or model_of(path))
    raise UsageError(
        f"{path} is no log that falloff can read.",
        remedy="Give samples_*.jsonl of lm-evaluation-harness, an .eval log of Inspect, or a CSV"
        " with columns item, score and perhaps model and level.",
    )
