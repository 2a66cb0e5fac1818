"""One job of an experiment, done in a process of its own on one thread."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

from safetensors import SafetensorError

from falloff.core import FalloffError, RunStoppedError, SetupError
from falloff.lab.experiments.dig import compare_folders, mine_folder
from falloff.lab.experiments.given import Given
from falloff.lab.experiments.measuring import Kept, measure
from falloff.lab.experiments.plan import (
    Comparing,
    Digging,
    Growth,
    Job,
    Reading,
    answers_file,
    mined_folder,
    model_folder,
    run_file,
)
from falloff.lab.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An error as plain texts, since not every exception can travel between processes.

    ``passing``: with the same experiment it may go better another time.
    """

    message: str
    remedy: str
    passing: bool


def prepare() -> None:
    """Interrupted by whoever started this process alone, and no life after that one, however it
    ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["TQDM_DISABLE"] = "1"  # bars for loading half a megabyte
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def do(job: Job, out: Path) -> Problem | None:
    """Do it; what went wrong, if anything did. What is kept is whole, or not there."""
    try:
        if isinstance(job, Growth):
            _grow(job, out)
        elif isinstance(job, Reading):
            _read(job, out)
        elif isinstance(job, Comparing):
            _compare(job, out)
        else:
            _dig(job, out)
    except FalloffError as error:
        passing = isinstance(error, RunStoppedError | SetupError)
        return Problem(message=error.message, remedy=error.remedy, passing=passing)
    except (OSError, SafetensorError) as error:
        why = getattr(error, "strerror", None) or error
        return Problem(
            message=f"'{job.name}' cannot be kept in {out}: {why}.",
            remedy="Make room there, or name another folder with --out.",
            passing=True,
        )
    return None


def is_done(job: Job, out: Path) -> bool:
    """Whether its result is there already."""
    if isinstance(job, Growth):
        return model_folder(out, job.key).is_dir()
    if isinstance(job, Reading):
        return answers_file(out, job.key).is_file()
    if isinstance(job, Comparing):
        return run_file(out, job.key).is_file()
    return mined_folder(out, job.key).is_dir()


def kept(out: Path, key: str) -> Kept:
    """What a measurement has kept. Raises :class:`SetupError` for a file that is damaged."""
    file = answers_file(out, key)
    try:
        return Kept.from_dict(json.loads(file.read_text()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SetupError(
            f"The measurement {file} cannot be read: {error}.",
            remedy="Delete it; the same command measures again.",
        ) from error


def _grow(job: Growth, out: Path) -> None:
    from falloff.lab.grow import grow_one

    target = model_folder(out, job.key)
    if isinstance(job.recipe, Given):
        job.recipe.copy_to(target)
        return
    folders = {name: model_folder(out, key) for name, key in job.needs.items()}
    if job.extra and isinstance(job.recipe, Recipe) and job.recipe.extra:
        folders[job.recipe.extra] = mined_folder(out, job.extra)
    grow_one(job.recipe, folders, target)


def _compare(job: Comparing, out: Path) -> None:
    compare_folders(
        model_folder(out, job.teacher),
        model_folder(out, job.student),
        families=job.families,
        budget=job.budget,
        seed=job.seed,
        file=run_file(out, job.key),
    )


def _dig(job: Digging, out: Path) -> None:
    mine_folder(
        run_file(out, job.compared),
        model_folder(out, job.teacher),
        job.dig,
        seed=job.seed,
        out=mined_folder(out, job.key),
    )


def _read(job: Reading, out: Path) -> None:
    folder = model_folder(out, job.model)
    if job.holds_centre:
        _check_centre(job, folder)
    found = measure(folder, job.sample)
    file = answers_file(out, job.key)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(found.as_dict(), allow_nan=False))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _check_centre(job: Reading, folder: Path) -> None:
    from falloff.lab import checkpoint
    from falloff.lab.checking import held_centre

    held_centre(
        checkpoint.load(folder), job.sample.families, name=job.name, probes=job.sample.centre
    )
