"""What a model can do: does it answer, how fast, does it call tools, take a seed, tell likelihoods?

Five short questions, none of them a probe. Nothing that the model says is kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from falloff.core import (
    FalloffError,
    Message,
    ModelError,
    Reply,
    Request,
    ToolSpec,
    UsageError,
    without_logins,
)
from falloff.models.http.model import HttpModel
from falloff.models.http.protocol import SEED
from falloff.models.load import load_model
from falloff.models.model import Model

State = Literal["yes", "no", "unclear"]

_SEED = 7
_CANDIDATES = 5
# An endpoint that is not there is not waited for as long as a run would wait.
_ATTEMPTS, _TIMEOUT = 2, 120.0
_CLOCK = ToolSpec(
    name="tell_time",
    description="Tells what time it is in a city.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string", "description": "name of the city"}},
        "required": ["city"],
    },
)


@dataclass(frozen=True, kw_only=True)
class Ability:
    """Whether a model can do something, and by what that was seen."""

    state: State
    seen: str


@dataclass(frozen=True, kw_only=True)
class Checkup:
    """What was found. ``trouble`` is why it does not answer; then nothing else is known.

    ``offered``: the models that its endpoint lists; None of a model that is no endpoint's.
    ``seconds``: of each answer, the first one first.
    """

    spec: str
    trouble: FalloffError | None = None
    offered: tuple[str, ...] | None = None
    seconds: tuple[float, ...] = ()
    tools: Ability | None = None
    seed: Ability | None = None
    logprobs: Ability | None = None


def check_up(spec: str) -> Checkup:
    """Load the model of that spec and ask it. Raises nothing for what it cannot do."""
    try:
        return asyncio.run(_Examiner(spec).examine())
    except FalloffError as trouble:
        return Checkup(spec=without_logins(spec), trouble=trouble)


class _Examiner:
    def __init__(self, spec: str) -> None:
        self._model = _in_a_hurry(load_model(spec))
        self._seconds: list[float] = []

    async def examine(self) -> Checkup:
        model = self._model
        try:
            await self._ask(model, "Say hello.")
            return Checkup(
                spec=model.spec,
                tools=await self._tools(),
                logprobs=await self._logprobs(),
                seed=await self._seed(),
                offered=await model.offered() if isinstance(model, HttpModel) else None,
                seconds=tuple(self._seconds),
            )
        finally:
            await model.close()

    async def _ask(self, model: Model, text: str, **more: object) -> Reply:
        request = Request(
            conversation="checkup",
            messages=(Message(role="user", content=text),),
            max_tokens=64,
            **more,  # type: ignore[arg-type]
        )
        reply = await model.reply(request)
        model.forget(request.conversation)
        self._seconds.append(reply.seconds)
        return reply

    async def _tools(self) -> Ability:
        try:
            reply = await self._ask(
                self._model, "What time is it in Rome? Use the tool.", tools=(_CLOCK,)
            )
        except ModelError as problem:
            return Ability(state="no", seen=str(problem).replace("\n", " "))
        if reply.tool_calls:
            return Ability(state="yes", seen="it called the one that it was told to use")
        return Ability(
            state="unclear", seen="it was given one, told to use it, and answered without"
        )

    async def _logprobs(self) -> Ability:
        try:
            reply = await self._ask(self._model, "Say hello.", logprobs=_CANDIDATES)
        except ModelError as problem:
            return Ability(state="no", seen=str(problem).replace("\n", " "))
        if not reply.logprobs:
            return Ability(state="no", seen="asked for, none came")
        most = max(len(token.top) for token in reply.logprobs)
        return Ability(state="yes", seen=f"of {most} candidates a token, {_CANDIDATES} asked for")

    async def _seed(self) -> Ability:
        """A seed is sent to endpoints; other models draw by falloff's own."""
        model = self._model
        try:
            if isinstance(model, HttpModel):
                model = model.asked_otherwise(seed=_SEED)
            # Not the first time, which may be greedy: then any seed would do.
            said = [await self._ask(model, "Write a line on the sea.", repeat=1) for _ in range(2)]
        except (ModelError, UsageError) as problem:
            return Ability(state="no", seen=str(problem).replace("\n", " "))
        finally:
            if model is not self._model:
                await model.close()
        if isinstance(model, HttpModel) and SEED in model.lacks:
            return Ability(state="no", seen="it takes none")
        if said[0].text == said[1].text:
            return Ability(state="yes", seen="asked twice, it said the same")
        return Ability(state="unclear", seen="asked twice, it said two things")


def _in_a_hurry(model: Model) -> Model:
    if not isinstance(model, HttpModel):
        return model
    return model.asked_otherwise(attempts=_ATTEMPTS, timeout=_TIMEOUT)
