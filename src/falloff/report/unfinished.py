"""What a run lacks, in words: answers that are still to come, and calls that failed."""

from __future__ import annotations

from falloff.report.contents import ReportContents
from falloff.report.numerals import count, plural


def lacking_sentences(contents: ReportContents) -> tuple[str, ...]:
    """For the head of a page; none where the run is whole."""
    said = []
    if not contents.finished or contents.unasked:
        placed = placed_words(
            probes=contents.comparison.probes,
            budget=contents.budget,
            answered=contents.scored,
            unasked=contents.unasked,
        )
        rest = (
            "Every number is of the answers that are there, and its interval is as wide as they"
            " make it. The command that made the run goes on with it."
            if contents.scored
            else "So nothing can be said of any model yet."
        )
        said.append(f"{placed} {rest}")
    errors = contents.missing - contents.unasked
    if errors > 0:
        said.append(errors_words(errors))
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
