"""The one door: a run, and the tracker that it is logged to."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from falloff.core import Registry
from falloff.result import Run
from falloff.tracking.record import Record, records_of


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A record as its tracker has it: its id there, and where it is to be seen."""

    name: str
    id: str
    where: str
    numbers: int


# Logs records with files into a project, and says where they are.
Tracker = Callable[[str, Sequence[Record], Sequence[Path]], list[Logged]]

TRACKERS: Registry[Tracker] = Registry("tracker")


def log_run(run: Run, to: str, *, project: str = "falloff") -> list[Logged]:
    """Log a run, a record for every student, each with the report and the finding as JSON.

    Where the tracker is, and its keys, are its own environment variables.
    Raises :class:`falloff.core.UnknownNameError` for another tracker and
    :class:`falloff.core.SetupError` where it is not installed or does not take it.
    """
    tracker, records = TRACKERS[to], records_of(run)
    with TemporaryDirectory(prefix="falloff-") as folder:
        finding = Path(folder) / "finding.json"
        finding.write_text(json.dumps(run.as_dict(), allow_nan=False), encoding="utf-8")
        page = run.report(Path(folder) / "report.html")
        return tracker(project, records, [page, finding])


@TRACKERS.register("mlflow")
def _mlflow(project: str, records: Sequence[Record], files: Sequence[Path]) -> list[Logged]:
    from falloff.tracking.to_mlflow import log

    return log(project, records, files)


@TRACKERS.register("wandb")
def _wandb(project: str, records: Sequence[Record], files: Sequence[Path]) -> list[Logged]:
    from falloff.tracking.to_wandb import log

    return log(project, records, files)
