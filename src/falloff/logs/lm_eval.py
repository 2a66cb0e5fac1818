"""Sample logs of lm-evaluation-harness: ``samples_TASK_TIME.jsonl``, one line an item and filter.

The model's name is not in the file: it is the folder's, unless the user names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from falloff.core import UnknownNameError, UsageError
from falloff.logs.answer import Answer, Wanted, as_level, as_score, dig
from falloff.tables.lines import Losses, json_lines
from falloff.tables.openings import opening_of, text_of

_NAME = re.compile(r"samples_(?P<task>.+)_\d{4}-\d\d-\d\dT[\d.:-]+\.jsonl$")
# What a line has beside its scores.
_OWN = {
    "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
    "doc_hash", "prompt_hash", "target_hash",
}  # fmt: skip


def is_lm_eval(record: Mapping[str, Any]) -> bool:
    """Whether a line is one of such a log."""
    return "doc_id" in record and ("resps" in record or "filtered_resps" in record)


def model_of(path: Path) -> str:
    """The last part of the folder that lm-evaluation-harness names after the model."""
    return re.split(r"__", path.resolve().parent.name)[-1] or path.stem


def task_of(path: Path) -> str:
    """The task in the name that the harness gives its files; empty in any other name."""
    found = _NAME.search(path.name)
    return found["task"] if found else ""


class LmEvalLog:
    """The answers of one file. ``said`` tells, once read, what was taken for what."""

    def __init__(self, path: Path, model: str, wanted: Wanted, losses: Losses) -> None:
        self.path = path
        self.model = model
        self._wanted = wanted
        self._losses = losses
        self._metric = wanted.metric
        self._filter = wanted.filter
        self._seen: set[str] = set()
        self.unscored = 0

    @property
    def said(self) -> tuple[str, ...]:
        if self._metric is None:
            return ()
        where = task_of(self.path) or self.path.name
        said = f"{where}: metric '{self._metric}', filter '{self._filter}'"
        others = ", ".join(sorted(self._seen - {str(self._filter)}))
        return (f"{said}; filters not used: {others}." if others else f"{said}.",)

    def __iter__(self) -> Iterator[Answer]:
        task = task_of(self.path)
        for number, record in json_lines(self.path, self._losses):
            where = f"{self.path}, line {number}"
            if not is_lm_eval(record):
                raise UsageError(
                    f"{where}: this is no sample of lm-evaluation-harness.",
                    remedy="Give files that --log_samples has written.",
                )
            if self._metric is None:
                self._metric = _first_metric(record, where)
            filtered = str(record.get("filter", "none"))
            self._filter = filtered if self._filter is None else self._filter
            self._seen.add(filtered)
            if filtered != self._filter:
                continue
            score = as_score(record.get(self._metric), where)
            if score is None:
                self.unscored += 1
                continue
            yield self._answer(task, record, score)
        self._check_names()

    def _answer(self, task: str, record: dict[str, Any], score: float) -> Answer:
        wanted = self._wanted
        by_hash = wanted.align == "hash" or (wanted.align is None and "doc_hash" in record)
        return Answer(
            model=self.model,
            task=task,
            item=str(record.get("doc_hash") if by_hash else record["doc_id"]),
            score=score,
            level=as_level(_found(record, wanted.level)),
            group=None if wanted.group is None else str(_found(record, wanted.group)),
            prompt=_prompt(record) if wanted.level == "novelty" else None,
            prompt_hash=str(record.get("prompt_hash", "")),
            choices=_choices(record),
        )

    def _check_names(self) -> None:
        if self._wanted.filter is not None and self._seen and self._wanted.filter not in self._seen:
            raise UnknownNameError(f"filter of {self.path}", self._wanted.filter, self._seen)


def _first_metric(record: Mapping[str, Any], where: str) -> str:
    """The first that the harness lists, or that there is."""
    listed = record.get("metrics")
    names = listed if isinstance(listed, list) else [key for key in record if key not in _OWN]
    for name in names:
        if isinstance(record.get(name), int | float):
            return str(name)
    raise UsageError(
        f"{where}: there is no score among {', '.join(map(str, names)) or 'its fields'}.",
        remedy="Name the metric with --metric.",
    )


def _found(record: Mapping[str, Any], key: str | None) -> Any:
    """By its name in the line, or in the document."""
    if key is None:
        return None
    value = dig(record, key)
    return dig(record.get("doc"), key) if value is None else value


def _prompt(record: Mapping[str, Any]) -> str | None:
    """What the document asks, or else what was sent, template and all."""
    document = record.get("doc")
    if isinstance(document, dict) and (found := opening_of(document)):
        return found[1]
    first = dig(record, "arguments.gen_args_0.arg_0")
    return text_of(first) or None


def _choices(record: Mapping[str, Any]) -> int:
    """Options whose likelihoods were compared; 0 for text that the model wrote."""
    responses = record.get("filtered_resps")
    if not isinstance(responses, list) or len(responses) < 2:
        return 0
    return len(responses) if all(isinstance(r, list) and len(r) == 2 for r in responses) else 0
