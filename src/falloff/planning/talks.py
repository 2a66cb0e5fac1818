"""How long a talk is: probes of the suite where the design would put them, the oracle speaking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from falloff.core import Message, Probe, Reply, Request, ToolSpec, child_seed
from falloff.planning.counting import Counter, spoken
from falloff.probes import Family, Shots
from falloff.probes.agents import play_oracle
from falloff.sampling import FamilyEvidence
from falloff.sampling.halton import point_of_box
from falloff.sampling.look_ahead import LookAhead

# Probes of a family: the first of the design, which are spread over centre, axes and box.
SAMPLE = 16


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a model is sent and what it says."""

    sent: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]
    said: str


@dataclass(frozen=True, kw_only=True)
class Length:
    """An answer to one family, on average: calls, tokens read over all of them, tokens written."""

    calls: float
    prompt_tokens: float
    completion_tokens: float


Talks = Mapping[str, tuple[tuple[Turn, ...], ...]]


def sample_talks(
    families: Sequence[Family], *, dialect: str, shots: int, seed: int, roles: Sequence[str]
) -> Talks:
    """By family, the turns of ``SAMPLE`` talks in which the oracle answers."""
    return {
        family.name: tuple(
            _turns(family, probe, dialect, examples) for probe in _probes(family, seed, roles)
        )
        for family in families
        for examples in [Shots(family, dialect=dialect, count=shots)]
    }


def lengths(talks: Talks, counter: Counter) -> dict[str, Length]:
    """The mean length of a talk by family, as one model counts."""
    return {name: _mean(played, counter) for name, played in talks.items()}


def _probes(family: Family, seed: int, roles: Sequence[str]) -> list[Probe]:
    design = LookAhead(families=[family], seed=seed, budget=SAMPLE)
    nothing = FamilyEvidence.none_yet(family.name, roles)
    opening = design.place(family, SAMPLE, nothing)
    rest = [family.centre]
    rest += [point_of_box(seed, family, i, stream="plan") for i in range(SAMPLE)]
    places = [placed.coordinate for placed in opening] + rest
    seeds = [child_seed("plan", seed, family.name, i) for i in range(SAMPLE)]
    if family.pool:
        seeds = [
            family.pool.seed(each, family.pool.turn(seed, family.name, i))
            for i, each in enumerate(seeds)
        ]
    return [family.probe(at, each) for at, each in zip(places, seeds, strict=False)]


def _turns(family: Family, probe: Probe, dialect: str, examples: Shots) -> tuple[Turn, ...]:
    turns: list[Turn] = []

    def heard(request: Request, reply: Reply) -> None:
        said = spoken(reply.text, reply.tool_calls)
        turns.append(Turn(sent=request.messages, tools=request.tools, said=said))

    play_oracle(probe, dialect=dialect, family=family, shots=examples.before(probe), heard=heard)
    return tuple(turns)


def _mean(talks: Sequence[tuple[Turn, ...]], counter: Counter) -> Length:
    turns = [turn for talk in talks for turn in talk]
    count = max(len(talks), 1)
    return Length(
        calls=len(turns) / count,
        prompt_tokens=sum(counter.prompt(turn.sent, turn.tools) for turn in turns) / count,
        completion_tokens=sum(counter.text(turn.said) for turn in turns) / count,
    )
