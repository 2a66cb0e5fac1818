"""The rows of a fixed design as arrays: who was asked which item at which level, and the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from falloff.analysis.data import Floats
from falloff.core import UsageError

Integers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class FixedDesign:
    """n rows. ``models`` and ``items`` are names in order of appearance.

    ``model``, ``item``: [n] indices of the names; ``level``, ``score``, ``weight``: [n], scores in
    [0, 1], weights ≥ 0, of any unit.
    """

    models: tuple[str, ...]
    items: tuple[str, ...]
    model: Integers
    item: Integers
    level: Floats
    score: Floats
    weight: Floats

    @classmethod
    def of(
        cls,
        *,
        models: Sequence[str],
        items: Sequence[str],
        levels: Sequence[float],
        scores: Sequence[float],
        weights: Sequence[float] | None = None,
    ) -> FixedDesign:
        """From one entry a row. Raises :class:`falloff.core.UsageError` if there are none."""
        if not models:
            raise UsageError("There are no rows.", remedy="A curve needs at least two levels.")
        model_names, item_names = tuple(dict.fromkeys(models)), tuple(dict.fromkeys(items))
        return cls(
            models=model_names,
            items=item_names,
            model=_indices(models, model_names),
            item=_indices(items, item_names),
            level=np.array(levels, dtype=np.float64),
            score=np.array(scores, dtype=np.float64),
            weight=np.ones(len(levels)) if weights is None else np.array(weights, np.float64),
        )

    def rows(self, model: int) -> Integers:
        """Indices of the rows of one model that count."""
        return np.flatnonzero((self.model == model) & (self.weight > 0))

    def shared_items(self, first: int, second: int) -> int:
        """Number of items that both models were asked."""
        return int(np.intersect1d(self.item[self.rows(first)], self.item[self.rows(second)]).size)


def _indices(names: Sequence[str], order: tuple[str, ...]) -> Integers:
    index = {name: i for i, name in enumerate(order)}
    return np.array([index[name] for name in names], dtype=np.intp)
