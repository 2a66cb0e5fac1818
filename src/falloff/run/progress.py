"""How far a run is, in numbers. Reads no clock and draws nothing: the time is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from falloff.core import CURRENCY, Outcome, Reason
from falloff.sampling import Guess

# Seconds between two snapshots: fast enough to look alive, slow enough to cost nothing.
INTERVAL = 0.2


@dataclass(frozen=True, kw_only=True)
class ModelProgress:
    """One model, by ``name``: ``done`` of ``total`` probes asked, in earlier sessions or this one.

    ``errors`` of them, of this session, could not be asked; ``calls`` and tokens are of this
    session too, and so is ``score``, the mean over what it has answered, None before the first
    answer. ``headline`` is what the design believes of it, None for a teacher, and before the first
    round is complete.
    """

    name: str
    done: int
    total: int
    errors: int
    calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    score: float | None
    headline: Guess | None
    money: float | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A run at one moment, summed over models: ``total`` is probes times models.

    ``errors``, ``calls``, tokens and ``rate`` (answers a second) are of this session; ``elapsed``
    is in seconds. ``eta_seconds`` is None until a rate is known; the slowest model decides it.
    ``currency`` is that of the models' money.
    ``notes``: what the user should know of the models, a sentence each, in the order found out.
    """

    done: int
    total: int
    errors: int
    calls: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    elapsed: float
    rate: float
    eta_seconds: float | None
    models: Mapping[str, ModelProgress]
    notes: tuple[str, ...] = ()
    currency: str = CURRENCY

    @classmethod
    def of(cls, models: Mapping[str, ModelProgress], **more: Any) -> Progress:
        """Summed over ``models``; ``more`` is what cannot be: time, rate, notes, currency."""
        summed = (
            *("done", "total", "errors", "calls"),
            *("prompt_tokens", "cached_tokens", "completion_tokens"),
        )
        sums = {name: sum(getattr(model, name) for model in models.values()) for name in summed}
        return cls(models=models, **sums, **more)


@dataclass
class _Count:
    name: str
    total: int = 0
    stored: int = 0
    fresh: int = 0
    errors: int = 0
    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    score: float = 0.0

    @property
    def mean_score(self) -> float | None:
        scored = self.fresh - self.errors
        return self.score / scored if scored else None

    @property
    def done(self) -> int:
        return self.stored + self.fresh

    def eta(self, elapsed: float) -> float | None:
        left = self.total - self.done
        if left <= 0:
            return 0.0
        return left * elapsed / self.fresh if self.fresh else None


@dataclass
class Meter:
    """Counts answers as they come and says when a snapshot is due.

    ``names`` goes from role to model; ``start`` is in seconds.
    """

    names: Mapping[str, str]
    start: float
    _counts: dict[str, _Count] = field(init=False)
    _due: float = field(init=False)
    _headline: Mapping[str, Guess] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._counts = {role: _Count(name=name) for role, name in self.names.items()}
        self._due = self.start

    def expect(self, probes: int, roles: Iterable[str] | None = None) -> None:
        """So many more probes are put to every model, or to those of ``roles``."""
        for role in self._counts if roles is None else roles:
            self._counts[role].total += probes

    def believe(self, headline: Mapping[str, Guess]) -> None:
        """What the design now believes of each student, or of the one model, by role."""
        self._headline = headline

    def found(self, role: str, answers: int) -> None:
        """So many answers were there from an earlier session."""
        self._counts[role].stored += answers

    def note(self, role: str, outcome: Outcome) -> None:
        """An answer, or an error, has been recorded."""
        count = self._counts[role]
        count.fresh += 1
        count.errors += outcome.reason is Reason.ERROR
        count.calls += outcome.calls
        count.prompt_tokens += outcome.prompt_tokens
        count.cached_tokens += outcome.cached_tokens
        count.completion_tokens += outcome.completion_tokens
        count.score += outcome.score or 0.0

    def is_due(self, now: float) -> bool:
        """Whether the last snapshot is old enough; if so, the next one is due later."""
        if now < self._due:
            return False
        self._due = now + INTERVAL
        return True

    def snapshot(
        self,
        now: float,
        *,
        notes: tuple[str, ...] = (),
        money: Mapping[str, float] | None = None,
        currency: str = CURRENCY,
    ) -> Progress:
        spent = money or {}
        counts, elapsed = self._counts, max(now - self.start, 1e-9)
        etas = [count.eta(elapsed) for count in counts.values()]
        known = [eta for eta in etas if eta is not None]
        return Progress.of(
            {
                role: ModelProgress(
                    name=count.name,
                    done=count.done,
                    total=count.total,
                    errors=count.errors,
                    calls=count.calls,
                    prompt_tokens=count.prompt_tokens,
                    cached_tokens=count.cached_tokens,
                    completion_tokens=count.completion_tokens,
                    score=count.mean_score,
                    headline=self._headline.get(role),
                    money=spent.get(role),
                )
                for role, count in counts.items()
            },
            elapsed=elapsed,
            rate=sum(count.fresh for count in counts.values()) / elapsed,
            eta_seconds=max(known, default=0.0) if len(known) == len(etas) else None,
            notes=notes,
            currency=currency,
        )
