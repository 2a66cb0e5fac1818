"""What a run keeps: placed probes, answers, and how a transcript is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from falloff.core import Coordinate, Message, Outcome, Probe, Reason, ToolCall, Transcript
from falloff.run.logprobs import Turns, write_logprobs
from falloff.sampling import Share

_COMPACT = json.JSONEncoder(separators=(",", ":"))
# The columns of a placed probe as :meth:`PlacedProbe.as_row` gives them.
PROBE_COLUMNS = "id, family, version, coordinate, seed, share, round, position"
# Characters, as JSON, up to which an answer is kept once for all that are the same.
_SHORT = 64
# What is asked again: draws from μ and direct calls at the centre, a third of an adaptive run. From
# these the means over the box and at the centre follow without a model of the region. Probes placed
# where they teach most would cost twice as much again, and are a sample of no declared measure.
REPEATED: tuple[Share, ...] = ("centre", "box")


@dataclass(frozen=True, kw_only=True)
class PlacedProbe:
    """A probe and its place in the run: ``position`` counts the probes of its family from 0."""

    probe: Probe
    share: Share
    round: int
    position: int

    def as_row(self) -> tuple[Any, ...]:
        probe = self.probe
        return (
            probe.id,
            probe.family,
            probe.version,
            json.dumps(dict(probe.coordinate)),
            probe.seed,
            self.share,
            self.round,
            self.position,
        )

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> PlacedProbe:
        """The inverse of :meth:`as_row`. Raises :class:`ValueError` where the id is another's."""
        id_, family, version, coordinate, seed, share, round_, position = row
        probe = Probe(
            family=family, version=version, coordinate=read_coordinate(coordinate), seed=seed
        )
        if probe.id != id_:
            raise ValueError(f"'{id_}' is not the id of {probe.id}")
        return cls(probe=probe, share=share, round=round_, position=position)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one model made of one probe. ``role``, ``repeat`` and ``probe_id`` are its key.

    ``logprobs``: the tokens of each of its turns; empty where they were not asked for.
    """

    role: str
    repeat: int
    probe_id: str
    outcome: Outcome
    transcript: Transcript
    logprobs: Turns = ()

    def as_row(self) -> tuple[Any, ...]:
        outcome = self.outcome
        return (
            self.role,
            self.repeat,
            self.probe_id,
            outcome.score,
            outcome.reason.value,
            None if outcome.answer is None else json.dumps(outcome.answer),
            outcome.calls,
            outcome.prompt_tokens,
            outcome.completion_tokens,
            outcome.seconds,
        )

    def transcript_row(self) -> tuple[Any, ...]:
        return self.role, self.repeat, self.probe_id, write_transcript(self.transcript)

    def error_row(self) -> tuple[Any, ...]:
        return self.role, self.repeat, self.probe_id, json.dumps(self.outcome.error)

    @property
    def has_token_details(self) -> bool:
        return bool(self.outcome.cached_tokens or self.outcome.thinking_tokens)

    def token_details_row(self) -> tuple[Any, ...]:
        counts = {"cached": self.outcome.cached_tokens, "thinking": self.outcome.thinking_tokens}
        return self.role, self.repeat, self.probe_id, json.dumps(counts)

    def logprobs_row(self) -> tuple[Any, ...]:
        return self.role, self.repeat, self.probe_id, write_logprobs(self.logprobs)


def read_outcome(row: tuple[Any, ...]) -> Outcome:
    """An outcome from score, reason, answer, calls, tokens, seconds, message and token details."""
    score, reason, answer, calls, prompt_tokens, completion_tokens, seconds, message, counts = row
    details = json.loads(counts) if counts else {}
    return Outcome(
        score=score,
        reason=Reason(reason),
        answer=read_answer(answer),
        calls=calls,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cached_tokens=details.get("cached", 0),
        thinking_tokens=details.get("thinking", 0),
        seconds=seconds,
        error=read_answer(message) if reason == Reason.ERROR else None,
    )


def read_answer(text: str | None) -> str | None:
    """Short ones share memory: a run has many answers and few that differ."""
    if text is None:
        return None
    return _read_short(text) if len(text) <= _SHORT else str(json.loads(text))


@lru_cache(maxsize=4096)
def _read_short(text: str) -> str:
    return str(json.loads(text))


@lru_cache(maxsize=4096)
def read_coordinate(text: str) -> Coordinate:
    """Cached: a run has many probes and few coordinates."""
    return Coordinate(doses=tuple(json.loads(text).items()))


def write_transcript(transcript: Transcript) -> str:
    """Compact JSON: a list of messages, empty fields left out."""
    return _COMPACT.encode([_message(m) for m in transcript.messages])


def read_transcript(text: str) -> Transcript:
    return Transcript(
        messages=tuple(
            Message(
                role=message["role"],
                content=message["content"],
                tool_calls=tuple(ToolCall(**call) for call in message.get("tool_calls", ())),
                tool_call_id=message.get("tool_call_id"),
            )
            for message in json.loads(text)
        )
    )


def _message(message: Message) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        written["tool_calls"] = [vars(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        written["tool_call_id"] = message.tool_call_id
    return written
