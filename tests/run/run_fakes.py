"""Models that need no weights, and a small run to put to them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from falloff.core import (
    Coordinate,
    Message,
    ModelError,
    Outcome,
    Probe,
    Reason,
    Reply,
    Request,
    Transcript,
    child_rng,
    child_seed,
)
from falloff.probes import FAMILIES, Family, play_oracle
from falloff.run import (
    Answer,
    Manifest,
    PlacedProbe,
    RunStore,
    conduct,
    open_for_reading,
    open_for_writing,
)
from falloff.sampling import Design, SpaceFilling

CHOSEN: tuple[Family, ...] = (FAMILIES["rule_chain"], FAMILIES["tool_chain"])


def named_probe(conversation: str) -> Probe:
    """The probe of an id, the way a model that knows falloff would read it."""
    family, _, rest = conversation.partition("@")
    version, coordinate, seed = rest.split("/")
    axes = FAMILIES[family].axes
    return Probe(
        family=family,
        version=int(version),
        coordinate=Coordinate.parse(axes, coordinate),
        seed=int(seed, 16),
    )


def said_by_oracle(conversation: str) -> list[Message]:
    messages = play_oracle(named_probe(conversation), dialect="micro").transcript.messages
    return [message for message in messages if message.role == "assistant"]


class FakeModel:
    """Answers like the oracle, but mumbles on a share of the probes that its ``skill`` decides.

    ``failing`` is the share of requests that end in a ModelError, decided anew each time.
    ``asked`` counts episodes begun by probe id; ``seconds`` is slept before every reply.
    """

    def __init__(
        self,
        spec: str,
        *,
        skill: float = 1.0,
        failing: float = 0.0,
        seconds: float | Callable[[str], float] = 0.0,
        concurrency: int = 8,
    ) -> None:
        self.spec = spec
        self.concurrency = concurrency
        self.skill = skill
        self.failing = failing
        self.seconds = seconds
        self.asked: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.open: set[str] = set()
        self.most_open = 0

    def describe(self) -> dict[str, Any]:
        return {"weights": self.spec, "skill": self.skill}

    async def reply(self, request: Request) -> Reply:
        name = request.conversation
        turn = sum(message.role == "assistant" for message in request.messages)
        self.asked[name] += turn == 0
        self.requests[name] += 1
        self.open.add(name)
        self.most_open = max(self.most_open, len(self.open))
        await asyncio.sleep(self.seconds(name) if callable(self.seconds) else self.seconds)
        if child_rng("fails", self.spec, name, self.requests[name]).random() < self.failing:
            raise ModelError("The line is dead.", remedy="Plug it in.")
        if child_rng("skill", self.spec, name).random() >= self.skill:
            return Reply(text="mumble", prompt_tokens=5, completion_tokens=1)
        text = said_by_oracle(name)[turn].content
        return Reply(text=text, prompt_tokens=5, completion_tokens=len(text))

    def forget(self, conversation: str) -> None:
        self.open.discard(conversation)

    async def close(self) -> None:
        pass


def pair(**options: Any) -> dict[str, FakeModel]:
    return {
        "teacher": FakeModel("sim:teacher", skill=0.9, **options),
        "student": FakeModel("sim:student", skill=0.5, **options),
    }


def made_up(count: int, family: int = 0) -> list[PlacedProbe]:
    return [
        PlacedProbe(
            probe=CHOSEN[family].probe(CHOSEN[family].centre, child_seed("made up", n)),
            share="box",
            round=0,
            position=n,
        )
        for n in range(count)
    ]


def answer(placed: PlacedProbe, role: str = "teacher", text: str = "=4") -> Answer:
    said = (Message(role="user", content="Ra+4b|a3?b"), Message(role="assistant", content=text))
    return Answer(
        role=role,
        repeat=0,
        probe_id=placed.probe.id,
        outcome=Outcome(score=1.0, reason=Reason.SOLVED, answer=text, calls=1, seconds=0.25),
        transcript=Transcript(messages=said),
    )


def manifest_of(
    models: Mapping[str, FakeModel],
    *,
    seed: int = 7,
    families: Sequence[Family] = CHOSEN,
    **options: Any,
) -> Manifest:
    return Manifest.of(
        mode="compare",
        suite="test",
        suite_version="1",
        families=families,
        dialect="micro",
        seed=seed,
        design=SpaceFilling(seed=seed, budget=0),
        models=models,
        **options,
    )


def run(
    path: Path,
    models: Mapping[str, FakeModel],
    *,
    budget: int = 40,
    fresh: bool = False,
    design: Design | None = None,
    **options: Any,
) -> None:
    """What ``falloff compare`` does, without its command line."""
    with open_for_writing(path, manifest_of(models), fresh=fresh) as store:
        asyncio.run(conducted(store, models, budget=budget, design=design, **options))


async def conducted(
    store: RunStore,
    models: Mapping[str, FakeModel],
    *,
    budget: int = 40,
    design: Design | None = None,
    **options: Any,
) -> None:
    design = design or SpaceFilling(seed=store.manifest.seed, budget=budget)
    await conduct(design=design, families=CHOSEN, models=models, store=store, **options)


def outcomes(path: Path, repeat: int = 0) -> dict[tuple[str, str], Outcome]:
    """All outcomes of a run by role and probe."""
    with open_for_reading(path) as reader:
        return {
            (role, placed.probe.id): outcome
            for role in reader.manifest.models
            for placed, outcome in reader.outcomes(role, repeat)
        }
