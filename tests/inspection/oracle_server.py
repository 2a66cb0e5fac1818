"""An OpenAI-compatible server on this machine that answers probes as their oracle does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from falloff.core import Message, Probe
from falloff.probes import play_oracle


@dataclass
class Oracle:
    """``url`` for clients; ``requests`` has the bodies that came in. ``silent``: says nothing."""

    url: str = ""
    silent: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    knows: dict[str, list[Message]] = field(default_factory=dict)

    def learn(self, probes: Iterable[Probe], dialect: str = "chat") -> None:
        for probe in probes:
            said = play_oracle(probe, dialect=dialect).transcript.messages
            first = next(i for i, m in enumerate(said) if m.role == "assistant")
            # The opening tells probes apart.
            opening = said[first - 1].content
            self.knows[opening] = [m for m in said if m.role == "assistant"]

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        message = {"role": "assistant", "content": ""} if self.silent else self._said(request)
        finish = "tool_calls" if message.get("tool_calls") else "stop"
        return {
            "id": "reply",
            "object": "chat.completion",
            "created": 0,
            "model": request["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
        }

    def _said(self, request: dict[str, Any]) -> dict[str, Any]:
        messages = request["messages"]
        turn = sum(message["role"] == "assistant" for message in messages)
        opening = next(m["content"] for m in messages if m["content"] in self.knows)
        said = self.knows[opening][turn]
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in said.tool_calls
        ]
        spoken: dict[str, Any] = {"role": "assistant", "content": said.content}
        return spoken | ({"tool_calls": calls} if calls else {})


@contextmanager
def serving(oracle: Oracle) -> Iterator[Oracle]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = json.dumps(oracle.reply(json.loads(body))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    oracle.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield oracle
    finally:
        server.shutdown()
        server.server_close()
