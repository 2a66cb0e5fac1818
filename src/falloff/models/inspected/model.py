"""A model of Inspect AI behind the common interface."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from inspect_ai.model import GenerateConfig, Model, ModelOutput

from falloff.core import Reply, Request, UnansweredError, UnusableModelError
from falloff.models.http.settings import Settings
from falloff.models.inspected.messages import chat_messages, reply_of, tool_infos

# What no other request would do better with: no key, the wrong one, no right to it, no such model.
_HOPELESS = {401, 402, 403, 404}
_MOST_SAID = 500
# Clients that Inspect's providers ask through, whose versions decide what goes over the wire.
_CLIENTS = ("openai", "anthropic", "google-genai", "mistralai", "groq")
_KINDLY = (
    "reads arguments of tool calls through Inspect AI, which mends some that are broken, and whose"
    " providers may leave parts out of tool schemas: a model can score a little higher than over"
    " openai: or anthropic:."
)


class InspectModel:
    """Asks with ``generate`` of Inspect's model layer, each request in an asyncio task of its own.

    Inspect tries again by itself, as often as ``settings.attempts`` says. Tools are never strict.
    ``notes`` are sentences that the user should read.
    """

    def __init__(self, model: Model, settings: Settings, *, spec: str) -> None:
        self.spec = spec
        self.concurrency = settings.concurrency
        self.notes: list[str] = []
        self._model = model
        self._settings = settings

    def describe(self) -> dict[str, Any]:
        """Model, address, decoding, and the versions that decide what is sent; no key."""
        description: dict[str, Any] = {
            "engine": "inspect",
            "model": str(self._model),
            "url": _bare(getattr(self._model.api, "base_url", None)),
            "decoding": self._settings.describe(),
            "strict_tools": False,
            "versions": {"inspect-ai": version("inspect-ai"), **_clients()},
        }
        if self._settings.greedy_first:
            description["repeats"] = "as the endpoint samples"
        return description

    async def reply(self, request: Request) -> Reply:
        """The model's answer to one turn.

        Raises :class:`UnansweredError` for a request that failed, and
        :class:`UnusableModelError` when no other would do better.
        """
        if request.tools and not self.notes:
            self.notes.append(f"{self.spec} {_KINDLY}")
        started = time.perf_counter()
        # Inspect keeps what a task is doing in context variables: none shall see another's.
        output = await asyncio.create_task(self._generate(request))
        if output.empty or output.error:
            raise UnansweredError(self._cut(output.error or "It gave no reply."))
        return replace(
            reply_of(output, logprobs=request.logprobs > 0),
            seconds=time.perf_counter() - started,
        )

    def forget(self, conversation: str) -> None:
        """Nothing is kept between turns."""

    async def close(self) -> None:
        await self._model.api.aclose()

    async def _generate(self, request: Request) -> ModelOutput:
        try:
            return await self._model.generate(
                chat_messages(request.messages),
                tools=tool_infos(request.tools),
                config=self._config(request),
            )
        except Exception as problem:  # providers raise what their clients do
            raise self._told(problem) from problem

    def _config(self, request: Request) -> GenerateConfig:
        settings = self._settings
        return GenerateConfig(
            max_tokens=settings.max_tokens or request.max_tokens,
            temperature=settings.temperature_of(request.repeat),
            top_p=settings.top_p,
            seed=settings.seed_of(request.repeat),
            stop_seqs=list(settings.stop) or None,
            extra_body=dict(settings.extra) if settings.extra else None,
            logprobs=True if request.logprobs else None,
            top_logprobs=request.logprobs or None,
            max_retries=settings.attempts - 1,
            attempt_timeout=round(settings.timeout),
            max_connections=settings.concurrency,
        )

    def _told(self, problem: Exception) -> UnansweredError | UnusableModelError:
        status, said = None, str(problem)
        cause: BaseException | None = problem
        while cause is not None:
            status = status or getattr(cause, "status_code", None)
            # Inspect puts the whole request before it, where its provider says what it is.
            said = getattr(cause, "provider_message", None) or said
            cause = cause.__cause__ or getattr(cause, "last_exception", None)
        said = self._cut(said or type(problem).__name__)
        if status in _HOPELESS:
            return UnusableModelError(
                f"'{self.spec}' cannot be asked: {said}",
                remedy="Check the name, and the key in the variable that Inspect's provider reads.",
            )
        return UnansweredError(said)

    def _cut(self, said: str) -> str:
        """Without the key, should a provider repeat it."""
        key = getattr(self._model.api, "api_key", None)
        said = said.replace(key, "[hidden]") if key else said
        return " ".join(said.split())[:_MOST_SAID]


def _clients() -> dict[str, str]:
    found = {}
    for name in _CLIENTS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _bare(url: str | None) -> str | None:
    """Without user and password, which are nobody's business."""
    if not url:
        return None
    parts = urlsplit(str(url))
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
