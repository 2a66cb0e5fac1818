"""What was said: messages, tool calls, requests to a model and its replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

MessageRole = Literal["system", "user", "assistant", "tool"]
Finish = Literal["stop", "length", "refused", "overflow"]


@dataclass(frozen=True, kw_only=True)
class ToolCall:
    """A native tool call as the model made it: ``arguments`` is raw text and may not parse."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn. A tool's result names the call it answers in ``tool_call_id``."""

    role: MessageRole
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class ToolSpec:
    """A tool as it is shown to a model; ``parameters`` is plain JSON Schema."""

    name: str
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a model is asked in one turn.

    ``conversation`` names the episode, so that an engine may keep its cache between turns.
    ``max_tokens`` bounds the reply. ``repeat`` 0 is the first time the episode is asked; in 1, 2, …
    the model may answer anew. ``logprobs``: of each token of the reply, the log-probabilities of so
    many of the likeliest tokens are wanted, where the engine can tell; 0 for none.
    """

    conversation: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 1024
    repeat: int = 0
    logprobs: int = 0


@dataclass(frozen=True, kw_only=True)
class TokenLogprobs:
    """One token of a reply, and what else the model might have said in its place.

    ``text`` is what the token adds to the reply: "" for the one that ends it. ``top`` has the
    likeliest tokens by text, each with its natural log-probability, the likeliest first.
    """

    text: str
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a model said in one turn, and what it took.

    ``seconds`` is the time the request was in flight, queueing included. Of the prompt's tokens
    ``cached_tokens`` were not computed anew, of the reply's ``thinking_tokens`` were thought rather
    than said, as far as the engine tells. ``logprobs`` has an entry
    a token, in order; None where they were not asked for or the engine has none.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    thinking_tokens: int = 0
    seconds: float = 0.0
    logprobs: tuple[TokenLogprobs, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """All that was said in one episode, tool calls and results included."""

    messages: tuple[Message, ...]
