"""Doing the jobs of an experiment: several at once, what is there already left alone."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from pathlib import Path

from falloff.analysis.findings import Finding
from falloff.core import ModelError, RunStoppedError, SetupError, UsageError, missing_extra
from falloff.lab.experiments.experiment import Experiment
from falloff.lab.experiments.finding import finding
from falloff.lab.experiments.keeping import keep_finding
from falloff.lab.experiments.plan import Job, Plan
from falloff.lab.experiments.work import Problem, do, is_done, prepare

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Say = Callable[[str], None]


def run_experiment(experiment: Experiment, out: Path, *, workers: int, say: Say) -> Finding:
    """Grow, measure and judge; the finding so far is kept in ``out`` whenever a seed is done.

    Raises :class:`ModelError` with the first thing that went wrong, after what was under way has
    been kept; the same call goes on from there.
    """
    found = None
    with _alone(out), _one_thread_each():
        for seeds in _finished_seeds(experiment, out, workers=workers, say=say):
            found = finding(experiment, out, seeds)
            keep_finding(found, out)
    assert found is not None  # noqa: S101 - an experiment has seeds
    return found


def _finished_seeds(
    experiment: Experiment, out: Path, *, workers: int, say: Say
) -> Iterator[list[int]]:
    """Do all that is not done yet; yields the seeds of which all is there, as they become more."""
    plan = Plan.of(experiment)
    todo = [job for job in plan.jobs if not is_done(job, out)]
    say(f"{experiment.name}: {len(plan.jobs) - len(todo)} of {len(plan.jobs)} jobs done already")
    if todo:
        _require_lab()
    left = {job.key for job in todo}
    told = 0
    for _ in _done_one_by_one(todo, out, workers=workers, left=left, say=say):
        done = [seed for seed, keys in plan.readings.items() if not left & set(keys.values())]
        if len(done) > told:
            told = len(done)
            yield done


def _done_one_by_one(
    todo: Sequence[Job], out: Path, *, workers: int, left: set[str], say: Say
) -> Iterator[None]:
    """Do the jobs, each once those that it needs are done; takes done ones out of ``left``."""
    yield
    waiting = list(todo)
    clock = _Clock(sum(job.work for job in todo))
    running: dict[Future[Problem | None], Job] = {}
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=prepare
    )
    problem: ModelError | None = None
    try:
        while running or (waiting and problem is None):
            ready = [job for job in waiting if not job.after & left]
            for job in ready[: workers - len(running)] if problem is None else []:
                waiting.remove(job)
                running[pool.submit(do, job, out)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                problem = problem or _problem(future, job)
                if is_done(job, out):
                    left.discard(job.key)
                    say(clock.after(job, len(left)))
            yield
        if problem is not None:
            raise problem
    finally:
        _stop(pool, busy=bool(running))


def _require_lab() -> None:
    for package in ("torch", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise missing_extra(package, "lab", "Running an experiment")


def _problem(future: Future[Problem | None], job: Job) -> ModelError | None:
    try:
        found = future.result()
    except BrokenProcessPool:
        return RunStoppedError(
            f"The process that worked on '{job.name}' was killed.",
            remedy="Too little memory does that: try --workers 1.",
        )
    if found is None:
        return None
    kind = RunStoppedError if found.passing else ModelError
    return kind(found.message, remedy=f"{found.remedy} What is finished stays.".strip())


def _stop(pool: ProcessPoolExecutor, *, busy: bool) -> None:
    """At once: an interrupted job leaves nothing half-written, and is done again."""
    for process in list((pool._processes or {}).values()) if busy else []:
        process.terminate()
    pool.shutdown(wait=True, cancel_futures=True)


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
        return f"{job.name} {job.did}; {jobs_left} jobs, about {_minutes(rest)} left"


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
