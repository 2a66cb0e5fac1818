"""What a ``falloff.toml`` may say. Field names are its keys; None is what it does not say.

confirm_above = 5.0          # ask before a run that will cost more

[defaults]                   # flags of compare, measure and plan
suite = "core"
budget = 1200

[prices]                     # per million tokens; by spec or name, * for any
currency = "EUR"
"gpt-4o*" = {input = 2.5, cached = 1.25, output = 10}
"hf:*" = {per_hour = 0.8}

[bench]                      # the benchmark of one's own, and what its columns are called
file = "questions.jsonl"
prompt = "question"
choices = ["A", "B", "C", "D"]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from falloff.core import PriceTable


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """``[defaults]``: flags by name. ``latency`` (seconds a call), ``concurrency``: of plan."""

    suite: str | None = None
    probes: Path | None = None
    shots: int | None = None
    dialect: str | None = None
    budget: int | None = None
    precision: float | None = None
    seed: int | None = None
    repeats: int | None = None
    logprobs: int | None = None
    null: bool | None = None
    train_data: Path | None = None
    traffic: Path | None = None
    view: str | None = None
    max_cost: float | None = None
    latency: float | None = None
    concurrency: int | None = None

    def said(self) -> dict[str, Any]:
        """What the file says, by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class BenchDefaults:
    """``[bench]``: as ``--bench`` and its companions; ``columns`` by role, several parted by ``|``.

    ``tolerance`` is that of numeric scoring, as a share.
    """

    file: Path | None = None
    scoring: str | None = None
    tolerance: float | None = None
    solver: str | None = None
    stressors: str | None = None
    paraphraser: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> str | None:
        """The scoring, its tolerance included."""
        if self.tolerance is None:
            return self.scoring
        return f"numeric:{self.tolerance:g}"


@dataclass(frozen=True, kw_only=True)
class Config:
    """One ``falloff.toml``; ``file`` is None where there is none, and nothing is said.

    ``confirm_above``: money above which a run is confirmed before it begins.
    """

    file: Path | None = None
    confirm_above: float | None = None
    defaults: Defaults = field(default_factory=Defaults)
    prices: PriceTable = field(default_factory=PriceTable)
    bench: BenchDefaults = field(default_factory=BenchDefaults)
