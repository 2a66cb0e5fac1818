"""Options that several commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from falloff.cli import completing
from falloff.cli.config import ConfigFile, Noted
from falloff.core import UnknownNameError, UsageError

OnDisk = Annotated[Path, typer.Argument(help="The run file.", autocompletion=completing.runs)]
Suite = Annotated[
    str | None,
    typer.Option(
        "--suite",
        help="Set of families, by name or as a TOML file. Default: micro.",
        autocompletion=completing.suites,
    ),
]
Probes = Annotated[
    Path | None,
    typer.Option("--probes", help="Python file with families of your own; asked alone."),
]
RunProbes = Annotated[
    Path | None,
    typer.Option(
        "--probes", help="The file with families of your own that the run asked: for their golds."
    ),
]
BenchFile = Annotated[
    Path | None,
    typer.Option("--bench", help="Benchmark of your own: JSON lines, CSV, Parquet, or hf:DATASET."),
]
BenchColumns = Annotated[
    str,
    typer.Option(
        "--bench-columns", help="Its columns: prompt=question,answer=label. Default: guessed."
    ),
]
BenchScoring = Annotated[
    str,
    typer.Option(
        "--bench-scoring",
        help="auto, exact, normalised, numeric[:0.01], choice, regex, json, or FILE.py:FUNCTION.",
    ),
]
BenchSolver = Annotated[
    str | None,
    typer.Option(
        "--bench-solver", help="FILE.py:FUNCTION that solves a prompt, to ask with other numbers."
    ),
]
Paraphraser = Annotated[
    str | None,
    typer.Option(
        "--paraphraser",
        help="A model, none of those measured: it writes the stressor paraphrase beforehand.",
    ),
]
Stressors = Annotated[
    str,
    typer.Option(
        "--stressors", help="For --bench: typos,framing+distractors. Default: all that fit."
    ),
]
Shots = Annotated[
    int,
    typer.Option(
        "--shots", help="Solved examples before every question, the same for all.", min=0, max=16
    ),
]
Dialect = Annotated[
    str | None,
    typer.Option(
        "--dialect",
        help="How it is put to the models: plain writes tools into the text, for endpoints without"
        " native tool calls. Default: the suite's.",
    ),
]
Budget = Annotated[int, typer.Option("--budget", help="Probes put to each model.", min=1)]
Precision = Annotated[
    float | None,
    typer.Option(
        "--precision",
        help="Stop within the budget once the headline is known to ± this much: 0.05, five points.",
        min=0.005,
    ),
]
Aim = Annotated[
    str,
    typer.Option(
        "--aim",
        help="What probes are placed for: volume, or edges, which are found with fewer so.",
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
Null = Annotated[
    bool,
    typer.Option(
        "--null",
        help="Ask the teacher a second time: how far it differs from itself, beside each student.",
    ),
]
Executor = Annotated[
    str,
    typer.Option(
        "--executor",
        help="Where local models compute: asyncio (this process), processes, or ray (a cluster).",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        help="Copies of each local model, for processes and ray. Default: by the cores.",
        min=1,
    ),
]
TrainData = Annotated[
    Path | None,
    typer.Option(
        "--train-data",
        help="Prompts or chats that the student was trained on: JSON lines, CSV, Parquet or text;"
        " FILE:COLUMN names the column.",
        rich_help_panel="Novelty",
    ),
]
Traffic = Annotated[
    Path | None,
    typer.Option(
        "--traffic",
        help="Prompts from production: what of them lies where the student holds. As --train-data.",
        rich_help_panel="Novelty",
    ),
]
View = Annotated[
    str | None,
    typer.Option(
        "--view",
        help="How prompts are compared: ngrams, minilm, or a sentence-transformers folder."
        " Default: ngrams.",
        rich_help_panel="Novelty",
    ),
]
SafeRegion = Annotated[
    Path | None,
    typer.Option(
        "--safe-region",
        help="Write there, as JSON for a router, how far from the training data it holds.",
        rich_help_panel="Novelty",
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of the whole run.")]
RunFile = Annotated[
    Path | None,
    typer.Option(
        "--run",
        help="File that keeps the answers. Default: under runs/, by contents.",
        autocompletion=completing.runs,
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over, forgetting earlier answers.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        help="Stop before the run costs more, by the prices in falloff.toml; all answers are kept.",
        min=0.0,
        rich_help_panel="Cost",
    ),
]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes",
        "-y",
        help="Do not ask before a run that costs more than confirm_above in falloff.toml.",
        rich_help_panel="Cost",
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Where to write. Default: beside the run.")
]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What compare and measure have in common, named as :func:`falloff.compare` names it."""

    suite: Suite = None
    probes: Probes = None
    shots: Shots = 0
    dialect: Dialect = None
    budget: Budget = 600
    precision: Precision = None
    aim: Aim = "volume"
    seed: Seed = 0
    run: RunFile = None
    fresh: Fresh = False
    repeats: Repeats = 1
    executor: Executor = "asyncio"
    workers: Workers = None
    train_data: TrainData = None
    traffic: Traffic = None
    view: View = None
    bench: BenchFile = None
    bench_columns: BenchColumns = ""
    bench_scoring: BenchScoring = "auto"
    bench_solver: BenchSolver = None
    stressors: Stressors = ""
    paraphraser: Paraphraser = None
    max_cost: MaxCost = None
    config: ConfigFile = None

    @property
    def noted(self) -> Noted:
        """What the config file says."""
        return self.config or Noted()

    def arguments(self, *models: str, ask: bool = True) -> dict[str, Any]:
        """As :func:`falloff.compare` takes them; says on stderr how the benchmark was read.

        ``models`` are those that it will be put to. Without ``ask`` nothing is paraphrased anew.
        """
        noted = self.noted
        given = dict(vars(self)) | {"prices": noted.config.prices}
        del given["config"]
        own = [given.pop(name) for name in _OF_BENCH]
        _let_the_line_decide(given, noted)
        file = given["bench"]
        if file is None:
            if any(value not in (None, "", "auto") for value in own):
                raise UsageError(
                    "There is no benchmark to read or to stress.", remedy="Name it: --bench FILE."
                )
            return given
        from falloff.paraphrasing import check_paraphraser, prepare_bench
        from falloff.probes.bench import Bench

        columns, scoring, solver, stressors, paraphraser = own
        written = noted.config.bench
        bench = Bench(
            file=file,
            columns=columns or written.columns,
            scoring=written.rule or scoring if scoring == "auto" else scoring,
            solver=solver or written.solver,
            stressors=stressors or written.stressors or "",
            paraphraser=paraphraser or written.paraphraser,
        )
        check_paraphraser(bench, models)
        prepared = prepare_bench(bench, ask=ask)
        for line in prepared.said:
            typer.echo(line, err=True)
        return {**given, "bench": prepared}


