"""A thread that owns a local model, and the way of requests to it and of replies back.

Knows nothing of decoding: the model says what to do with the jobs that came in.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from falloff.core import FalloffError, Finish, ModelError, Reply, Request, TokenLogprobs, ToolCall


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """A request on its way through the worker, and the promise of its reply."""

    request: Request
    promise: Future[Reply] = field(default_factory=Future)
    asked: float = field(default_factory=time.perf_counter)

    @property
    def over(self) -> bool:
        """Answered, failed, or nobody waits any more."""
        return self.promise.done()

    def answer(
        self,
        text: str,
        *,
        finish: Finish,
        prompt: int,
        completion: int = 0,
        calls: tuple[ToolCall, ...] = (),
        cached: int = 0,
        thinking: int = 0,
        logprobs: tuple[TokenLogprobs, ...] | None = None,
    ) -> None:
        """Settle it with a reply of ``completion`` tokens, ``thinking`` of which were thought, to a
        prompt of ``prompt`` tokens, ``cached`` of which were not computed anew.
        """
        if self.promise.set_running_or_notify_cancel():
            self.promise.set_result(
                Reply(
                    text=text,
                    tool_calls=calls,
                    finish=finish,
                    prompt_tokens=prompt,
                    completion_tokens=completion,
                    cached_tokens=cached,
                    thinking_tokens=thinking,
                    seconds=time.perf_counter() - self.asked,
                    logprobs=logprobs,
                )
            )

    def fail(self, problem: FalloffError) -> None:
        """Settle it with an error."""
        if not self.over and self.promise.set_running_or_notify_cancel():
            self.promise.set_exception(problem)


class Worker:
    """Calls ``work(new_jobs)`` on its own thread, whenever jobs came in or some are under way.

    ``work`` returns whether any are still under way. Should it raise, all open jobs fail with that
    error and the thread goes on; ``work`` finds them ``over`` and lets go of them. The thread
    starts with the first request. It belongs to no event loop, so several may follow each other.

    ``gather`` is how many seconds to wait after a job that found the worker idle, so that those
    asked together are worked on together.
    """

    def __init__(
        self, name: str, work: Callable[[list[Job]], bool], *, gather: float = 0.0
    ) -> None:
        self._name = name
        self._work = work
        self._gather = gather
        self._inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open: set[Job] = set()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._lock = threading.Lock()

    async def ask(self, request: Request) -> Reply:
        """The reply. Raises :class:`ModelError` if the model failed or is closed."""
        job = Job(request=request)
        with self._lock:
            if self._closed:
                raise self._gone()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._inbox.put(job)
        return await asyncio.wrap_future(job.promise)

    async def close(self) -> None:
        """Finish the step under way, fail what is still open, and join the thread."""
        with self._lock:
            thread, self._thread, self._closed = self._thread, None, True
        if thread is not None:
            self._inbox.put(None)
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        busy = False
        while (new := self._take(wait=not busy)) is not None:
            try:
                busy = self._work(new)
            except Exception as problem:  # whatever it is, the callers must hear of it
                self._fail_all(problem)
                busy = False
            self._open = {job for job in self._open if not job.over}
        for job in self._open:
            job.fail(self._gone())

    def _take(self, *, wait: bool) -> list[Job] | None:
        """All jobs that came in; None to stop. Waits for one only if there is nothing to do."""
        new: list[Job] = []
        try:
            while (job := self._inbox.get(block=wait and not new)) is not None:
                if wait and not new:
                    time.sleep(self._gather)
                new.append(job)
                self._open.add(job)
        except queue.Empty:
            return new
        return None

    def _fail_all(self, problem: Exception) -> None:
        for job in self._open:
            if isinstance(problem, FalloffError):
                job.fail(problem)
            else:
                job.fail(self._broken(problem))

    def _broken(self, problem: Exception) -> ModelError:
        error = ModelError(
            f"Model '{self._name}' failed: {type(problem).__name__}: {problem}.",
            remedy="Run again with --debug to see where.",
        )
        error.__cause__ = problem
        return error

    def _gone(self) -> ModelError:
        return ModelError(
            f"Model '{self._name}' is closed.", remedy="Load it again with load_model."
        )
