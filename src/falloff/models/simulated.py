"""``sim:NAME``: simulated models whose truth is known, for tests, docs and planning.

A simulated model succeeds with a known probability at each coordinate: see ``observers`` for the
truths and ``simulated_names`` for what it may be called. It recognises the probe from the request
and speaks through the family's own oracle, which is why this module, alone in the room, imports
``falloff.probes`` (which imports no model).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from falloff.core import (
    Axis,
    Coordinate,
    FalloffError,
    ModelError,
    Probe,
    Reason,
    Reply,
    Request,
    child_rng,
)
from falloff.core.axis import Kind
from falloff.models.observers import Observer, student_of
from falloff.models.observers.rules import Floats
from falloff.models.simulated_names import read_name
from falloff.probes import FAMILIES, Episode, Family
from falloff.probes.task import Action, Answer, Unreadable

# Guesses that happen to be right are drawn again; a task in which none is wrong gets no answer.
_GUESSES = 1000


class Simulated:
    """A model that solves a probe with the probability that its observer says.

    Whether it does is decided by hashing its name, the probe, the prompt and the repeat: the same
    every time, and independent between names and between repeats. How hard the item is, beyond its
    coordinate, is decided by hashing the probe alone: the same for all. When it fails, it makes the
    oracle's calls and then gives a wrong, well-formed answer. Tokens are characters, more of them
    farther out if it has a ``cost``.
    """

    concurrency = 64

    def __init__(self, name: str) -> None:
        self.name = name
        self.spec = f"sim:{name}"
        self.settings = read_name(name)
        self._observers: dict[str, Observer] = {}

    def observer(self, family: Family) -> Observer:
        """The truth over the family's axes; a student is solved for on the family's grid.

        Raises :class:`falloff.core.UsageError` if no student keeps that much there.
        """
        if family.name not in self._observers:
            observer = self.settings.observer(family.axes)
            if self.settings.kept is not None:
                box = positions(family, family.grid)
                mu = np.full(len(box), 1 / len(box))
                observer = student_of(observer, self.settings.kept, box, mu, how=self.settings.how)
            self._observers[family.name] = observer
        return self._observers[family.name]

    def competence(self, family: Family, coordinate: Coordinate) -> float:
        """The truth c at a coordinate, over all items."""
        u = positions(family, [coordinate])
        return float(self.observer(family).competence(u)[0])

    def volume(self, family: Family) -> float:
        """The truth S over the family's box, all listed levels equally likely."""
        return float(self.observer(family).competence(positions(family, family.grid)).mean())

    def edge(self, family: Family, axis: str, tau: float = 0.5) -> float | None:
        """The true edge on a dose axis, in doses; None if there is none in the box.

        Nominal axes are at the centre.
        """
        axes = _of_kind(family, "dose")
        index = [a.name for a in axes].index(axis)
        u = self.observer(family).edge(index, len(axes), tau)
        return None if u is None else axes[index].dose(u)

    def success(self, family: Family, coordinate: Coordinate) -> float:
        """The probability p = g + (1 − g)c of solving a probe there, g being the chance level."""
        return family.chance + (1 - family.chance) * self.competence(family, coordinate)

    def describe(self) -> dict[str, Any]:
        return {"engine": "simulated", "name": self.name, "settings": asdict(self.settings)}

    async def reply(self, request: Request) -> Reply:
        """The next thing it says. Raises :class:`ModelError` if it does not know the probe."""
        started = time.perf_counter()
        episode = _episode(request)
        text = "\n".join(message.content for message in episode.transcript.messages)
        again = (request.repeat,) if request.repeat else ()
        luck = child_rng("sim", self.name, request.conversation, text, *again)
        solves = luck.random() < self._success_on(episode.probe)
        action = _next_action(episode, turns=_turns(request, episode))
        if isinstance(action, Answer) and not solves:
            action = _wrong_answer(episode, luck)
        said = episode.renderer.say(episode.task, action)
        return replace(
            said,
            prompt_tokens=sum(len(message.content) for message in request.messages),
            completion_tokens=self._tokens(said, episode.probe),
            seconds=time.perf_counter() - started,
        )

    def _success_on(self, probe: Probe) -> float:
        """p on this very item."""
        family = FAMILIES[probe.family]
        effect = child_rng("sim item", probe.id).gauss(0.0, 1.0)
        u = positions(family, [probe.coordinate])
        c = float(self.observer(family).on_item(u, effect)[0])
        return family.chance + (1 - family.chance) * c

    def _tokens(self, said: Reply, probe: Probe) -> int:
        if not self.settings.cost:
            return len(said.text)
        doses = _of_kind(FAMILIES[probe.family], "dose")
        u = sum(axis.u(probe.coordinate[axis.name]) for axis in doses) / max(len(doses), 1)
        return round(len(said.text) * (1 + self.settings.cost * u))

    def forget(self, conversation: str) -> None:
        """Nothing is kept: each turn is worked out from the request alone."""

    async def close(self) -> None:
        """Nothing to let go of."""


