"""What answers cost: usage, prices, and the table that says which price is whose.

Prices decide no answer. They are no part of a run, and are applied when it is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

PER = 1_000_000
CURRENCY = "USD"


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What was used: tokens, and the ``busy`` seconds in which at least one answer was under way.

    ``cached_tokens`` are part of ``prompt_tokens``, thinking is part of ``completion_tokens``.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    busy: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            busy=self.busy + other.busy,
        )


@dataclass(frozen=True, kw_only=True)
class Price:
    """Per million tokens: ``input``, ``output``, ``cached`` (of the input; as the rest unless
    said); and ``per_hour`` in which a model of one's own is busy. All at least 0.
    """

    input: float = 0.0
    output: float = 0.0
    cached: float | None = None
    per_hour: float = 0.0

    def of(self, usage: Usage) -> float:
        """The money that a usage costs."""
        cached = self.input if self.cached is None else self.cached
        tokens = (
            self.input * (usage.prompt_tokens - usage.cached_tokens)
            + cached * usage.cached_tokens
            + self.output * usage.completion_tokens
        )
        return tokens / PER + self.per_hour * usage.busy / 3600


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """Prices by pattern, in one currency.

    A pattern is a model's spec (``openai:gpt-4o@URL``, with or without its options or address), or
    the name in it (``gpt-4o``), and may hold ``*``. What is spelt out goes before what has a star;
    among those, the first in the table.
    """

    prices: tuple[tuple[str, Price], ...] = ()
    currency: str = CURRENCY

    def of(self, spec: str) -> Price | None:
        """The price of a model; None where the table has none."""
        names = tuple(_names(spec))
        for name in names:
            for pattern, price in self.prices:
                if pattern == name:
                    return price
        for pattern, price in self.prices:
            if any(fnmatchcase(name, pattern) for name in names):
                return price
        return None


def money(amount: float, currency: str) -> str:
    """``12.40 USD``; small amounts with as many decimals as say something: ``0.0031 USD``."""
    if amount == 0 or amount >= 1:
        return f"{amount:,.2f} {currency}"
    decimals = max(2, 1 - math.floor(math.log10(amount)))
    return f"{amount:.{decimals}f} {currency}" if decimals <= 9 else f"< 0.00000001 {currency}"


def costs_nothing(spec: str) -> bool:
    """Whether a model without a price is embedded or simulated: it runs here and nobody is paid."""
    return spec.startswith(("micro:", "sim:"))


def runs_here(spec: str) -> bool:
    """Whether a model runs on this machine: nobody is paid for its answers, though for hours may
    be.
    """
    return costs_nothing(spec) or spec.startswith(("hf:", "gguf:"))


def no_price(spec: str) -> str:
    """What is said where a price is missing: never 0."""
    return f"no price for {spec}: add it to [prices] in falloff.toml"


def _names(spec: str) -> Iterator[str]:
    """All that a model may be called by, the most particular first."""
    yield spec
    without_options = spec.partition("?")[0]
    yield without_options
    without_address = without_options.partition("@http")[0]
    yield without_address
    yield without_address.partition(":")[2]
