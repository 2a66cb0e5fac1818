"""How long and how hard to train."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Learning rate: linear warm-up, constant until the target is reached (or ``max_steps``), then
    linear decay to zero over ``cooldown`` times the steps taken so far.

    ``tokens`` per step; ``matrix_rate`` for the hidden matrices (Muon), ``other_rate`` for
    embeddings, head and norms (AdamW); the target is looked at every ``check_every`` steps.
    """

    tokens: int = 4096
    warmup: int = 30
    max_steps: int = 3000
    cooldown: float = 0.5
    matrix_rate: float = 4e-3
    other_rate: float = 3e-3
    check_every: int = 50
