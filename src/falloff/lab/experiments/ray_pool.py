"""Jobs as tasks of a Ray cluster, one CPU each, in a folder that all its machines share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from falloff.lab.experiments.plan import Job
from falloff.lab.experiments.pools import Pool
from falloff.lab.experiments.work import Problem, do
from falloff.models.hosting.ray_cluster import RayError, cluster, ray


@contextmanager
def ray_tasks(workers: int | None) -> Iterator[Pool]:
    """As many at a time as the cluster has CPUs, unless said."""
    with cluster() as cores:
        pool = _Tasks(workers or max(1, int(cores)))
        try:
            yield pool
        finally:
            pool.stop()


class _Tasks:
    lost: tuple[type[Exception], ...] = (RayError,)

    def __init__(self, workers: int) -> None:
        self.workers = workers
        # Ray does a task again, up to three times, whose process or machine is gone.
        self._do = ray.remote(do).options(num_cpus=1)
        self._tasks: list[Any] = []

    def submit(self, job: Job, out: Path) -> Future[Problem | None]:
        self._tasks.append(self._do.remote(job, out.resolve()))
        future: Future[Problem | None] = self._tasks[-1].future()
        return future

    def stop(self) -> None:
        for task in self._tasks:
            with suppress(RayError, RuntimeError):  # done, or the whole cluster is gone
                ray.cancel(task, force=True)
