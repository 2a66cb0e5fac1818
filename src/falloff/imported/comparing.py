"""From the scores of several models by item to what is said of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.fixed import FixedDesign, FixedFit, fit_curves
from falloff.analysis.paired import Paired, compare_paired
from falloff.core import UsageError
from falloff.logs import Scores
from falloff.logs.answer import NOVELTY
from falloff.report.files import whole_file
from falloff.report.listings import Listing
from falloff.report.log_listings import log_listings, logs_as_dict

# Resamples behind curves, and behind those of more items than so many.
_RESAMPLES, _OF_MANY = 1000, 200
_MANY = 20_000


@dataclass(frozen=True, kw_only=True)
class LogPair:
    """``model`` against ``reference``: on all items that both logs have, and by task.

    ``only_reference`` and ``only_model`` count the items that the other has not; ``reworded`` those
    that were put in other words, as far as the logs tell.
    """

    reference: str
    model: str
    whole: Paired
    tasks: Mapping[str, Paired]
    only_reference: int
    only_model: int
    reworded: int


@dataclass(frozen=True, kw_only=True)
class LogComparison:
    """What logs say. ``fit`` has curves over ``level``; None without levels.

    ``assumed`` says what no log tells, ``notes`` what was taken for what and what was left out.
    """

    reference: str
    pairs: tuple[LogPair, ...]
    level: str | None
    fit: FixedFit | None
    chance: float
    assumed: tuple[str, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The object of ``falloff import --json``."""
        return logs_as_dict(self)

    def report(self, out: str | Path) -> Path:
        """Write the page to ``out``: what logs tell, and what none can know.

        Raises :class:`falloff.core.SetupError` where it cannot be written.
        """
        from falloff.report.log_page import log_page

        with whole_file(Path(out), "Name another place with --report.") as draft:
            draft.write_text(log_page(self), encoding="utf-8")
        return Path(out)

    def listings(self, *, ascii_only: bool = False) -> tuple[Listing, ...]:
        """The numbers as tables of text."""
        return log_listings(self, ascii_only=ascii_only)


@dataclass(frozen=True, kw_only=True)
class Comparing:
    """From aligned arrays to what is said of them."""

    models: tuple[Scores, ...]
    tasks: tuple[str, ...]
    level: str | None
    chance: float | None
    notes: list[str]

    def result(self) -> LogComparison:
        reference = self.models[0]
        pairs = tuple(self._pair(reference, model) for model in self.models[1:])
        fit = self._fit() if self.level else None
        return LogComparison(
            reference=reference.model,
            pairs=pairs,
            level=self.level,
            fit=fit,
            chance=self.chance or 0.0,
            assumed=tuple(self._assumed(pairs)),
            notes=(*self.notes, *self._repeats(), *(fit.notes if fit else ())),
        )

    def _pair(self, one: Scores, two: Scores) -> LogPair:
        shared, left, right = np.intersect1d(
            one.key, two.key, assume_unique=True, return_indices=True
        )
        if not len(shared):
            raise UsageError(
                f"The logs of '{one.model}' ({len(one.key):,} items) and '{two.model}'"
                f" ({len(two.key):,}) share no item.",
                remedy="Check that they are of the same tasks; align by the other of --align id and"
                " --align hash.",
            )
        scores = one.score[left], two.score[right]
        group, task = one.group[left], one.task[left]
        chance = self.chance or 0.0
        several = np.unique(task)
        by_task = {
            self.tasks[t]: compare_paired(
                scores[0][task == t], scores[1][task == t], group[task == t], chance=chance
            )
            for t in (several if len(several) > 1 else ())
        }
        words = one.prompt[left], two.prompt[right]
        told = (words[0] > 0) & (words[1] > 0)
        return LogPair(
            reference=one.model,
            model=two.model,
            whole=compare_paired(scores[0], scores[1], group, chance=chance),
            tasks=by_task,
            only_reference=len(one.key) - len(shared),
            only_model=len(two.key) - len(shared),
            reworded=int((told & (words[0] != words[1])).sum()),
        )

    def _shared(self) -> NDArray[np.uint64]:
        """Keys that all models have and that have a level."""
        keys = self.models[0].key[np.isfinite(self.models[0].level)]
        for model in self.models[1:]:
            keys = np.intersect1d(keys, model.key, assume_unique=True)
        return keys

    def _fit(self) -> FixedFit | None:
        """Curves over the items that all models share; a note where there can be none."""
        keys = self._shared()
        reference = self.models[0]
        at = np.searchsorted(reference.key, keys)
        level = reference.level[at]
        without = len(reference.key) - int(np.isfinite(reference.level).sum())
        if without:
            self.notes.append(
                f"{without:,} items have no number under '{self.level}': left out of the curves."
            )
        if len(keys) == 0 or level.min() == level.max():
            self.notes.append(f"No curves: '{self.level}' has fewer than two levels.")
            return None
        groups, item = np.unique(reference.group[at], return_inverse=True)
        count = len(self.models)
        score = [model.score[np.searchsorted(model.key, keys)] for model in self.models]
        return fit_curves(
            FixedDesign(
                models=tuple(model.model for model in self.models),
                items=tuple(map(str, range(len(groups)))),
                model=np.repeat(np.arange(count), len(keys)),
                item=np.tile(item, count),
                level=np.tile(level, count),
                score=np.concatenate(score),
                weight=np.ones(count * len(keys)),
            ),
            chance=self.chance or 0.0,
            scale="linear" if self.level == NOVELTY else None,
            resamples=_RESAMPLES if len(keys) <= _MANY else _OF_MANY,
        )

    def _assumed(self, pairs: Sequence[LogPair]) -> Iterator[str]:
        """What no log tells, or what it tells against the comparison."""
        if self.chance is None:
            options = np.unique(np.concatenate([model.choices for model in self.models]))
            known = len(options) == 1 and options[0] > 1
            hint = (
                f" Its items have {options[0]} options: if one was picked, give --chance"
                f" {1 / options[0]:.2g}."
                if known
                else " Give --chance where answers can be guessed."
            )
            yield f"A guess is assumed to score 0.{hint}"
        for pair in pairs:
            if pair.reworded:
                yield (
                    f"{pair.reworded:,} of {pair.whole.items:,} items were put to '{pair.model}' in"
                    " other words (another template or other examples): the difference is partly"
                    " theirs."
                )
        if not all(model.prompt.all() for model in self.models):
            yield "That the models were asked in the same words is assumed: the logs do not say."
        yield "Sampling, limits and the versions of both models are taken to be what you meant."

    def _repeats(self) -> Iterator[str]:
        for model in self.models:
            if more := model.answers - len(model.key):
                yield f"{model.model}: {more:,} further answers to the same items; means are taken."