def positions(family: Family, coordinates: Iterable[Coordinate]) -> Floats:
    """[n, axes] positions u on the family's dose axes, then labels 0, 1, … on its nominal ones."""
    doses, nominal = _of_kind(family, "dose"), _of_kind(family, "nominal")
    rows = [
        [axis.u(at[axis.name]) for axis in doses]
        + [float(axis.levels.index(at[axis.name])) for axis in nominal]
        for at in coordinates
    ]
    return np.array(rows)


def _of_kind(family: Family, kind: Kind) -> tuple[Axis, ...]:
    return tuple(axis for axis in family.axes if axis.kind == kind)


def _episode(request: Request) -> Episode:
    """The episode at its start, in the dialect whose prompt the request opens with."""
    try:
        probe = _parse(request.conversation)
        dialects = FAMILIES[probe.family].renderers
    except (FalloffError, ValueError) as problem:
        raise _unknown(f"'{request.conversation}' names no probe") from problem
    for dialect in sorted(dialects):
        episode = Episode(probe, dialect=dialect)
        prompt = episode.transcript.messages
        if request.messages[: len(prompt)] == prompt:
            return episode
    raise _unknown(f"the prompt of '{request.conversation}' is not its family's own")


def _parse(identity: str) -> Probe:
    """The probe of an id ``family@version/axis=dose,…/seed``, the seed in hexadecimal."""
    named, doses, seed = identity.split("/")
    name, version = named.split("@")
    family = FAMILIES[name]
    if family.version != int(version):
        raise ValueError(f"version {version} of family {name} is not the one installed")
    return family.probe(Coordinate.parse(family.axes, doses), int(seed, 16))


def _unknown(why: str) -> ModelError:
    return ModelError(
        f"A simulated model answers falloff's own probes only: {why}.",
        remedy="Put it to a built-in suite, or use a real model.",
    )


def _turns(request: Request, episode: Episode) -> int:
    """How often it has spoken in this episode."""
    since = request.messages[len(episode.transcript.messages) :]
    return sum(message.role == "assistant" for message in since)


def _next_action(episode: Episode, *, turns: int) -> Action:
    """What the oracle does after ``turns`` turns, which are played again first."""
    solution = episode.task.solve()
    action = next(solution)
    for _ in range(turns):
        episode.feed(episode.renderer.say(episode.task, action))
        if episode.observation is None:
            raise _unknown(f"the episode of '{episode.probe.id}' is over")
        action = solution.send(episode.observation)
    return action


def _wrong_answer(episode: Episode, rng: random.Random) -> Action:
    guesses = (episode.task.guess(rng) for _ in range(_GUESSES))
    wrong = (g for g in guesses if isinstance(g, Answer) and episode.judge(g) is not Reason.SOLVED)
    return next(wrong, Unreadable())
