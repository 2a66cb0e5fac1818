"""One answer of a run as a sample of Inspect's log."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from inspect_ai.log import EvalError, EvalSample
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ModelOutput,
    ModelUsage,
    StopReason,
)

from falloff.core import Message, Outcome, Probe, Reason
from falloff.inspection.placing import as_metadata
from falloff.inspection.playing import as_score
from falloff.models.inspected.messages import chat_messages
from falloff.probes import FAMILIES
from falloff.run import PlacedProbe

_STOP: dict[Reason, StopReason] = {
    Reason.TRUNCATED: "max_tokens",
    Reason.CONTEXT_OVERFLOW: "model_length",
    Reason.REFUSED: "content_filter",
}


def eval_sample(
    placed: PlacedProbe, outcome: Outcome, said: Sequence[Message], *, model: str, epoch: int
) -> EvalSample:
    """The probe, what was ``said``, and what it was worth; an error has no score."""
    messages = chat_messages(said, model)
    opening = list(takewhile(lambda message: message.role != "assistant", messages))
    usage = ModelUsage(
        input_tokens=outcome.prompt_tokens,
        output_tokens=outcome.completion_tokens,
        total_tokens=outcome.prompt_tokens + outcome.completion_tokens,
    )
    failed = outcome.reason is Reason.ERROR
    return EvalSample(
        id=placed.probe.id,
        epoch=epoch,
        input=opening,
        target=_gold(placed.probe),
        messages=messages,
        output=_output(messages, outcome, usage, model),
        scores=None if failed else {"outcome": as_score(outcome)},
        error=_error(outcome.error or "no answer") if failed else None,
        metadata={**as_metadata(placed.probe), "share": placed.share, "round": placed.round},
        model_usage={model: usage},
        total_time=outcome.seconds,
        turn_count=outcome.calls,
    )


def _gold(probe: Probe) -> str:
    """The gold, where this falloff has the family in that version; a run does not keep it."""
    if probe.family not in FAMILIES or FAMILIES[probe.family].version != probe.version:
        return ""
    return FAMILIES[probe.family].task(probe).gold


def _output(
    messages: Sequence[ChatMessage], outcome: Outcome, usage: ModelUsage, model: str
) -> ModelOutput:
    spoken = [message for message in messages if isinstance(message, ChatMessageAssistant)]
    stop = _STOP.get(outcome.reason, "stop")
    choices = [ChatCompletionChoice(message=message, stop_reason=stop) for message in spoken[-1:]]
    return ModelOutput(model=model, choices=choices, usage=usage, time=outcome.seconds)


def _error(message: str) -> EvalError:
    return EvalError(message=message, traceback="", traceback_ansi="")
