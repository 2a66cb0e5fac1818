"""How long and how hard to train."""

from __future__ import annotations

from dataclasses import dataclass


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

    def spent(self, steps: int, tokens: int) -> bool:
        """Whether the budget before the decay is used up."""
        return steps >= self.max_steps or (
            self.max_tokens is not None and tokens >= self.max_tokens
        )
