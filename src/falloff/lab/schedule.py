"""How long and how hard to train."""

from __future__ import annotations

from dataclasses import dataclass

from falloff.core import UsageError

# Beyond this a step is no number that single precision holds.
_HIGHEST_RATE = 1e30


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Learning rate: linear warm-up, constant until the target is reached or the budget spent, then
    linear decay to zero over ``cooldown`` times the steps taken so far.

    The budget is ``max_steps``, or ``max_tokens`` where that comes first. ``tokens`` per step;
    ``matrix_rate`` for the hidden matrices (Muon), ``other_rate`` for embeddings, head and norms
    (AdamW); the target is looked at every ``check_every`` steps.
    """

    tokens: int = 4096
    warmup: int = 30
    max_steps: int = 3000
    max_tokens: int | None = None
    cooldown: float = 0.5
    matrix_rate: float = 4e-3
    other_rate: float = 3e-3
    check_every: int = 50

    def __post_init__(self) -> None:
        for name, rate in (("matrix_rate", self.matrix_rate), ("other_rate", self.other_rate)):
            if not 0 < rate <= _HIGHEST_RATE:
                raise UsageError(
                    f"A schedule has {name} = {rate}.",
                    remedy=f"It must be above 0 and at most {_HIGHEST_RATE:g}; 0.001 is usual.",
                )

    def spent(self, steps: int, tokens: int) -> bool:
        """Whether the budget before the decay is used up."""
        return steps >= self.max_steps or (
            self.max_tokens is not None and tokens >= self.max_tokens
        )
