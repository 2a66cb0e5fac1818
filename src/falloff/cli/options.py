"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Suite = Annotated[str, typer.Option("--suite", help="Set of families to ask.")]
Budget = Annotated[int, typer.Option("--budget", help="Probes put to each model.", min=1)]
Precision = Annotated[
    float | None,
    typer.Option(
        "--precision",
        help="Stop within the budget once the headline is known to ± this much: 0.05, five points.",
        min=0.005,
    ),
]
Repeats = Annotated[
    int,
    typer.Option(
        "--repeats",
        help="Ask centre and box probes so often, by each model's own sampling: for pass^k, flips.",
        min=1,
    ),
]
Logprobs = Annotated[
    int,
    typer.Option(
        "--logprobs",
        help="Keep the log-probabilities of so many tokens, where models tell: for KL. 0: none.",
        min=0,
        max=20,
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the whole run.")]
RunFile = Annotated[
    Path | None,
    typer.Option("--run", help="File that keeps the answers. [default: under runs/, by contents]"),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over, forgetting earlier answers.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Where to write. [default: beside the run]")
]
