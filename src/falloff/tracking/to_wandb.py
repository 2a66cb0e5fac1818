"""Weights & Biases: a run a record. Its key, and whether it is offline, are its own variables'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from falloff.core import SetupError, missing_extra
from falloff.tracking.record import Record
from falloff.tracking.trackers import Logged


def log(project: str, records: Sequence[Record], files: Sequence[Path]) -> list[Logged]:
    """Raises :class:`falloff.core.SetupError` where wandb is absent, or refuses."""
    try:
        import wandb
    except ImportError as error:
        raise missing_extra("wandb", "wandb", "Logging to Weights & Biases") from error
    try:
        return [_log(wandb, project, record, files) for record in records]
    except (wandb.Error, OSError) as problem:
        first = str(problem).partition("\n")[0]
        raise SetupError(
            f"Weights & Biases did not take it: {first[:500]}",
            remedy="Log in with wandb login, or keep it on this machine: WANDB_MODE=offline.",
        ) from problem


def _log(wandb: Any, project: str, record: Record, files: Sequence[Path]) -> Logged:
    # Its own words on stdout would stand between ours.
    quiet = wandb.Settings(silent=True)
    with wandb.init(
        project=project, name=record.name, config=record.facts, notes=record.note, settings=quiet
    ) as made:
        made.summary.update({**record.numbers, "verdict": record.facts.get("verdict")})
        artifact = wandb.Artifact(f"falloff-{made.id}", type="report", description=record.note)
        for file in files:
            artifact.add_file(str(file))
        made.log_artifact(artifact)
        where = str(Path(made.dir).parent) if made.offline else made.url
        return Logged(name=record.name, id=made.id, where=where, numbers=len(record.numbers))
