"""What compare, measure and report do with the training data's novelty."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from falloff.core import UsageError

if TYPE_CHECKING:
    from falloff import Run


def check_safe_region(out: Path | None, train_data: Path | None) -> None:
    """Before anything is asked. Raises :class:`falloff.core.UsageError`."""
    if out is not None and train_data is None:
        raise UsageError(
            "A safe region is measured from the training data.",
            remedy="Name the student's training prompts with --train-data.",
        )


def say_novelty(run: Run) -> None:
    """How the files were read, on stderr."""
    for line in run.novelty.said if run.novelty else ():
        typer.echo(line, err=True)


def write_safe_region(run: Run, out: Path | None) -> None:
    """Write it, if it is wanted and there is one."""
    if out is None or run.novelty is None:
        return
    from falloff.report import write_text
    from falloff.report.novelty_export import safe_region

    write_text(out, json.dumps(safe_region(run.novelty), indent=2, allow_nan=False) + "\n")
    typer.echo(f"Safe region: {out}", err=True)
