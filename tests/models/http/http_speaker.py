"""What a scripted model says to probes over the wire: a simulated model of known competence.

Nothing on the wire names the probe, so it looks the opening up among those that the run has placed.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from falloff.core import Coordinate, Message, Probe, Reply, Request, ToolCall
from falloff.models.simulated import Simulated
from falloff.probes import FAMILIES, Episode, Family


class Speaker:
    """Answers the probes of the run at ``run`` as ``sim:NAME`` does; several models by name."""

    def __init__(self, run: Path, dialect: str = "chat", families: tuple[Family, ...] = ()) -> None:
        self._run = run
        self._dialect = dialect
        self._families = {family.name: family for family in families}
        self._known: dict[tuple[Message, ...], str] = {}
        self._last = 0
        self._models: dict[str, Simulated] = {}

    def reply(self, model: str, messages: tuple[Message, ...]) -> Reply:
        simulated = self._models.setdefault(model, Simulated(model))
        request = Request(conversation=self._probe(messages), messages=messages)
        return _now(simulated, request)

    def _probe(self, messages: tuple[Message, ...]) -> str:
        turns = [i for i, message in enumerate(messages) if message.role == "assistant"]
        for end in [*turns, len(messages)]:
            if found := self._known.get(messages[:end]):
                return found
        self._look()
        for end in [*turns, len(messages)]:
            if found := self._known.get(messages[:end]):
                return found
        raise LookupError(f"nobody asked {messages[0].content[:80]!r}")

    def _look(self) -> None:
        with closing(sqlite3.connect(self._run)) as connection:
            rows = connection.execute(
                "SELECT number, family, version, coordinate, seed FROM probes WHERE number > ?",
                (self._last,),
            ).fetchall()
        for number, name, version, coordinate, seed in rows:
            at = Coordinate(doses=tuple(json.loads(coordinate).items()))
            probe = Probe(family=name, version=version, coordinate=at, seed=seed)
            family = self._families.get(name, FAMILIES[name])
            opening = Episode(probe, dialect=self._dialect, family=family).prompt
            self._known[opening] = probe.id
            self._last = max(self._last, number)

    def chat(self, body: dict[str, Any]) -> dict[str, Any]:
        """A chat completion to a request."""
        reply = self.reply(body["model"], tuple(_message(m) for m in body["messages"]))
        message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
        if reply.tool_calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in reply.tool_calls
            ]
        finish = "tool_calls" if reply.tool_calls else "stop"
        return {
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {
                "prompt_tokens": reply.prompt_tokens,
                "completion_tokens": reply.completion_tokens,
            },
        }

    def messages(self, body: dict[str, Any]) -> dict[str, Any]:
        """An Anthropic message to a request."""
        said = [Message(role="system", content=body["system"])] if "system" in body else []
        said += [message for turn in body["messages"] for message in _blocks(turn)]
        reply = self.reply(body["model"], tuple(said))
        blocks: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
        blocks += [
            {"type": "tool_use", "id": c.id, "name": c.name, "input": json.loads(c.arguments)}
            for c in reply.tool_calls
        ]
        return {
            "type": "message",
            "content": blocks,
            "stop_reason": "tool_use" if reply.tool_calls else "end_turn",
            "usage": {
                "input_tokens": reply.prompt_tokens,
                "output_tokens": reply.completion_tokens,
            },
        }


def _message(plain: dict[str, Any]) -> Message:
    calls = tuple(
        ToolCall(id=c["id"], name=c["function"]["name"], arguments=c["function"]["arguments"])
        for c in plain.get("tool_calls", ())
    )
    return Message(
        role=plain["role"],
        content=plain["content"] or "",
        tool_calls=calls,
        tool_call_id=plain.get("tool_call_id"),
    )


def _blocks(turn: dict[str, Any]) -> list[Message]:
    text = "".join(block["text"] for block in turn["content"] if block["type"] == "text")
    calls = tuple(
        ToolCall(id=b["id"], name=b["name"], arguments=json.dumps(b["input"]))
        for b in turn["content"]
        if b["type"] == "tool_use"
    )
    results = [
        Message(role="tool", content=b["content"], tool_call_id=b["tool_use_id"])
        for b in turn["content"]
        if b["type"] == "tool_result"
    ]
    said = [Message(role=turn["role"], content=text, tool_calls=calls)] if text or calls else []
    return [*results, *said]


def _now(model: Simulated, request: Request) -> Reply:
    """A simulated model never waits, so its coroutine ends at its first step."""
    coroutine = model.reply(request)
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a simulated model waited")
