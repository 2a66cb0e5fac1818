"""A mock endpoint that costs little: answers every request alike, after a while.

``python endpoint.py LATENCY_SECONDS`` prints its port and serves until it is ended. It keeps a call
for somewhat longer, since timers are coarse and cores are shared: ``GET`` says how long in truth,
in seconds, on average since the last such question.
"""

from __future__ import annotations

import asyncio
import json
import sys

_SAID = json.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "model": "mock",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": "Step by step.\nAnswer: 4"},
            }
        ],
        "usage": {"prompt_tokens": 180, "completion_tokens": 12, "total_tokens": 192},
    }
).encode()


def _whole(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


_ANSWER = _whole(_SAID)


class Kept:
    """How long calls were kept, from the last byte of one to its answer."""

    def __init__(self) -> None:
        self.calls, self.seconds = 0, 0.0

    def mean(self) -> float:
        mean = self.seconds / max(1, self.calls)
        self.calls, self.seconds = 0, 0.0
        return mean


class Mock(asyncio.Protocol):
    def __init__(self, latency: float, kept: Kept) -> None:
        self._latency = latency
        self._kept = kept
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while True:
            head, found, rest = self._heard.partition(b"\r\n\r\n")
            if not found:
                return
            _, _, length = head.lower().partition(b"content-length:")
            body = int(length.split(b"\r\n")[0] or 0)
            if len(rest) < body:
                return
            self._heard = rest[body:]
            if head.startswith(b"GET"):
                self._transport.write(_whole(json.dumps(self._kept.mean()).encode()))
                continue
            now = self._loop.time()
            self._loop.call_at(now + self._latency, self._answer, now)

    def _answer(self, heard_at: float) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)
            self._kept.calls += 1
            self._kept.seconds += self._loop.time() - heard_at


async def main(latency: float) -> None:
    loop = asyncio.get_running_loop()
    kept = Kept()
    server = await loop.create_server(lambda: Mock(latency, kept), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
