"""Controls that play episodes without a model: one that knows, one that guesses.

Every family must be solved at every level by the oracle and not by the guesser; the oracle's
episodes are also the worked examples and the training text of the lab.
"""

from __future__ import annotations

import random

from falloff.core import Probe, Transcript, child_seed
from falloff.probes.episode import Episode
from falloff.probes.family import Family


def play_oracle(probe: Probe, *, dialect: str, family: Family | None = None) -> Episode:
    """The finished episode in which the task's own solution speaks."""
    episode = Episode(probe, dialect=dialect, family=family)
    solution = episode.task.solve()
    action = next(solution)
    while True:
        episode.feed(episode.renderer.say(episode.task, action))
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


def solved_examples(family: Family, *, dialect: str, count: int) -> tuple[Transcript, ...]:
    """``count`` worked examples from the family's centre, the same for every model and probe."""
    seeds = (child_seed("shot", family.name, family.version, i) for i in range(count))
    return tuple(
        play_oracle(family.probe(family.centre, seed), dialect=dialect, family=family).transcript
        for seed in seeds
    )
