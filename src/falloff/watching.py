"""A run seen from outside while somebody else makes it: how far it is, and what it says so far."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal

from falloff.core import FalloffError, PriceTable
from falloff.result import Run
from falloff.run import Progress, is_being_written, open_for_reading

if TYPE_CHECKING:
    from falloff.analysis import Comparison, Interval

State = Literal["running", "done", "stopped"]

# Seconds over which a rate is taken, and the most of the watcher's time that estimating may take:
# the models may be computing on the same cores.
_WINDOW = 30.0
_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """A run at one moment. ``comparison`` is of a moment before, None until one was estimated.

    ``state``: "stopped" is a run that nobody writes and that has not all that was wanted.
    """

    run: Path
    state: State
    progress: Progress
    comparison: Comparison | None

    @property
    def estimates(self) -> dict[str, Interval]:
        """By role: retention of a student, or the volume of one model alone; none of a teacher."""
        if self.comparison is None:
            return {}
        students = self.comparison.students
        if not students:
            return dict.fromkeys(self.progress.models, self.comparison.teacher.volume)
        retention = {f"student{i}": s.retention for i, s in enumerate(students, 1)}
        return {role: kept for role, kept in retention.items() if role in self.progress.models}

    def as_dict(self) -> dict[str, Any]:
        """One JSON object: what ``watch --json`` prints as a line."""
        from falloff.report.export import interval_as_dict

        now, estimates = self.progress, self.estimates
        return {
            "run": str(self.run),
            "state": self.state,
            "done": now.done,
            "total": now.total,
            "errors": now.errors,
            "calls": now.calls,
            "prompt_tokens": now.prompt_tokens,
            "cached_tokens": now.cached_tokens,
            "completion_tokens": now.completion_tokens,
            "rate": now.rate,
            "eta_seconds": now.eta_seconds if self.state == "running" else None,
            "models": [
                {
                    "role": role,
                    "model": model.name,
                    "done": model.done,
                    "total": model.total,
                    "errors": model.errors,
                    "calls": model.calls,
                    "score": model.score,
                    "money": model.money,
                    "estimate": interval_as_dict(estimates[role]) if role in estimates else None,
                }
                for role, model in now.models.items()
            ],
        }


class Watcher:
    """Looks at a run file again and again; never writes to it, and keeps nobody from writing.

    ``clock`` is in seconds. ``every``: seconds between two estimates at the least. They are made on
    a thread of their own when there are new answers, and take a tenth of the time at the most.
    """

    def __init__(
        self,
        path: Path,
        *,
        prices: PriceTable | None = None,
        every: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._prices = prices or PriceTable()
        self._every = every
        self._clock = clock
        self._seen: deque[tuple[float, Mapping[str, int]]] = deque()
        self._comparison: Comparison | None = None
        self._estimated_at = 0
        self._due = clock()
        self._estimating: Thread | None = None

    def look(self, *, patient: bool = False) -> Glimpse:
        """How it is now, with the last estimate; with that of now if ``patient``, or at the end.

        Raises as :func:`falloff.open_run`.
        """
        # Asked before: whoever ends in between has written all by the time the file is read.
        is_written = is_being_written(self._path)
        with open_for_reading(self._path) as reader:
            finished = reader.manifest.finished
            progress = reader.progress(self._prices, self._recent())
        self._remember(progress)
        whole = finished and progress.done >= progress.total
        state: State = "running" if is_written else "done" if whole else "stopped"
        scored = progress.done - progress.errors
        if scored != self._estimated_at:
            if patient or state != "running":
                self._wait()
                self._estimate(scored)
            elif self._estimating is None and self._clock() >= self._due:
                self._estimating = Thread(target=self._try, args=(scored,), daemon=True)
                self._estimating.start()
        return Glimpse(run=self._path, state=state, progress=progress, comparison=self._comparison)

    def _recent(self) -> dict[str, float] | None:
        """Answers a second by role over the last looks; None until they say anything."""
        if len(self._seen) < 2:
            return None
        (start, before), (end, after) = self._seen[0], self._seen[-1]
        if end - start < _WINDOW / 10:
            return None
        return {role: (after[role] - before.get(role, 0)) / (end - start) for role in after}

    def _remember(self, progress: Progress) -> None:
        now = self._clock()
        self._seen.append((now, {role: m.done for role, m in progress.models.items()}))
        while now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    def _try(self, scored: int) -> None:
        with suppress(FalloffError):  # the next look says what is wrong with the file
            self._estimate(scored)
        self._estimating = None

    def _estimate(self, scored: int) -> None:
        start = self._clock()
        self._comparison = Run(self._path, prices=self._prices).comparison
        self._estimated_at = scored
        taken = self._clock() - start
        self._due = start + taken + max(self._every, taken / _SHARE)

    def _wait(self) -> None:
        thread = self._estimating
        if thread is not None:
            thread.join()
