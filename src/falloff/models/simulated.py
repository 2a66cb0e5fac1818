"""``sim:NAME``: simulated models whose curve is known, for tests, docs and planning.

A simulated model succeeds with a known probability at each coordinate. It recognises the probe from
the request and speaks through the family's own oracle, which is why this module, alone in the room,
imports ``falloff.probes`` (which imports no model).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from falloff.core import (
    Coordinate,
    FalloffError,
    ModelError,
    Probe,
    Reason,
    Reply,
    Request,
    UnknownNameError,
    child_rng,
)
from falloff.probes import FAMILIES, Episode, Family
from falloff.probes.task import Action, Answer, Task, Unreadable

# Guesses that happen to be right are drawn again; a task in which none is wrong gets no answer.
_GUESSES = 1000


@dataclass(frozen=True, kw_only=True)
class Curve:
    """c(u) = (1 − λ)/(1 + O), O = (Σ ((uᵢ/h)^b)^q)^{1/q}, q = ρ/b: log-logistic, odds pooled.

    ``half`` h is where an axis halves the ceiling, ``exponent`` b how steeply, ``lapse`` λ what is
    lost everywhere, ``pooling`` ρ how axes combine (ρ = b: their odds of failure add).
    """

    half: float
    exponent: float
    lapse: float
    pooling: float

    def competence(self, u: Iterable[float]) -> float:
        """c at positions ``u`` on the axes' scales, 0 at the centre and 1 at the top of the box."""
        q = self.pooling / self.exponent
        odds: float = sum((x / self.half) ** (self.exponent * q) for x in u) ** (1 / q)
        return (1 - self.lapse) / (1 + odds)


_TEACHER = Curve(half=0.8, exponent=4.0, lapse=0.02, pooling=4.0)

# "same" has the teacher's curve and its own luck: the null of a comparison.
CURVES = {
    "teacher": _TEACHER,
    "same": _TEACHER,
    "narrow": replace(_TEACHER, half=0.45),
}


class Simulated:
    """A model that solves a probe with the probability that its curve says.

    Whether it does is decided by hashing its name, the probe and the prompt: the same every time,
    and independent between names. When it fails, it makes the oracle's calls and then gives a
    wrong, well-formed answer. Tokens are characters.
    """

    concurrency = 64

    def __init__(self, name: str) -> None:
        if name not in CURVES:
            raise UnknownNameError("simulated model", name, CURVES)
        self.name = name
        self.spec = f"sim:{name}"
        self.curve = CURVES[name]

    def competence(self, family: Family, coordinate: Coordinate) -> float:
        """The truth c at a coordinate. Nominal axes make no difference to it."""
        doses = [axis for axis in family.axes if axis.kind == "dose"]
        return self.curve.competence(axis.u(coordinate[axis.name]) for axis in doses)

    def success(self, family: Family, coordinate: Coordinate) -> float:
        """The probability p = g + (1 − g)c of solving a probe there, g being the chance level."""
        return family.chance + (1 - family.chance) * self.competence(family, coordinate)

    def describe(self) -> dict[str, Any]:
        return {"engine": "simulated", "name": self.name, "curve": asdict(self.curve)}

    async def reply(self, request: Request) -> Reply:
        """The next thing it says. Raises :class:`ModelError` if it does not know the probe."""
        started = time.perf_counter()
        episode = _episode(request)
        text = "\n".join(message.content for message in episode.transcript.messages)
        luck = child_rng("sim", self.name, request.conversation, text)
        family = FAMILIES[episode.probe.family]
        solves = luck.random() < self.success(family, episode.probe.coordinate)
        action = _next_action(episode, turns=_turns(request, episode))
        if isinstance(action, Answer) and not solves:
            action = _wrong_answer(episode.task, luck)
        said = episode.renderer.say(episode.task, action)
        return replace(
            said,
            prompt_tokens=sum(len(message.content) for message in request.messages),
            completion_tokens=len(said.text),
            seconds=time.perf_counter() - started,
        )

    def forget(self, conversation: str) -> None:
        """Nothing is kept: each turn is worked out from the request alone."""

    async def close(self) -> None:
        """Nothing to let go of."""


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


def _wrong_answer(task: Task, rng: random.Random) -> Action:
    guesses = (task.guess(rng) for _ in range(_GUESSES))
    wrong = (
        g for g in guesses if isinstance(g, Answer) and task.check(g.value) is not Reason.SOLVED
    )
    return next(wrong, Unreadable())
