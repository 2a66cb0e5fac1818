"""The tasks: every public family and suite, registered with Inspect when this module is loaded.

Inspect finds it by the entry point ``falloff`` in the group ``inspect_ai``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inspect_ai import Task, task
from inspect_ai._util.error import PrerequisiteError  # what Inspect prints without a traceback
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import grouped, mean, stderr

from falloff.core import FalloffError, Probe
from falloff.inspection.placing import as_metadata, place
from falloff.inspection.playing import outcome, play
from falloff.models.inspected.messages import chat_messages
from falloff.probes import SUITES, Episode, Family, Suite, public_families

DIALECT = "chat"
_COMMON = {"samples": 20, "seed": 0, "levels": "centre", "dialect": DIALECT}


def _register_family(family: Family) -> None:
    def build(
        samples: int = 20,
        seed: int = 0,
        levels: str = "centre",
        dialect: str = DIALECT,
        **doses: Any,
    ) -> Task:
        given = {axis: dose for axis, dose in doses.items() if dose is not None}
        probes = place(family, given, samples=samples, seed=seed, levels=levels)
        return _task(family.name, family.version, probes, dialect)

    _register(family.name, family.description, build, [axis.name for axis in family.axes])


def _register_suite(suite: Suite) -> None:
    def build(
        samples: int = 20,
        seed: int = 0,
        levels: str = "centre",
        dialect: str = DIALECT,
        **doses: Any,
    ) -> Task:
        probes = [
            probe
            for family in suite.families
            for probe in place(family, doses, samples=samples, seed=seed, levels=levels)
        ]
        return _task(suite.name, suite.version, probes, dialect, by_family=True)

    _register(suite.name, f"All families of {suite.title}, equally many samples each.", build, ())


def _register(name: str, description: str, build: Callable[..., Task], axes: Sequence[str]) -> None:
    """As if each were written out, with a parameter an axis; what else is given is an error."""

    def made(**arguments: Any) -> Task:
        try:
            return build(**arguments)
        except FalloffError as error:
            raise PrerequisiteError(str(error)) from error

    made.__name__, made.__doc__ = name, description
    made.__signature__ = _signature({**_COMMON, **dict.fromkeys(axes)})  # type: ignore[attr-defined]
    task(name=name)(made)


def _signature(defaults: Mapping[str, Any]) -> inspect.Signature:
    known = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
        for name, default in defaults.items()
    ]
    return inspect.Signature([*known, inspect.Parameter("others", inspect.Parameter.VAR_KEYWORD)])


def _task(
    name: str,
    version: int | str,
    probes: Sequence[Probe],
    dialect: str,
    *,
    by_family: bool = False,
) -> Task:
    """One sample a probe. The room for a reply is the largest that any of them asks for, so that
    Inspect's ``--max-tokens`` can still overrule it.
    """
    episodes = [Episode(probe, dialect=dialect) for probe in probes]
    samples = [
        Sample(
            id=episode.probe.id,
            input=chat_messages(episode.request().messages),
            target=episode.task.gold,
            metadata=as_metadata(episode.probe),
        )
        for episode in episodes
    ]
    return Task(
        dataset=MemoryDataset(samples, name=name),
        solver=play(dialect),
        scorer=outcome(),
        metrics=[grouped(mean(), "family", all="groups"), stderr()] if by_family else None,
        config=GenerateConfig(max_tokens=max(e.request().max_tokens for e in episodes)),
        version=version,
    )


for _family in public_families():
    _register_family(_family)
for _name in SUITES:
    if SUITES[_name].public and SUITES[_name].dialect == DIALECT:
        _register_suite(SUITES[_name])
