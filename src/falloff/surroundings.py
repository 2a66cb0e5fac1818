"""What a run is seen against: what the student was trained on, and what users ask it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from falloff.core import UsageError
from falloff.tables.prompts import Prompts, read_prompts

if TYPE_CHECKING:
    from falloff.training import TrainingData


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a run is seen against: the training data, and the traffic, each None where not given."""

    training: TrainingData | None = None
    traffic: Prompts | None = None


def surroundings(
    train_data: str | Path | None, traffic: str | Path | None, view: str | None
) -> Surroundings:
    """Read before anything is asked, so that a bad file costs no call.

    Raises :class:`falloff.core.UsageError` for files that cannot be used, and for traffic or a view
    without training data.
    """
    if train_data is None:
        for value, option in ((traffic, "--traffic"), (view, "--view")):
            if value is not None:
                raise UsageError(
                    f"{option} says nothing without the training data.",
                    remedy="Name the student's training prompts with --train-data.",
                )
        return Surroundings()
    # Here, since it loads scipy, and a run without training data need not wait for it.
    from falloff.training import NGRAMS, training_data

    training = training_data(train_data, view=view or NGRAMS)
    asked = None if traffic is None else read_prompts(Path(traffic), distinct=False)
    return Surroundings(training=training, traffic=asked)
