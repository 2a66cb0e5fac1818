"""A GGUF file behind the common interface: llama.cpp answers, the client of ``http`` asks."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from falloff.core import ModelError, Reply, Request, UnansweredError, UnusableModelError
from falloff.models.gguf.options import Options
from falloff.models.gguf.process import Server
from falloff.models.http.model import HttpModel
from falloff.models.http.openai import OpenAI
from falloff.models.http.patience import Patience
from falloff.models.http.spec import Endpoint

# On this machine, waiting helps no call that failed twice.
_ATTEMPTS = 3


class GgufModel:
    """First answers are greedy, repeats as llama.cpp samples unasked.

    Not the same at every asking: who else is in a batch decides near-ties.
    """

    def __init__(self, options: Options, *, spec: str, sha256: str) -> None:
        self.spec = spec
        self._options = options
        self._server = Server(options)
        self._http = HttpModel(
            Endpoint(
                spec=spec,
                model=options.path.name,
                base=f"{self._server.address}/v1",
                own=False,
                settings=options.settings,
                login=f"Bearer {self._server.key}",
                secrets=(self._server.key,),
            ),
            OpenAI(),
            patience=Patience(attempts=_ATTEMPTS, call=options.settings.timeout),
        )
        self.concurrency = self._http.concurrency
        self._sha256 = sha256
        self._props = _props(self._server)

    @property
    def notes(self) -> list[str]:
        return self._http.notes

    def describe(self) -> dict[str, Any]:
        """All that decides its answers: the file's hash, context, decoding, and the version."""
        settings = self._options.settings
        description: dict[str, Any] = {
            "engine": "llama.cpp",
            "files": {"weights": self._sha256},
            "context": self._props["default_generation_settings"]["n_ctx"],
            "decoding": settings.describe(),
            "xllamacpp": version("xllamacpp"),
        }
        if settings.greedy_first:
            description["repeats"] = "as llama.cpp samples"
        return description

    async def reply(self, request: Request) -> Reply:
        """The model's reply.

        Raises :class:`UnusableModelError` where its template has no tools and some are offered, or
        llama.cpp has ended, and :class:`UnansweredError` for a request that cannot be answered.
        """
        if not self._server.close.alive:
            raise ModelError(
                f"Model '{self.spec}' is closed.", remedy="Load it again with load_model."
            )
        # llama.cpp would leave the tools out and say nothing.
        if request.tools and not self._props["chat_template_caps"].get("supports_tools"):
            raise UnusableModelError(
                f"The chat template of '{self.spec}' has no tools.",
                remedy="Ask for calls in plain JSON instead, with --dialect plain.",
            )
        try:
            reply = await self._http.reply(request)
        except UnansweredError as problem:
            raise self._fallen(problem) or problem from problem
        except UnusableModelError as problem:
            raise self._fallen(problem) or problem from problem
        # Cut before its bound, so by the context.
        most = self._options.settings.max_tokens or request.max_tokens
        if reply.finish == "length" and reply.completion_tokens < most:
            return replace(reply, finish="overflow")
        return reply

    def forget(self, conversation: str) -> None:
        self._http.forget(conversation)

    async def close(self) -> None:
        await self._http.close()
        self._server.close()

    def _fallen(self, problem: Exception) -> UnusableModelError | None:
        """The error for a server that has ended; None for one that runs."""
        code = self._server.ended
        if code is None:
            return None
        return UnusableModelError(
            f"llama.cpp, which ran '{self.spec}', has ended (exit code {code}): {problem}",
            remedy="Most likely memory ran out: lower ?context=N&concurrency=N.",
        )


def _props(server: Server) -> dict[str, Any]:
    """What the server says of the model: context, and what its template can."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    wanted = urllib.request.Request(  # noqa: S310 - on loopback
        f"{server.address}/props", headers={"Authorization": f"Bearer {server.key}"}
    )
    with direct.open(wanted, timeout=60) as answer:
        props: dict[str, Any] = json.load(answer)
    return props
