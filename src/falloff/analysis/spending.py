"""What a model's answers took: calls, tokens, time, and money where a price is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from falloff.core import CURRENCY, Price, Usage


@dataclass(frozen=True, kw_only=True)
class Spending:
    """What a model's answers took in all, repeats included.

    Of the prompts' tokens ``cached_tokens`` were not computed anew, of the replies' the
    ``thinking_tokens`` were thought. ``seconds`` are summed over calls; ``busy`` counts those once
    in which several were under way, 0 where not known. ``median_seconds`` and ``p90_seconds``: of
    an answer, all its turns together, None without answers. ``money`` is None where no price is
    known. ``size``: the bytes of its weights, None where they are not at hand. ``by_family``: the
    same for each family.
    """

    probes: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    cached_tokens: int = 0
    thinking_tokens: int = 0
    busy: float = 0.0
    median_seconds: float | None = None
    p90_seconds: float | None = None
    money: float | None = None
    currency: str = CURRENCY
    size: int | None = None
    by_family: Mapping[str, Spending] = field(default_factory=dict)

    @property
    def usage(self) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens,
            cached_tokens=self.cached_tokens,
            completion_tokens=self.completion_tokens,
            busy=self.busy,
        )

    def and_used(self, more: Usage) -> Spending:
        """With tokens that no answer shows, such as of calls that came to nothing."""
        return replace(
            self,
            prompt_tokens=self.prompt_tokens + more.prompt_tokens,
            cached_tokens=self.cached_tokens + more.cached_tokens,
            completion_tokens=self.completion_tokens + more.completion_tokens,
        )

    def priced(self, price: Price | None, currency: str) -> Spending:
        """With its money, and that of every family."""
        return replace(
            self,
            money=None if price is None else price.of(self.usage),
            currency=currency,
            by_family={name: part.priced(price, currency) for name, part in self.by_family.items()},
        )

    def per_thousand(self) -> float | None:
        """Money for a thousand answers; None where no price is known."""
        return None if self.money is None or not self.probes else 1000 * self.money / self.probes


def together(parts: Iterable[Spending]) -> Spending:
    """The sums, as of a capability's families; without what cannot be summed."""
    known = list(parts)
    costs = [part.money for part in known]
    return Spending(
        probes=sum(part.probes for part in known),
        calls=sum(part.calls for part in known),
        prompt_tokens=sum(part.prompt_tokens for part in known),
        completion_tokens=sum(part.completion_tokens for part in known),
        seconds=sum(part.seconds for part in known),
        cached_tokens=sum(part.cached_tokens for part in known),
        thinking_tokens=sum(part.thinking_tokens for part in known),
        busy=sum(part.busy for part in known),
        money=None if None in costs else sum(cost for cost in costs if cost is not None),
        currency=known[0].currency if known else CURRENCY,
    )
