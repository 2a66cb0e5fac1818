"""A mock endpoint that costs little: answers every request alike, after a while.

``python endpoint.py LATENCY_SECONDS`` prints its port and serves until it is ended.
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
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_SAID),
    _SAID,
)


class Mock(asyncio.Protocol):
    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

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
            asyncio.get_running_loop().call_later(self._latency, self._answer)

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ANSWER)


async def main(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Mock(latency), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
