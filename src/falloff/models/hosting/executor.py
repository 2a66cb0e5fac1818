"""Executors by name: from what a user calls a model to a model that computes where they say."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from falloff.core import UnknownNameError, UsageError
from falloff.models.hosting.hosted import HostedModel
from falloff.models.hosting.place import Place
from falloff.models.load import LOADERS, load_model
from falloff.models.model import Model

EXECUTORS = ("asyncio", "processes", "ray")
MOST_WORKERS = 4096

Given = str | Model | Callable[..., Any]
# From a spec to one copy of it elsewhere.
Opener = Callable[[str], Place]


@contextmanager
def executing(
    name: str,
    models: Iterable[Given],
    *,
    workers: int | None = None,
    here: Collection[str] = (),
) -> Iterator[Callable[[Given], Model]]:
    """A function that loads models as :func:`load_model` does, to compute where ``name`` says.

    Of ``models``, those that compute are hosted, ``workers`` copies of each; unless said, as many
    as there are cores for them, at least one. Endpoints, functions and models that are loaded
    already are asked from this process whatever the executor, and so are those whose prefix is in
    ``here``. At the end all copies are ended.

    Raises :class:`UnknownNameError` for an executor that is not there, :class:`UsageError` for
    workers that cannot be, and :class:`SetupError` where the extra for Ray is missing.
    """
    if name not in EXECUTORS:
        raise UnknownNameError("executor", name, EXECUTORS)
    _check(name, workers)
    hosted = [spec for spec in models if isinstance(spec, str) and _hosts(name, spec, here)]
    count = len(hosted)
    if not count:
        yield load_model
    elif name == "ray":
        from falloff.models.hosting.ray_actors import actors

        with actors(count, workers) as (open_actor, each):
            yield from _loading(hosted, open_actor, each)
    else:
        cores = _cores()
        each = workers or max(1, cores // count)
        from falloff.models.hosting.processes import ProcessPlace

        open_process = partial(ProcessPlace, threads=max(1, cores // (each * count)))
        yield from _loading(hosted, open_process, each)


def _loading(
    hosted: Collection[str], opener: Opener, workers: int
) -> Iterator[Callable[[Given], Model]]:
    opened: list[HostedModel] = []

    def load(model: Given) -> Model:
        if not isinstance(model, str) or model not in hosted:
            return load_model(model)
        opened.append(HostedModel(model, partial(opener, model), workers=workers))
        return opened[-1]

    try:
        yield load
    finally:
        for model in opened:
            model.shut()


def _hosts(executor: str, spec: str, here: Collection[str]) -> bool:
    """Whether the loader of such a model says that the executor can host it."""
    prefix, _, name = (part.strip() for part in spec.partition(":"))
    if prefix not in LOADERS or prefix in here or not name:
        return False
    return executor in LOADERS.entry(prefix).parameters.get("hosts", ())


def _check(name: str, workers: int | None) -> None:
    if workers is None:
        return
    if name == "asyncio":
        raise UsageError(
            "The executor asyncio has no workers: models compute in this process.",
            remedy="Say which executor shall have them: --executor processes, or ray.",
        )
    if not 1 <= workers <= MOST_WORKERS:
        raise UsageError(
            f"{workers} workers cannot be.", remedy=f"Give --workers from 1 to {MOST_WORKERS}."
        )


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
