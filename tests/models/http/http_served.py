"""A real HTTP server on loopback, in a thread: answers as told, and misbehaves as told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
# What is done instead of answering; None to answer after all.
Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass(kw_only=True)
class Seen:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass(kw_only=True)
class Server:
    """``answer`` makes the JSON of a 200, or a whole response; ``fault`` is asked first, by the
    number of the call. ``models`` are listed. ``delay``: seconds before every answer.
    """

    answer: Callable[[Json], Any]
    fault: Callable[[int], Fault | None] = lambda _: None
    models: list[str] = field(default_factory=lambda: ["tiny", "small"])
    delay: float = 0.0
    ssl: Any = None
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    connections: set[Any] = field(default_factory=set)

    @property
    def base(self) -> str:
        return f"http{'s' if self.ssl else ''}://127.0.0.1:{self.port}/v1"

    @property
    def bodies(self) -> list[Json]:
        return [seen.body for seen in self.seen if seen.body is not None]

    def start(self) -> None:
        """Serve, on the same port as before if there was one."""
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)

    def stop(self) -> None:
        """Close at once: what is being answered is cut off."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        started.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(
            self._runner,
            "127.0.0.1",
            self.port,
            ssl_context=self.ssl,
            reuse_address=True,
            backlog=2048,
        )
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        self.seen.append(Seen(path=request.path, headers=dict(request.headers), body=body))
        self.connections.add(request.transport)
        if request.method == "GET":
            return web.json_response({"data": [{"id": name} for name in self.models]})
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            fault = self.fault(len(self.seen))
            done = await fault(request) if fault else None
            if done is not None:
                return done
            await asyncio.sleep(self.delay)
            said = self.answer(body)
            return said if isinstance(said, web.StreamResponse) else web.json_response(said)
        finally:
            self.in_flight -= 1


@contextmanager
def serving(answer: Callable[[Json], Any], **options: Any) -> Iterator[Server]:
    server = Server(answer=answer, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def chat(text: str = "Answer: 4", **more: Any) -> Json:
    """A chat completion; ``more`` goes into the message, ``finish``, ``usage`` and ``logprobs``."""
    finish, usage = more.pop("finish", "stop"), more.pop("usage", None)
    logprobs = more.pop("logprobs", None)
    message = {"role": "assistant", "content": text, **more}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs}
    usage = usage or {"prompt_tokens": 7, "completion_tokens": 3}
    return {"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage}


def error(status: int, message: str, **more: Any) -> web.Response:
    headers = more.pop("headers", None)
    said = {"error": {"message": message, **more}}
    return web.json_response(said, status=status, headers=headers)
