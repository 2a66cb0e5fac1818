"""A model behind an endpoint: asks, waits, asks again, and tells why where nothing helps."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import replace
from typing import Any

from falloff.core import FalloffError, Reply, Request, UnansweredError
from falloff.models.http import complaints
from falloff.models.http.faults import (
    Fault,
    Filtered,
    Hiccup,
    Hopeless,
    Lacking,
    Overflow,
    Refused,
    Throttled,
    fault,
)
from falloff.models.http.gate import Gate
from falloff.models.http.keepsakes import Keepsakes
from falloff.models.http.keys import key_for
from falloff.models.http.openai import has_raw_calls
from falloff.models.http.patience import Patience
from falloff.models.http.protocol import LOGPROBS, RAW_CALLS, GarbledError, Protocol
from falloff.models.http.spec import Endpoint
from falloff.models.http.transport import Answer, NoAnswerError, Transport

# Raised whenever the same request would go on the wire otherwise.
WIRE = 1
_ENCODER = json.JSONEncoder(separators=(",", ":"))
# What a server says that cannot parse the arguments of a call that it is sent.
_CHOKED = re.compile(r"(?i)\bjson|argument|parse|expecting")


class HttpModel:
    """Many conversations in flight over one event loop.

    ``notes`` are sentences that the user should read: what the endpoint turned out not to take.
    ``tries`` counts calls on the wire, those that failed included. ``concurrency`` is half as many
    episodes again as calls may be in flight, so that one goes out as soon as another is answered.
    """

    def __init__(
        self, endpoint: Endpoint, protocol: Protocol, *, patience: Patience | None = None
    ) -> None:
        settings = endpoint.settings
        self.spec = endpoint.spec
        self.concurrency = settings.concurrency + (settings.concurrency + 1) // 2
        self.notes: list[str] = []
        self.tries = 0
        self.gate = Gate(settings.concurrency)
        self._endpoint = endpoint
        self._protocol = protocol
        self._patience = patience or Patience(attempts=settings.attempts, call=settings.timeout)
        self._key = key_for(endpoint, protocol)
        login = {"Authorization": endpoint.login} if endpoint.login else {}
        self._transport = Transport(
            headers={**protocol.headers(self._key), **login},
            patience=self._patience,
            local=endpoint.local,
        )
        self._address = f"{endpoint.base}{protocol.path}"
        self._listing = f"{endpoint.base}/models"
        self._lacks: frozenset[str] = frozenset()
        self._keepsakes = Keepsakes()
        self._has_answered = self._has_taken_tools = False

    @property
    def lacks(self) -> frozenset[str]:
        """What it turned out not to take, as :mod:`falloff.models.http.protocol` names it."""
        return self._lacks

    def asked_otherwise(self, **settings: Any) -> HttpModel:
        """The same endpoint with other settings. Raises as :func:`load_endpoint` does."""
        changed = replace(self._endpoint.settings, **settings)
        self._protocol.check(changed)
        return HttpModel(replace(self._endpoint, settings=changed), self._protocol)

    async def offered(self) -> tuple[str, ...]:
        """The models that the endpoint lists, by name; none where it does not."""
        try:
            return tuple(complaints.model_names(await self._transport.get(self._listing)))
        except NoAnswerError:
            return ()

    def describe(self) -> dict[str, Any]:
        """Model, address and all that is sent with every request; no key, no credentials."""
        settings = self._endpoint.settings
        description: dict[str, Any] = {
            "engine": self._protocol.name,
            "model": self._endpoint.model,
            "url": self._endpoint.base,
            "wire": WIRE,
            "decoding": settings.describe(),
        }
        if settings.greedy_first:
            description["repeats"] = "as the endpoint samples"
        return description

    async def reply(self, request: Request) -> Reply:
        """The endpoint's answer to one turn.

        Raises :class:`UnansweredError` when it was asked as often as makes sense, and
        :class:`falloff.core.UnusableModelError` when no other request would do better.
        """
        failures = throttles = 0
        while True:
            passage = self.gate.passage()
            try:
                async with passage:
                    return await self._try(request)
            except Overflow:
                return Reply(text="", finish="overflow")
            except Filtered:
                return Reply(text="", finish="refused")
            except Lacking as problem:
                self._do_without(problem.what)
            except Throttled as problem:
                throttles += 1
                self._check_wait(problem, problem.seconds)
                self.gate.throttled(passage, problem.seconds)
                await self._wait(problem, throttles, self._patience.throttled, problem.seconds)
            except Hiccup as problem:
                failures += 1
                most = self._patience.attempts
                if not self._has_answered:
                    most = min(most, self._patience.first_attempts)
                    if problem.standing and failures >= most:
                        raise complaints.not_there(
                            self._endpoint, self._protocol, self._hidden(problem.said)
                        ) from problem
                await self._wait(problem, failures, most, problem.seconds)
            except Refused as problem:
                raise self._unanswered(problem, 1) from problem
            except Hopeless as problem:
                raise await self._hopeless(problem) from problem

    def forget(self, conversation: str) -> None:
        self._keepsakes.forget(conversation)

    async def close(self) -> None:
        await self._transport.close()

    def _body(self, request: Request) -> dict[str, Any]:
        return self._protocol.body(
            self._endpoint.model,
            request,
            self._endpoint.settings,
            lacks=self._lacks,
            keepsakes=self._keepsakes.of(request),
        )

    async def _try(self, request: Request) -> Reply:
        """One call. Raises :class:`Fault`."""
        lacks, body = self._lacks, self._body(request)
        started = time.perf_counter()
        answer = await self._post(_ENCODER.encode(body).encode())
        seconds = time.perf_counter() - started
        try:
            said = self._protocol.read(_object(answer), request)
        except GarbledError as problem:
            raise self._judged(fault(answer, body), problem, request, lacks) from problem
        self.gate.answered()
        self._has_answered = True
        self._has_taken_tools |= bool(request.tools)
        if request.logprobs and said.reply.logprobs is None and said.reply.text:
            self._do_without(LOGPROBS)
        if said.keepsake is not None:
            self._keepsakes.keep(request, said.keepsake)
        return replace(said.reply, seconds=seconds)

    async def _post(self, body: bytes) -> Answer:
        self.tries += 1
        try:
            return await self._transport.post(self._address, body)
        except NoAnswerError as problem:
            raise Hiccup(str(problem), standing=problem.standing) from problem

    def _judged(
        self, found: Fault, problem: GarbledError, request: Request, lacks: frozenset[str]
    ) -> Fault:
        """The fault in the light of what the endpoint has done before."""
        if str(problem) and isinstance(found, Hiccup) and not found.standing:
            found.said = f"{found.said} ({problem})"
        if isinstance(found, Lacking) and found.what in lacks:
            return Refused(found.said)
        known = isinstance(found, Throttled | Lacking | Overflow | Filtered)
        if not known and RAW_CALLS not in lacks and self._protocol.name == "openai":
            choked = isinstance(found, Refused | Hopeless) or _CHOKED.search(found.said)
            if choked and has_raw_calls(request.messages):
                return Lacking(found.said, RAW_CALLS)
        if isinstance(found, Hopeless) and (
            (found.cause == "model" and self._has_answered)
            or (found.cause == "tools" and self._has_taken_tools)
        ):
            return Hiccup(found.said)
        return found

    def _do_without(self, what: str) -> None:
        if what not in self._lacks:
            self._lacks |= {what}
            self.notes.append(f"{self.spec} {complaints.NOTES[what]}")

    async def _wait(self, problem: Fault, times: int, most: int, asked: float | None) -> None:
        """Sleep before another try. Raises instead where there is none."""
        if times >= most:
            raise self._unanswered(problem, times) from problem
        self._check_wait(problem, asked)
        wait = self._patience.wait(times)
        # Not all at the very moment that was named.
        await asyncio.sleep(wait if asked is None else asked + min(wait, 1.0) / 4)

    def _check_wait(self, problem: Fault, asked: float | None) -> None:
        """Raise rather than wait, and hold up all others, for longer than makes sense."""
        if asked is not None and asked > self._patience.longest:
            said = self._hidden(problem.said)
            raise complaints.wants_long_wait(self._endpoint, asked, said) from problem

    def _unanswered(self, problem: Fault, times: int) -> UnansweredError:
        tries = f" after {times} tries" if times > 1 else ""
        return UnansweredError(f"{self._hidden(problem.said)}{tries}")

    async def _hopeless(self, problem: Hopeless) -> FalloffError:
        return complaints.hopeless(
            self._endpoint,
            self._protocol,
            cause=problem.cause,
            said=self._hidden(problem.said),
            keyed=self._key is not None,
            offered=list(await self.offered()) if problem.cause == "model" else [],
        )

    def _hidden(self, said: str) -> str:
        """Without key and password, should an endpoint repeat them."""
        for secret in filter(None, (self._key, *self._endpoint.secrets)):
            said = said.replace(secret, "[hidden]")
        return said


def _object(answer: Answer) -> dict[str, Any]:
    """Raises :class:`GarbledError` for an error, and for what is no JSON object."""
    if answer.status != 200:
        raise GarbledError
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError) as problem:
        raise GarbledError("no JSON") from problem
    if not isinstance(said, dict):
        raise GarbledError("no JSON object")
    if said.get("error"):
        raise GarbledError("an error within")
    return said
