"""What a run lacks, in words: answers that are still to come, and calls that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from falloff.report.numerals import count, plural


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a run is. ``finished``: whether all that was wanted has been asked.

    ``answered``, ``errors`` and ``unasked`` count answers over all models: with a score, without
    one since calls failed, and still to come. ``probes`` were placed for each model, of ``budget``,
    where the run says.
    """

    finished: bool = True
    answered: int = 0
    errors: int = 0
    unasked: int = 0
    probes: int = 0
    budget: int | None = None

    @property
    def missing(self) -> int:
        """Answers that are not there, for whatever reason."""
        return self.errors + self.unasked

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "finished": self.finished and not self.unasked,
            "answered": self.answered,
            "errors": self.errors,
            "unasked": self.unasked,
        }


WHOLE = Standing()


def lacking_sentences(standing: Standing) -> tuple[str, ...]:
    """For the head of a report; none where the run is whole."""
    said = []
    if not standing.finished or standing.unasked:
        placed = placed_words(
            probes=standing.probes,
            budget=standing.budget,
            answered=standing.answered,
            unasked=standing.unasked,
        )
        rest = (
            "Every number is of the answers that are there, and its interval is as wide as they"
            " make it. The command that made the run goes on with it."
            if standing.answered
            else "So nothing can be said of any model yet."
        )
        said.append(f"{placed} {rest}")
    if standing.errors > 0:
        said.append(errors_words(standing.errors))
    return tuple(said)


def placed_words(*, probes: int, budget: int | None, answered: int, unasked: int) -> str:
    """How far a run is that is not finished."""
    wanted = f"of {count(budget)} probes to each model " if budget else ""
    return (
        f"The run is not finished: {plural(probes, 'probe')} {wanted}placed,"
        f" {plural(answered, 'answer')} there, {count(unasked)} of those placed still to come."
    )


def errors_words(errors: int) -> str:
    """What failed calls mean for the numbers."""
    return (
        f"Calls failed: {plural(errors, 'answer')} missing, which counts neither for nor against"
        " a model; the command that made the run asks again."
    )
