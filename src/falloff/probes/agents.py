"""Controls that play episodes without a model: one that knows, one that guesses.

Every family must be solved at every level by the oracle and not by the guesser; the oracle's
episodes are also the worked examples and the training text of the lab.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, is_dataclass

from falloff.core import Probe, Reply, Request, Transcript, UsageError, child_seed
from falloff.probes.episode import Episode
from falloff.probes.family import Family
from falloff.probes.task import Task

# Seeds that are tried for each example that is to be unlike the others.
_TRIES = 20


def play_oracle(
    probe: Probe,
    *,
    dialect: str,
    family: Family | None = None,
    shots: tuple[Transcript, ...] = (),
    heard: Callable[[Request, Reply], None] | None = None,
) -> Episode:
    """The finished episode in which the task's own solution speaks.

    ``heard`` is told every request and what the solution replies.
    """
    episode = Episode(probe, dialect=dialect, family=family, shots=shots)
    solution = episode.task.solve()
    action = next(solution)
    while True:
        reply = episode.renderer.say(episode.task, action)
        if heard:
            heard(episode.request(), reply)
        episode.feed(reply)
        if episode.done or episode.observation is None:
            return episode
        action = solution.send(episode.observation)


def play_guesser(
    probe: Probe, *, dialect: str, rng: random.Random, family: Family | None = None
) -> Episode:
    """The finished episode of an agent that acts at random within the task's vocabulary."""
    episode = Episode(probe, dialect=dialect, family=family)
    while not episode.done:
        episode.feed(episode.renderer.say(episode.task, episode.task.guess(rng)))
    return episode


class Shots:
    """``count`` solved examples from a family's centre, the same for every model and probe.

    One in reserve takes the place of an example that happens to be the very item that is asked.
    Raises :class:`falloff.core.UsageError` if the centre has too few different items.
    """

    def __init__(self, family: Family, *, dialect: str, count: int) -> None:
        self._family = family
        self._dialect = dialect
        self._count = count
        self._pool = _different(family, dialect, count + 1) if count else []

    def before(self, probe: Probe) -> tuple[Transcript, ...]:
        """The examples that are shown before ``probe``; it is none of them."""
        if not self._pool:
            return ()
        asked = Episode(probe, dialect=self._dialect, family=self._family)
        others = [shot for shot in self._pool if not _same_item(shot, asked)]
        return tuple(shot.transcript for shot in others[: self._count])


def solved_examples(family: Family, *, dialect: str, count: int) -> tuple[Transcript, ...]:
    """``count`` worked examples from the family's centre, no two of the same item.

    Raises :class:`falloff.core.UsageError` if there are too few.
    """
    return tuple(episode.transcript for episode in _different(family, dialect, count))


def _different(family: Family, dialect: str, count: int) -> list[Episode]:
    found: list[Episode] = []
    for i in range(_TRIES * count):
        seed = child_seed("shot", family.name, family.version, i)
        shot = play_oracle(family.probe(family.centre, seed), dialect=dialect, family=family)
        if not any(_same_item(shot, other) for other in found):
            found.append(shot)
        if len(found) == count:
            return found
    raise UsageError(
        f"Family '{family.name}' has {len(found)} different items at its centre; as examples and"
        f" one in reserve {count} are needed.",
        remedy="Ask with fewer --shots, or without.",
    )


def _same_item(one: Episode, other: Episode) -> bool:
    """Whether they ask the same: in the same words, or the same task in other words."""
    return one.prompt == other.prompt or _content(one.task) == _content(other.task)


def _content(task: Task) -> object:
    """What tasks are compared by: all but the wording drawn; of no dataclass, the task itself."""
    if not is_dataclass(task):
        return task
    return [(f.name, getattr(task, f.name)) for f in fields(task) if f.name != "template"]
