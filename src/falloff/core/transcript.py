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
    ``max_tokens`` bounds the reply.
    """

    conversation: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 1024


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a model said in one turn, and what it took.

    ``seconds`` is the time the request was in flight, queueing included.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """All that was said in one episode, tool calls and results included."""

    messages: tuple[Message, ...]
