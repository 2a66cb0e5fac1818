"""Ray actors as places: copies of models on the machines of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from falloff.models.hosting.place import LostError
from falloff.models.hosting.ray_cluster import RayError, cluster, ray
from falloff.models.hosting.served import Served

# Requests that one copy may have under way; the model's own concurrency is far below it.
_AT_ONCE = 1000


class ActorPlace:
    """A model in an actor with ``cpus`` cores to itself, as Ray counts them."""

    def __init__(self, spec: str, *, cpus: float) -> None:
        actor = ray.remote(Served).options(
            num_cpus=cpus, max_restarts=0, max_task_retries=0, max_concurrency=_AT_ONCE
        )
        self._actor = actor.remote(spec, str(Path.cwd()))
        self._facts = _told(self._actor.facts.remote())

    def facts(self) -> Future[str]:
        return self._facts

    def reply(self, request: str) -> Future[str]:
        return _told(self._actor.reply.remote(request))

    def forget(self, conversation: str) -> None:
        # Should it be gone, Ray lets the call fail where nobody looks.
        self._actor.forget.remote(conversation)

    def close(self) -> None:
        with suppress(RayError, RuntimeError):  # gone already, or the whole cluster is
            ray.kill(self._actor)


@contextmanager
def actors(models: int, workers: int | None) -> Iterator[tuple[Callable[[str], ActorPlace], int]]:
    """How to open a place for a spec, and how many copies each of so many ``models`` shall have.

    An actor has one core, or a share of one where the cluster has fewer cores than actors, as Ray
    would let some of them wait for ever. Raises :class:`ModelError` for a cluster that cannot be
    reached.
    """
    with cluster() as cores:
        each = workers or max(1, int(cores) // models)
        # Ray counts in ten-thousandths.
        cpus = min(1.0, int(1e4 * cores / (each * models)) / 1e4)
        yield partial(ActorPlace, cpus=cpus), each


def _told(reference: Any) -> Future[str]:
    """The text behind a reference, a :class:`LostError` if its actor is gone."""
    told: Future[str] = Future()

    def done(from_ray: Future[str]) -> None:
        if not told.set_running_or_notify_cancel():
            return
        problem = from_ray.exception()
        if problem is None:
            told.set_result(from_ray.result())
        elif isinstance(problem, RayError):
            told.set_exception(LostError(f"The actor was lost: {_first_line(problem)}"))
        else:
            told.set_exception(problem)

    reference.future().add_done_callback(done)
    return told


def _first_line(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
