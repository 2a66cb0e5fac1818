"""Continuous batching: many episodes share the decoder, entering and leaving as they come.

Each episode has a seat, which is a slot of the decoder's cache, and keeps it between its turns, so
that a turn costs only its new tokens. Nothing here depends on timing but speed: which seat an
episode has, and who else is in the batch, does not change its replies.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from falloff.core import Finish, ModelError, Reply, Request, TokenLogprobs
from falloff.models.attention import Array
from falloff.models.checkpoint import Checkpoint
from falloff.models.decoder import Decoder
from falloff.models.greedy import Greedy, MakesDecoder, Perturb
from falloff.models.likeliest import likeliest
from falloff.models.sampling import Sampling, gumbel
from falloff.models.worker import Job, Worker

# Prompt tokens taken in per step: more would make running episodes wait, fewer waste calls.
_PROMPT_TOKENS = 512


@dataclass(kw_only=True, eq=False)
class _Seat:
    """A slot of the cache: ``cached`` are the tokens in it, ``new`` those to be fed next.

    ``conversation`` is whose tokens they are; ``job`` the turn under way, if any, with the
    ``luck`` of its tokens where they are drawn, and ``logprobs`` of those written so far.
    """

    slot: int
    conversation: str | None = None
    job: Job | None = None
    prompt: int = 0
    cached: list[int] = field(default_factory=list)
    new: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    luck: np.random.Generator | None = None
    logprobs: list[TokenLogprobs] = field(default_factory=list)
    left: int = 0

    def begin(self, job: Job, prompt: list[int], luck: np.random.Generator | None) -> None:
        """Take the turn, keeping what the cache shares with its prompt. One token stays to feed."""
        shared = next(
            (
                i
                for i, (old, new) in enumerate(zip(self.cached, prompt, strict=False))
                if old != new
            ),
            min(len(self.cached), len(prompt)),
        )
        keep = min(shared, len(prompt) - 1)
        self.job, self.conversation = job, job.request.conversation
        self.cached, self.new, self.written = prompt[:keep], prompt[keep:], []
        self.prompt, self.luck, self.logprobs = len(prompt), luck, []

    def end(self, clock: int) -> None:
        """Leave the turn; ``left`` orders seats by how long they have been idle."""
        self.job, self.left = None, clock


class Engine:
    """A small character-level model, run by the numpy decoder. Greedy; repeats are ``sampling``.

    A reply stops at ``<end>``; it is ``length`` at the request's ``max_tokens`` and ``overflow``
    if the model's context is full, before or during the reply. ``completion_tokens`` counts the
    closing ``<end>``. ``decoder`` makes what tokens are chosen by, if it is not the checkpoint's
    network alone.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        spec: str,
        concurrency: int = 64,
        sampling: Sampling = Sampling(),  # noqa: B008 - frozen
        decoder: MakesDecoder | None = None,
    ) -> None:
        self.spec = spec
        self.concurrency = concurrency
        self._sampling = sampling
        self._checkpoint = checkpoint
        self._characters = checkpoint.characters
        self._context = checkpoint.architecture.context
        alone = partial(Decoder, checkpoint.architecture, checkpoint.weights)
        self._greedy = Greedy(decoder or alone, slots=concurrency)
        self._seats = [_Seat(slot=slot) for slot in range(concurrency)]
        self._waiting: deque[tuple[Job, list[int]]] = deque()
        self._forgotten: deque[str] = deque()
        self._clock = 0
        self._worker = Worker(spec, self._work)

    def describe(self) -> dict[str, Any]:
        """All that decides its answers: the checkpoint's hashes, the engine, the decoding."""
        return {
            "engine": "numpy",
            "files": dict(self._checkpoint.digests),
            "template": "<bos>(content<end>)*",
            "decoding": "greedy",
            "repeats": self._sampling.describe(),
            "context": self._context,
        }

    async def reply(self, request: Request) -> Reply:
        """The model's reply. Raises :class:`ModelError` for a character it does not know."""
        return await self._worker.ask(request)

    def forget(self, conversation: str) -> None:
        """Free the conversation's seat before others."""
        self._forgotten.append(conversation)

    async def close(self) -> None:
        await self._worker.close()

    def _work(self, jobs: list[Job]) -> bool:
        """One step of the batch, with those who came in. Runs on the worker's thread."""
        self._clock += 1
        self._leave()
        for job in jobs:
            self._enqueue(job)
        self._admit()
        if busy := [seat for seat in self._seats if seat.job is not None]:
            self._step(busy)
        return bool(self._waiting) or any(seat.job is not None for seat in self._seats)

    def _leave(self) -> None:
        """Drop turns nobody waits for any more, and conversations that are over."""
        for seat in self._seats:
            if seat.job is not None and seat.job.over:
                seat.end(self._clock)
        gone = {self._forgotten.popleft() for _ in range(len(self._forgotten))}
        for seat in self._seats:
            if seat.conversation in gone:
                seat.conversation = None

    def _enqueue(self, job: Job) -> None:
        try:
            prompt = self._characters.flatten(job.request.messages)
        except ModelError as unknown:
            job.fail(unknown)
            return
        if len(prompt) > self._context:
            job.answer("", finish="overflow", prompt=len(prompt))
        else:
            self._waiting.append((job, prompt))

    def _admit(self) -> None:
        """Seat those who wait: in their conversation's seat, else a free one, else the oldest."""
        idle = [seat for seat in self._seats if seat.job is None]
        while self._waiting and idle:
            job, prompt = self._waiting.popleft()
            if not job.over:
                seat = min(idle, key=lambda seat: self._distance(seat, job.request.conversation))
                idle.remove(seat)
                seat.begin(job, prompt, self._sampling.luck(job.request))

    @staticmethod
    def _distance(seat: _Seat, conversation: str) -> tuple[bool, bool, int, int]:
        """Order in which idle seats are taken. Low slots first keeps the decoder's window small."""
        if seat.conversation is None:
            return True, False, 0, seat.slot
        return seat.conversation != conversation, True, seat.left, seat.slot

    def _step(self, busy: list[_Seat]) -> None:
        """Feed every seat what it has to be fed, and take the token that follows."""
        seats, room = [], _PROMPT_TOKENS
        for seat in busy:
            count = len(seat.new)
            if count == 1 or count <= room or room == _PROMPT_TOKENS:
                seats.append(seat)
                room -= count if count > 1 else 0
        tokens, logits = self._greedy.choose(
            [seat.slot for seat in seats],
            [seat.cached for seat in seats],
            [seat.new for seat in seats],
            [self._draw(seat) for seat in seats],
        )
        for seat, token, row in zip(seats, tokens, logits, strict=True):
            seat.cached += seat.new
            seat.new = [token]
            seat.written.append(token)
            self._note(seat, token, row)
            self._settle(seat, token)

    def _draw(self, seat: _Seat) -> Perturb | None:
        """How the seat's next token is drawn; None takes the likeliest."""
        if seat.luck is None:
            return None
        noise = gumbel(seat.luck, self._checkpoint.architecture.vocabulary)
        return partial(self._sampling.perturbed, noise=noise)

    def _note(self, seat: _Seat, token: int, logits: Array) -> None:
        """Keep the token's log-probabilities if they are wanted."""
        if seat.job is not None and (count := seat.job.request.logprobs):
            top = likeliest(logits, count, self._characters.text)
            seat.logprobs.append(TokenLogprobs(text=self._characters.text(token), top=top))

    def _settle(self, seat: _Seat, token: int) -> None:
        """Answer the seat's job if this token was its last."""
        job = seat.job
        finish: Finish | None = None
        if token == self._characters.end:
            finish = "stop"
        elif job is not None and len(seat.written) >= job.request.max_tokens:
            finish = "length"
        elif len(seat.cached) >= self._context:
            finish = "overflow"
        if job is None or finish is None:
            return
        text = self._characters.decode(seat.written)
        job.answer(
            text,
            finish=finish,
            prompt=seat.prompt,
            completion=len(seat.written),
            logprobs=tuple(seat.logprobs) if job.request.logprobs else None,
        )
        seat.end(self._clock)
