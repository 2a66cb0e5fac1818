"""Doing the jobs of an experiment: several at once, what is there already left alone."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path

from falloff.analysis.findings import Finding
from falloff.core import ModelError, RunStoppedError, SetupError, UsageError, missing_extra
from falloff.lab.experiments.experiment import Experiment
from falloff.lab.experiments.finding import finding
from falloff.lab.experiments.keeping import keep_finding
from falloff.lab.experiments.plan import Job, Plan
from falloff.lab.experiments.pools import Pool, check_executor, open_pool
from falloff.lab.experiments.work import Problem, is_done

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Say = Callable[[str], None]
Opened = Callable[[], AbstractContextManager[Pool]]


def run_experiment(
    experiment: Experiment,
    out: Path,
    *,
    workers: int | None = None,
    executor: str = "processes",
    say: Say,
) -> Finding:
    """Grow, measure and judge; the finding so far is kept in ``out`` whenever a seed is done.

    ``executor`` says where jobs are done, ``workers`` how many at a time, as :func:`open_pool` has
    it; what comes out is the same. Raises :class:`ModelError` with the first thing that went wrong,
    after what was under way has been kept; the same call goes on from there.
    """
    found = None
    check_executor(executor)
    with _alone(out), _one_thread_each():
        opened = partial(open_pool, executor, workers)
        for seeds in _finished_seeds(experiment, out, opened=opened, say=say):
            found = finding(experiment, out, seeds)
            keep_finding(found, out)
    assert found is not None  # noqa: S101 - an experiment has seeds
    return found


def _finished_seeds(
    experiment: Experiment, out: Path, *, opened: Opened, say: Say
) -> Iterator[list[int]]:
    """Do all that is not done yet; yields the seeds of which all is there, as they become more."""
    plan = Plan.of(experiment)
    todo = [job for job in plan.jobs if not is_done(job, out)]
    say(f"{experiment.name}: {len(plan.jobs) - len(todo)} of {len(plan.jobs)} jobs done already")
    if todo:
        _require_lab()
    left = {job.key for job in todo}
    told = 0
    for _ in _done_one_by_one(todo, out, opened=opened, left=left, say=say):
        done = [seed for seed, keys in plan.readings.items() if not left & set(keys.values())]
        if len(done) > told:
            told = len(done)
            yield done


def _done_one_by_one(
    todo: Sequence[Job], out: Path, *, opened: Opened, left: set[str], say: Say
) -> Iterator[None]:
    """Do the jobs, each once those that it needs are done; takes done ones out of ``left``."""
    yield
    if not todo:
        return
    waiting = list(todo)
    clock = _Clock(sum(job.work for job in todo))
    running: dict[Future[Problem | None], Job] = {}
    problem: ModelError | None = None
    with opened() as pool:
        while running or (waiting and problem is None):
            ready = [job for job in waiting if not job.after & left]
            for job in ready[: pool.workers - len(running)] if problem is None else []:
                waiting.remove(job)
                running[pool.submit(job, out)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                problem = problem or _problem(future, job, out, pool.lost)
                if is_done(job, out):
                    left.discard(job.key)
                    say(clock.after(job, len(left)))
            yield
        if problem is not None:
            raise problem


def _require_lab() -> None:
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise missing_extra(package, "lab", "Running an experiment")


def _problem(
    future: Future[Problem | None], job: Job, out: Path, lost: tuple[type[Exception], ...]
) -> ModelError | None:
    try:
        found = future.result()
    except lost as gone:
        why = (str(gone).strip().splitlines() or [type(gone).__name__])[0]
        return RunStoppedError(
            f"The process that worked on '{job.name}' was lost: {why}",
            remedy="Too little memory does that: try fewer --workers.",
        )
    if found is not None:
        kind = RunStoppedError if found.passing else ModelError
        return kind(found.message, remedy=f"{found.remedy} What is finished stays.".strip())
    if not is_done(job, out):
        return RunStoppedError(
            f"'{job.name}' was done, but nothing of it is in '{out}'.",
            remedy="On a cluster --out has to be a folder that all its machines share.",
        )
    return None


class _Clock:
    """How long the rest will take, by the work done so far."""

    def __init__(self, work: float) -> None:
        self._left = work
        self._all = work
        self._started = time.monotonic()

    def after(self, job: Job, jobs_left: int) -> str:
        """A line on a job that is done, with what is left."""
        self._left -= job.work
        done = self._all - self._left
        took = time.monotonic() - self._started
        if not jobs_left:
            return f"{job.name} {job.did}; all done in {_minutes(took)}"
        rest = took * self._left / done if done else 0.0
        jobs = f"{jobs_left} job{'' if jobs_left == 1 else 's'}"
        return f"{job.name} {job.did}; {jobs}, about {_minutes(rest)} left"


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """For the processes to come. It has to be in their environment: once numpy is loaded, its
    threads are there, and two of them that spin on a busy machine are slower than one."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Only one at a time in a folder: SQLite's lock, which the system lets go of with the process.

    Raises :class:`UsageError` if another is at work there, :class:`SetupError` if it cannot be
    written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(out / ".lock", timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise SetupError(
            f"The folder '{out}' cannot be written to: {error}.", remedy="Name another with --out."
        ) from error
    with closing(connection):
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise UsageError(
                f"Another experiment is at work in '{out}': {error}.",
                remedy="Wait for it, or name another folder with --out.",
            ) from error
        yield
