"""MLflow: an experiment a project, a run a record. Its address is in ``MLFLOW_TRACKING_URI``."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from falloff.core import SetupError, missing_extra, without_logins
from falloff.tracking.record import Record
from falloff.tracking.trackers import Logged

# So many numbers are taken at once, and in a name nothing but these characters.
_BATCH = 1000
_NO_NAME = re.compile(r"[^\w\-. :/]", re.ASCII)


def log(project: str, records: Sequence[Record], files: Sequence[Path]) -> list[Logged]:
    """Raises :class:`falloff.core.SetupError` where MLflow is absent, or refuses."""
    try:
        from mlflow import MlflowClient
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise missing_extra("mlflow", "mlflow", "Logging to MLflow") from error
    try:
        client = MlflowClient()
        found = client.get_experiment_by_name(project)
        experiment = found.experiment_id if found else client.create_experiment(project)
        return [_log(client, experiment, record, files) for record in records]
    except (MlflowException, OSError) as problem:
        first = str(problem).partition("\n")[0]
        raise SetupError(
            f"MLflow did not take it: {without_logins(first)[:500]}",
            remedy="Its address is in MLFLOW_TRACKING_URI, for example sqlite:///mlflow.db.",
        ) from problem


def _log(client: Any, experiment: str, record: Record, files: Sequence[Path]) -> Logged:
    from mlflow.entities import Metric, Param

    tags = {"mlflow.note.content": record.note, "verdict": record.facts.get("verdict", "")}
    made = client.create_run(experiment, run_name=record.name, tags=tags)
    identity, now = made.info.run_id, int(time.time() * 1000)
    ended = "FAILED"
    try:
        metrics = [Metric(_named(n), value, now, 0) for n, value in record.numbers.items()]
        for start in range(0, len(metrics), _BATCH):
            client.log_batch(identity, metrics=metrics[start : start + _BATCH])
        client.log_batch(identity, params=[Param(*fact) for fact in record.facts.items()])
        for file in files:
            client.log_artifact(identity, str(file))
        ended = "FINISHED"
    finally:
        client.set_terminated(identity, ended)
    return Logged(
        name=record.name,
        id=identity,
        where=without_logins(made.info.artifact_uri),
        numbers=len(record.numbers),
    )


def _named(name: str) -> str:
    return _NO_NAME.sub("_", name)
