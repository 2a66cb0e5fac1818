"""The likeliest next tokens by text, with their log-probabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray


def likeliest(
    logits: NDArray[np.floating], count: int, text: Callable[[int], str]
) -> tuple[tuple[str, float], ...]:
    """The ``count`` likeliest tokens of logits [vocabulary], the likeliest first."""
    exact = np.asarray(logits, dtype=np.float64)
    exact = exact - exact.max()
    logs = exact - np.log(np.exp(exact).sum())
    best = np.argsort(-logs, kind="stable")[:count]
    return by_text(best.tolist(), logs[best].tolist(), text)


def by_text(
    tokens: Iterable[int], logs: Iterable[float], text: Callable[[int], str]
) -> tuple[tuple[str, float], ...]:
    """Texts with their log-probabilities, the likeliest first.

    Tokens that add the same text are one: so are all that add none, such as the end of a reply.
    """
    found: dict[str, float] = {}
    for token, log in zip(tokens, logs, strict=True):
        said = text(token)
        found[said] = float(np.logaddexp(found[said], log)) if said in found else log
    # No probability is above 1, whatever the last bit of a sum says.
    pairs = ((said, min(log, 0.0)) for said, log in found.items())
    return tuple(sorted(pairs, key=lambda pair: -pair[1]))
