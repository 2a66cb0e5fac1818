"""What a plan says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RoleForecast:
    """One model, over all that it will be asked. ``counted``: how its tokens were counted.

    ``minutes`` is None where no latency is known, ``money`` where no price is.
    """

    role: str
    model: str
    answers: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    counted: str
    minutes: float | None
    money: float | None


@dataclass(frozen=True, kw_only=True)
class Width:
    """Half of the 90 % interval of the headline at a budget, the widest student's.

    Median over replicates, and the narrowest and widest of them; None where probes are too few to
    say.
    """

    budget: int
    median: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """``widths``: at the budget, at twice and four times it. ``headline``: retention or volume.

    ``latency`` in seconds a call. ``said``: what the numbers rest on, a sentence each.
    """

    mode: str
    suite: str
    families: tuple[str, ...]
    budget: int
    concurrency: int | None
    latency: float | None
    currency: str
    roles: tuple[RoleForecast, ...]
    minutes: float | None
    money: float | None
    headline: str
    widths: tuple[Width, ...]
    replicates: int
    said: tuple[str, ...]
