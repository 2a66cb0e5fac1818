"""Playing an episode with Inspect's model, and scoring what came of it."""

from __future__ import annotations

import logging
from typing import Any

from inspect_ai.model import Model, get_model
from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import LimitExceededError

from falloff.core import Outcome, Reason
from falloff.inspection.placing import from_metadata
from falloff.models.inspected.messages import chat_messages, reply_of, tool_infos
from falloff.probes import Episode

_OUTCOME = "falloff:outcome"
# Limits that a model reaches by what it does; any other is no fault of its own.
_BUDGETS = {"message", "token", "turn", "cost"}

_warned: set[str] = set()


@solver
def play(dialect: str) -> Solver:
    """Put the sample's probe to the model: falloff's own episode, asked through Inspect."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        del generate
        episode = Episode(from_metadata(state.metadata), dialect=dialect)
        try:
            await _play(episode, state)
        except LimitExceededError as limit:
            if limit.type in _BUDGETS:
                _keep(state, Outcome(score=0.0, reason=Reason.OUT_OF_BUDGET))
            raise
        _keep(state, episode.outcome)
        return state

    return solve


async def _play(episode: Episode, state: TaskState) -> None:
    model = get_model()
    tools = tool_infos(episode.request().tools)
    if tools:
        _warn_if_strict(model)
    while not episode.done:
        output = await model.generate(state.messages, tools=tools)
        if output.empty:
            raise RuntimeError(f"{model} gave no reply: {output.error or 'no reason given'}")
        state.output = output
        state.messages.append(output.message)
        said = len(episode.transcript.messages)
        episode.feed(reply_of(output))
        # The model's own message is there already, with its thinking; what follows answers it.
        state.messages.extend(chat_messages(episode.transcript.messages[said:])[1:])


@scorer(metrics=[mean(), stderr()])
def outcome() -> Scorer:
    """The episode's outcome: its score, what was read as the answer, and the reason."""

    async def score(state: TaskState, target: Target) -> Score:
        del target
        kept: dict[str, Any] | None = state.store.get(_OUTCOME)
        if kept is None:
            return Score.unscored(reason=Reason.ERROR.value, metadata={"reason": "error"})
        return as_score(Outcome(**{**kept, "reason": Reason(kept["reason"])}))

    return score


def as_score(outcome: Outcome) -> Score:
    """An outcome as Inspect scores it."""
    said = {"reason": outcome.reason.value, "calls": outcome.calls}
    if outcome.score is None:
        return Score.unscored(reason=Reason.ERROR.value, metadata=said)
    return Score(
        value=outcome.score,
        answer=outcome.answer,
        explanation=outcome.reason.value,
        metadata=said,
    )


def _keep(state: TaskState, outcome: Outcome) -> None:
    state.store.set(_OUTCOME, {**vars(outcome), "reason": outcome.reason.value})


def _warn_if_strict(model: Model) -> None:
    """Some providers constrain decoding to the schema, which hides what is to be measured."""
    if getattr(model.api, "strict_tools", False) and str(model) not in _warned:
        _warned.add(str(model))
        logging.getLogger(__name__).warning(
            "%s sends tools as strict: arguments that fit may be the server's doing, not the"
            " model's. Add -M strict_tools=false.",
            model,
        )
