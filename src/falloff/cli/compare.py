"""demo, compare, measure: ask the models, show what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import completing, options
from falloff.cli.app import app
from falloff.cli.novelty import check_safe_region, say_novelty, write_safe_region
from falloff.cli.plan import confirmation, wanted_of
from falloff.cli.progress import progress_display

if TYPE_CHECKING:
    from falloff import Run

DEMO_TEACHER = "micro:teacher"
DEMO_STUDENTS = ("micro:broad", "micro:gold-narrow", "micro:narrow")
DEMO_SEED = 7
# 200 a family. Fewer, and an edge near the top of a box may be read as beyond it.
DEMO_BUDGET = 1000

Teacher = Annotated[
    str,
    typer.Option(
        "--teacher",
        "--reference",
        help="The model to be replaced, PREFIX:NAME.",
        autocompletion=completing.models,
    ),
]
Students = Annotated[
    list[str],
    typer.Option(
        "--student",
        "--candidate",
        help="A model to take its place; repeat for more.",
        autocompletion=completing.models,
    ),
]


@app.command()
def demo(
    budget: options.Budget = DEMO_BUDGET,
    fresh: options.Fresh = False,
    as_json: options.Json = False,
    out: options.Out = None,
) -> None:
    """Compare a small teacher with three students of it. No key, no network."""
    import falloff

    with progress_display() as progress:
        run = falloff.compare(
            DEMO_TEACHER,
            list(DEMO_STUDENTS),
            budget=budget,
            seed=DEMO_SEED,
            fresh=fresh,
            progress=progress,
        )
    _show(run, budget, as_json=as_json, out=out)


@app.command()
@options.spread
def compare(
    teacher: Teacher,
    student: Students,
    asking: options.Asking,
    logprobs: options.Logprobs = 0,
    null: options.Null = False,
    yes: options.Yes = False,
    safe_region: options.SafeRegion = None,
    as_json: options.Json = False,
    out: options.Out = None,
) -> None:
    """Stress-test a teacher and its students outward, on the same probes, and compare them.

    The same command again goes on where it stopped; a larger budget continues the run.
    """
    import falloff

    check_safe_region(safe_region, asking.train_data)
    wanted = asking.arguments(teacher, *student) | {"logprobs": logprobs, "null": null}
    roles = {"teacher": teacher} | {f"student{i}": s for i, s in enumerate(student, 1)}
    confirm = confirmation(asking, roles, wanted_of(wanted, compared=True), yes=yes)
    with progress_display() as progress:
        done = falloff.compare(teacher, student, **wanted, confirm=confirm, progress=progress)
    _show(done, asking.budget, as_json=as_json, out=out)
    write_safe_region(done, safe_region)


@app.command()
@options.spread
def measure(
    model: Annotated[
        str, typer.Argument(help="The model, PREFIX:NAME.", autocompletion=completing.models)
    ],
    asking: options.Asking,
    yes: options.Yes = False,
    safe_region: options.SafeRegion = None,
    as_json: options.Json = False,
    out: options.Out = None,
) -> None:
    """Measure one model alone: how far out it stays good, and how steeply it falls."""
    import falloff

    check_safe_region(safe_region, asking.train_data)
    wanted = asking.arguments(model)
    of = wanted_of(wanted, compared=False)
    confirm = confirmation(asking, {"model": model}, of, yes=yes)
    with progress_display() as progress:
        done = falloff.measure(model, **wanted, confirm=confirm, progress=progress)
    _show(done, asking.budget, as_json=as_json, out=out)
    write_safe_region(done, safe_region)


def _show(run: Run, budget: int, *, as_json: bool, out: Path | None) -> None:
    """Write the report beside the run, and the finding to the terminal or as JSON."""
    from falloff.report.caveats import caveats

    if run.loss:
        typer.echo(f"Warning: {run.loss}", err=True)
    if run.comparison.probes > budget:
        typer.echo(
            f"Note: this run has asked {run.comparison.probes} probes of each model already, more"
            f" than the budget of {budget}; all of them count. --fresh starts over.",
            err=True,
        )
    say_novelty(run)
    written = run.report(out or run.path.with_suffix(".html"))
    if as_json:
        for sentence in caveats(run.comparison, run.standing):
            typer.echo(f"Note: {sentence}", err=True)
        typer.echo(json.dumps(run.as_dict(), allow_nan=False))
        return
    from rich.console import Console

    from falloff.report import render

    console = Console()
    render(run.comparison, console, run.novelty, standing=run.standing)
    console.print(
        f"\nProbes: {run.comparison.probes} put to each model"
        f"\nReport: {written}\nRun:    {run.path}",
        soft_wrap=True,
        highlight=False,
    )
