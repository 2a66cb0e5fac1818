"""How far a run is, from its file alone: what somebody sees who did not start it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from falloff.core import PriceTable, Usage
from falloff.run.manifest import NULL, Manifest
from falloff.run.progress import ModelProgress, Progress
from falloff.run.records import REPEATED
from falloff.run.spending import used_again

Rows = Callable[..., Iterator[tuple[Any, ...]]]

_ANSWERS = """
    SELECT a.role, count(*), count(a.score), total(a.score), sum(a.calls), sum(a.prompt_tokens),
           coalesce(sum(json_extract(d.counts, '$.cached')), 0), sum(a.completion_tokens)
    FROM answers a LEFT JOIN token_details d USING (role, repeat, probe) GROUP BY a.role
"""
_PLACED = "SELECT share, count(*) FROM probes GROUP BY share"


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """Of one role, all sessions and repeats together."""

    asked: int = 0
    scored: int = 0
    score: float = 0.0
    calls: int = 0
    usage: Usage = Usage()  # noqa: RUF009 - it is frozen

    @property
    def rate(self) -> float | None:
        """Answers a second of the time in which the role was at work."""
        return self.asked / self.usage.busy if self.asked and self.usage.busy else None


def progress_of(
    rows: Rows,
    manifest: Manifest,
    *,
    prices: PriceTable,
    recent: Mapping[str, float] | None = None,
) -> Progress:
    """How far the run is, over all of its sessions; ``elapsed`` is the time at work.

    ``recent``: answers a second by role, as they have been seen to come; unless given, those of all
    the time at work. What is wanted is at most the budget: with a precision it may be less.
    """
    answers = _answers(rows)
    totals = _totals(rows, manifest)
    rates = {role: answers[role].rate for role in answers} if recent is None else dict(recent)
    models = {
        role: _model(manifest, role, answers.get(role, _Answers()), totals[role], prices)
        for role in manifest.roles
    }
    return Progress.of(
        models,
        elapsed=max((found.usage.busy for found in answers.values()), default=0.0),
        rate=sum(rate or 0.0 for rate in rates.values()),
        eta_seconds=_eta(models, rates),
        currency=prices.currency,
    )


def _answers(rows: Rows) -> dict[str, _Answers]:
    busy: dict[str, float] = dict(rows("SELECT role, total(seconds) FROM busy GROUP BY role"))
    again: dict[str, Usage] = {}
    for (role, _), usage in used_again(rows).items():
        again[role] = again.get(role, Usage()) + usage
    return {
        role: _Answers(
            asked=asked,
            scored=scored,
            score=score,
            calls=calls,
            usage=Usage(
                prompt_tokens=prompt,
                cached_tokens=cached,
                completion_tokens=completion,
                busy=busy.get(role, 0.0),
            )
            + again.get(role, Usage()),
        )
        for role, asked, scored, score, calls, prompt, cached, completion in rows(_ANSWERS)
    }


def _totals(rows: Rows, manifest: Manifest) -> dict[str, int]:
    """How many answers are wanted of each role, repeats included."""
    shares: dict[str, int] = dict(rows(_PLACED))
    placed = sum(shares.values())
    probes = placed if manifest.finished else max(placed, manifest.sessions[-1].budget)
    # So far; what is still to be placed will hold as many.
    repeated = sum(shares.get(share, 0) for share in REPEATED)
    again = round(repeated * probes / placed) if placed else 0
    totals = {NULL: probes}
    for role, stamp in manifest.models.items():
        rounds = stamp.first_repeat + manifest.repeats - 1 if manifest.repeats > 1 else 0
        totals[role] = probes + rounds * again
    return totals


def _model(
    manifest: Manifest, role: str, answers: _Answers, total: int, prices: PriceTable
) -> ModelProgress:
    spec, usage = manifest.stamp(role).spec, answers.usage
    price = prices.of(spec)
    return ModelProgress(
        name=f"{spec}, again" if role == NULL else spec,
        done=answers.asked,
        total=max(total, answers.asked),
        errors=answers.asked - answers.scored,
        calls=answers.calls,
        prompt_tokens=usage.prompt_tokens,
        cached_tokens=usage.cached_tokens,
        completion_tokens=usage.completion_tokens,
        score=answers.score / answers.scored if answers.scored else None,
        headline=None,
        money=None if price is None else price.of(usage),
    )


def _eta(models: Mapping[str, ModelProgress], rates: Mapping[str, float | None]) -> float | None:
    """The slowest model decides; the reference's second asking begins when all are through."""
    reference = next(iter(models))

    def left(role: str) -> float | None:
        wanted = models[role].total - models[role].done
        rate = rates.get(role) or (rates.get(reference) if role == NULL else None)
        return 0.0 if wanted <= 0 else wanted / rate if rate else None

    etas = {role: left(role) for role in models}
    known = {role: eta for role, eta in etas.items() if eta is not None}
    if len(known) < len(etas):
        return None
    return max(eta for role, eta in known.items() if role != NULL) + known.get(NULL, 0.0)
