"""Inspect's logs as answers: samples are read one by one, and what they name is not opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalSample, read_eval_log, read_eval_log_samples
from inspect_ai.scorer import value_to_float

from falloff.core import UnknownNameError, UsageError
from falloff.logs import Answer, Wanted
from falloff.logs.answer import as_level, as_score, dig
from falloff.tables.openings import text_of


class InspectLog:
    """The answers of one ``.eval`` file. ``model``: a name to use in place of the log's."""

    def __init__(self, path: Path, model: str | None, wanted: Wanted) -> None:
        self.path = path
        self._wanted = wanted
        self._as_number = value_to_float()
        self._scorer = wanted.metric
        self.unscored = 0
        try:
            header = read_eval_log(str(path), header_only=True)
        except Exception as error:  # whatever a damaged archive makes the library raise
            raise UsageError(
                f"{path} cannot be read as a log of Inspect: {str(error)[:200] or error!r}.",
                remedy="Give an .eval file that Inspect AI has written.",
            ) from error
        self.model = model or header.eval.model
        self._task = header.eval.task
        self.finished = header.status == "success"

    @property
    def said(self) -> tuple[str, ...]:
        said = f"{self.path.name}: {self.model}, scorer '{self._scorer}'."
        return (said if self.finished else f"{said} It did not finish; what is there counts.",)

    def __iter__(self) -> Iterator[Answer]:
        samples = read_eval_log_samples(str(self.path), all_samples_required=False)
        for sample in samples:
            value = self._value(sample)
            if value is None:
                self.unscored += 1
                continue
            yield self._answer(sample, value)

    def _value(self, sample: EvalSample) -> float | None:
        scores = sample.scores or {}
        if not scores:
            return None
        if self._scorer is None:
            self._scorer = next(iter(scores))
        if self._scorer not in scores:
            raise UnknownNameError(f"scorer of {self.path}", self._scorer, scores)
        value: Any = scores[self._scorer].value
        if isinstance(value, dict | list):
            return None
        return as_score(self._as_number(value), f"{self.path}, sample {sample.id}")

    def _answer(self, sample: EvalSample, score: float) -> Answer:
        wanted, metadata = self._wanted, sample.metadata or {}
        prompt = _prompt(sample)
        group = dig(metadata, wanted.group) if wanted.group else None
        return Answer(
            model=self.model,
            task=self._task,
            item=prompt if wanted.align == "hash" else str(sample.id),
            score=score,
            level=as_level(dig(metadata, wanted.level)) if wanted.level else None,
            group=None if group is None else str(group),
            prompt=prompt if wanted.level == "novelty" else None,
            prompt_hash=prompt,
            choices=len(sample.choices or ()),
        )


def _prompt(sample: EvalSample) -> str:
    if isinstance(sample.input, str):
        return sample.input
    return text_of([{"role": m.role, "content": m.text} for m in sample.input])