# Each names what is asked; shots do not go with a benchmark.
_QUESTIONS = ("bench", "suite", "probes")


def _let_the_line_decide(given: dict[str, Any], noted: Noted) -> None:
    """Who names questions on the command line does not want those of the config file as well."""
    if any(given[name] is not None and not noted.decided(name) for name in _QUESTIONS):
        given |= {name: None for name in _QUESTIONS if noted.decided(name)}
    if given["bench"] is not None and noted.decided("shots"):
        given["shots"] = 0


_OF_BENCH = ("bench_columns", "bench_scoring", "bench_solver", "stressors", "paraphraser")


def one_of(choices: type[StrEnum], what: str) -> Callable[[str], Any]:
    """Reads one of a few words. Raises :class:`falloff.core.UnknownNameError` with a suggestion."""

    def read(text: str) -> StrEnum:
        if text not in list(choices):
            raise UnknownNameError(what, text, list(choices))
        return choices(text)

    return read


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """``command``, its parameter ``asking`` spread into an option for each field of Asking."""
    shared = inspect.signature(Asking, eval_str=True).parameters
    own = [
        parameter.replace(kind=parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(command, eval_str=True).parameters.items()
        if name != "asking"
    ]

    def spread_out(**given: Any) -> None:
        asking = Asking(**{name: given.pop(name) for name in shared})
        command(asking=asking, **given)

    together = [*own, *shared.values()]
    spread_out.__name__, spread_out.__doc__ = command.__name__, command.__doc__
    spread_out.__annotations__ = {p.name: p.annotation for p in together}
    spread_out.__signature__ = inspect.Signature(together)  # type: ignore[attr-defined]
    return spread_out
