"""``sim:NAME``: simulated models whose truth is known, for tests, docs and planning.

A simulated model succeeds with a known probability at each coordinate: see ``observers`` for the
truths and ``simulated_names`` for what it may be called. It recognises the probe from the request
and speaks through the family's own oracle (``simulated_play``), which is why these two modules,
alone in the room, import ``falloff.probes`` (which imports no model).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from falloff.core import Axis, Coordinate, Probe, Reason, Reply, Request, child_rng
from falloff.core.axis import Kind
from falloff.models.observers import Observer, student_of
from falloff.models.observers.rules import Floats
from falloff.models.simulated_names import read_name
from falloff.models.simulated_play import Plays
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
        self._plays = Plays()

    def observer(self, family: Family) -> Observer:
        """The truth over the whole family's axes; a student is solved for on its whole grid.

        So a family cut to a suite's box has the truth of the whole one there, and a student may
        keep another share of the box. Raises :class:`falloff.core.UsageError` if no student keeps
        that much of the whole.
        """
        if family.name not in self._observers:
            whole = family.within(_whole(family))
            observer = self.settings.observer(whole.axes)
            if self.settings.kept is not None:
                box = positions(whole, whole.grid)
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

        The other axes, nominal ones too, are at the centre of the box.
        """
        axes = _of_kind(family, "dose")
        index = [a.name for a in axes].index(axis)
        (top,) = (axes[index].u(a.top) for a in family.axes if a.name == axis)
        (centre,) = positions(family, [family.centre])
        u = self.observer(family).edge(index, len(axes), tau, centre=centre, top=top)
        return None if u is None else axes[index].dose(u)

    def success(self, family: Family, coordinate: Coordinate) -> float:
        """The probability p = g + (1 − g)c of solving a probe there, g being the chance level."""
        return family.chance + (1 - family.chance) * self.competence(family, coordinate)

    def describe(self) -> dict[str, Any]:
        return {"engine": "simulated", "name": self.name, "settings": asdict(self.settings)}

    async def reply(self, request: Request) -> Reply:
        """The next thing it says. Raises :class:`ModelError` if it does not know the probe."""
        started = time.perf_counter()
        play = self._plays.at(request)
        episode, action = play.episode, play.action
        again = (request.repeat,) if request.repeat else ()
        luck = child_rng("sim", self.name, request.conversation, play.prompt, *again)
        solves = luck.random() < self._success_on(episode.probe)
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
        family = FAMILIES[probe.family]
        doses = len(_of_kind(family, "dose"))
        (u,) = positions(family, [probe.coordinate])
        far = float(u[:doses].sum()) / max(doses, 1)
        return round(len(said.text) * (1 + self.settings.cost * far))

    def forget(self, conversation: str) -> None:
        self._plays.forget(conversation)

    async def close(self) -> None:
        """Nothing to let go of."""


def positions(family: Family, coordinates: Iterable[Coordinate]) -> Floats:
    """[n, axes] positions u on the dose axes, then labels 0, 1, … on the nominal ones.

    They are those of the whole family; axes that a coordinate leaves out stand at their centre.
    """
    doses, nominal = _of_kind(family, "dose"), _of_kind(family, "nominal")
    centre = {axis.name: axis.centre for axis in _whole(family)}
    placed = (centre | dict(at) for at in coordinates)
    rows = [
        [axis.u(at[axis.name]) for axis in doses]
        + [float(axis.levels.index(at[axis.name])) for axis in nominal]
        for at in placed
    ]
    return np.array(rows)


def _whole(family: Family) -> tuple[Axis, ...]:
    """The axes of the family as it was declared, whatever box a suite has cut from them."""
    return family.whole or family.axes


def _of_kind(family: Family, kind: Kind) -> tuple[Axis, ...]:
    return tuple(axis for axis in _whole(family) if axis.kind == kind)


def _wrong_answer(episode: Episode, rng: random.Random) -> Action:
    guesses = (episode.task.guess(rng) for _ in range(_GUESSES))
    wrong = (g for g in guesses if isinstance(g, Answer) and episode.judge(g) is not Reason.SOLVED)
    return next(wrong, Unreadable())
