"""Where the jobs of an experiment are done: in processes of this machine, or on a Ray cluster."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from falloff.core import UnknownNameError
from falloff.lab.experiments.plan import Job
from falloff.lab.experiments.work import Problem, do, prepare

EXECUTORS = ("processes", "ray")
_USUAL_WORKERS = 2


class Pool(Protocol):
    """Does so many jobs at a time, ``workers``. A future raises one of ``lost`` where whoever did
    its job is gone; nothing is then half-written, so the job can be done again."""

    workers: int
    lost: tuple[type[Exception], ...]

    def submit(self, job: Job, out: Path) -> Future[Problem | None]:
        """Do the job, its results into ``out``."""


def check_executor(name: str) -> None:
    """Raises :class:`UnknownNameError` for an executor that there is not."""
    if name not in EXECUTORS:
        raise UnknownNameError("executor of the lab", name, EXECUTORS)


def open_pool(name: str, workers: int | None) -> AbstractContextManager[Pool]:
    """By the executor's name. ``workers``: unless said, 2 processes, or all CPUs of the cluster.

    At the end, however it comes, what is under way is stopped at once. Raises
    :class:`falloff.core.SetupError` without the extra for Ray, :class:`falloff.core.ModelError` for
    a cluster that cannot be reached.
    """
    if name == "ray":
        from falloff.lab.experiments.ray_pool import ray_tasks

        return ray_tasks(workers)
    return processes(workers or _USUAL_WORKERS)


@contextmanager
def processes(workers: int) -> Iterator[Pool]:
    """Processes of one thread each."""
    pool = _Processes(workers)
    try:
        yield pool
    finally:
        pool.stop()


class _Processes:
    lost: tuple[type[Exception], ...] = (BrokenProcessPool,)

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._submitted: list[Future[Problem | None]] = []
        self._pool = ProcessPoolExecutor(
            workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare
        )

    def submit(self, job: Job, out: Path) -> Future[Problem | None]:
        self._submitted.append(self._pool.submit(do, job, out))
        return self._submitted[-1]

    def stop(self) -> None:
        busy = not all(future.done() for future in self._submitted)
        for process in list((self._pool._processes or {}).values()) if busy else []:
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
