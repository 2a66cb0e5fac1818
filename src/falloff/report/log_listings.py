"""Logs compared, as tables and as one plain JSON object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from falloff.report.fit_export import curves_as_dict
from falloff.report.fit_listings import fit_listings
from falloff.report.listings import Listing
from falloff.report.numerals import (
    DASH,
    count,
    percent_interval,
    points_interval,
)
from falloff.report.visible import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from falloff.analysis.fixed import FixedFit
    from falloff.analysis.paired import Paired

# More tasks than this are for --json.
_MOST_TASKS = 30
_MOST_LETTERS = 500


class LogPair(Protocol):
    """As :class:`falloff.imported.LogPair`."""

    @property
    def reference(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def whole(self) -> Paired: ...
    @property
    def tasks(self) -> Mapping[str, Paired]: ...
    @property
    def only_reference(self) -> int: ...
    @property
    def only_model(self) -> int: ...
    @property
    def reworded(self) -> int: ...


class Logs(Protocol):
    """As :class:`falloff.imported.LogComparison`."""

    @property
    def reference(self) -> str: ...
    @property
    def pairs(self) -> Sequence[LogPair]: ...
    @property
    def level(self) -> str | None: ...
    @property
    def fit(self) -> FixedFit | None: ...
    @property
    def chance(self) -> float: ...
    @property
    def assumed(self) -> tuple[str, ...]: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


def log_listings(logs: Logs, *, ascii_only: bool = False) -> tuple[Listing, ...]:
    """The pairs, the tasks if there are several, the curves if there are levels."""
    tables = [_pairs(logs), _flips(logs), _tasks(logs)]
    if logs.fit is not None:
        tables += fit_listings(logs.fit, ascii_only=ascii_only)[:1]
    return tuple(table for table in tables if table.rows)


def _pairs(logs: Logs) -> Listing:
    return Listing(
        title=f"Against {one_line(logs.reference)}, on the same items",
        heads=("Model", "It scores", "Reference", "Difference", "Retention"),
        spare=("Reference",),
        rows=tuple(
            (
                one_line(pair.model),
                percent_interval(pair.whole.model),
                percent_interval(pair.whole.reference),
                points_interval(pair.whole.difference),
                percent_interval(pair.whole.retention),
            )
            for pair in logs.pairs
        ),
    )


def _flips(logs: Logs) -> Listing:
    return Listing(
        title="Flips",
        heads=("Model", "Lost", "Gained", "Both", "Neither", "p", "Items", "Unmatched"),
        spare=("Neither", "Both"),
        rows=tuple(
            (
                one_line(pair.model),
                *map(count, _counts(pair.whole)),
                DASH if pair.whole.p is None else f"{pair.whole.p:.2g}",
                count(pair.whole.items),
                f"{pair.only_reference:,} + {pair.only_model:,}",
            )
            for pair in logs.pairs
        ),
    )


def _counts(paired: Paired) -> tuple[int, int, int, int]:
    churn = paired.churn
    return churn.lost, churn.gained, churn.both, churn.neither


def _tasks(logs: Logs) -> Listing:
    rows = [
        (one_line(pair.model), one_line(task), points_interval(found.difference),
         percent_interval(found.retention), count(found.items))
        for pair in logs.pairs
        for task, found in sorted(pair.tasks.items(), key=_by_difference)
    ]  # fmt: skip
    left = len(rows) - _MOST_TASKS
    more = f" (the first {_MOST_TASKS} of {len(rows)}; all with --json)" if left > 0 else ""
    return Listing(
        title=f"Tasks, the largest loss first{more}",
        heads=("Model", "Task", "Difference", "Retention", "Items"),
        spare=("Items",),
        rows=tuple(rows[:_MOST_TASKS]),
    )


def _by_difference(item: tuple[str, Paired]) -> float:
    return item[1].difference.estimate or 0.0


def logs_as_dict(logs: Logs) -> dict[str, Any]:
    """The object of ``falloff import --json``; intervals are null where undefined."""
    return {
        "reference": logs.reference,
        "chance": logs.chance,
        "pairs": [_pair(pair) for pair in logs.pairs],
        "level": logs.level,
        "curves": None if logs.fit is None else curves_as_dict(logs.fit, data=None),
        "assumed": list(logs.assumed),
        "notes": list(logs.notes),
    }


def _pair(pair: LogPair) -> dict[str, Any]:
    return {
        "reference": pair.reference,
        "model": pair.model,
        **_paired(pair.whole),
        "unmatched": {"reference": pair.only_reference, "model": pair.only_model},
        "reworded": pair.reworded,
        "tasks": [{"task": task, **_paired(found)} for task, found in pair.tasks.items()],
    }


def _paired(found: Paired) -> dict[str, Any]:
    lost, gained, both, neither = _counts(found)
    return {
        "items": found.items,
        "groups": found.groups,
        "mean_reference": found.reference.as_dict(),
        "mean_model": found.model.as_dict(),
        "difference": found.difference.as_dict(),
        "retention": found.retention.as_dict(),
        "flips": {"lost": lost, "gained": gained, "both": both, "neither": neither},
        "p": found.p,
    }


def sentences(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines that came from outside, made safe to print."""
    return tuple(one_line(line, _MOST_LETTERS) for line in lines)
