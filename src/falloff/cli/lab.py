"""lab: grow models under control."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app

if TYPE_CHECKING:
    from falloff.analysis.findings import Finding

lab = typer.Typer(help="Grow teachers and students under control.", no_args_is_help=True)
app.add_typer(lab, name="lab")


@lab.command()
def grow(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the checkpoints.")] = Path(
        "models"
    ),
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this recipe; repeat for more.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Models grown at a time.", min=1)] = 2,
) -> None:
    """Grow the embedded models anew from their recipes and fixed seeds (about 20 minutes)."""
    from falloff.lab.grow import grow as grow_models

    grow_models(out, only=only or (), workers=workers, say=lambda line: typer.echo(line, err=True))


@lab.command()
def run(
    experiment: Annotated[
        str, typer.Argument(help="smoke, h1 … h8, remedy, or a TOML file: docs/experiments.md.")
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for models, answers and findings.")
    ] = Path("lab"),
    setting: Annotated[
        str | None,
        typer.Option("--setting", help="Extend this setting instead: a name or a TOML file."),
    ] = None,
    executor: Annotated[
        str,
        typer.Option("--executor", help="processes, or ray: tasks of a cluster that shares --out."),
    ] = "processes",
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            help="Jobs at a time, of one thread each.",
            show_default="2, or as many as the cluster has CPUs",
            min=1,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Grow an experiment's models, measure them and judge its hypothesis; goes on where it was."""
    from falloff.lab.experiments.reading import read_experiment
    from falloff.lab.experiments.running import run_experiment
    from falloff.report import write_text
    from falloff.report.lab_figures import figure_of

    found = run_experiment(
        read_experiment(experiment, setting=setting),
        out,
        workers=workers,
        executor=executor,
        say=lambda line: typer.echo(line, err=True),
    )
    if (figure := figure_of(found)) is not None:
        file = write_text(out / f"{found.experiment}-{found.setting}.svg", str(figure))
        typer.echo(f"figure: {file}", err=True)
    _show([found], as_json=as_json)


@lab.command()
def report(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the experiments' findings.")
    ] = Path("lab"),
    page: Annotated[
        Path | None,
        typer.Option("--page", help="Write all findings there as Markdown, figures beside it."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """The verdict of every hypothesis that was run, with its effect and interval."""
    from falloff.lab.experiments.keeping import read_findings, read_remarks

    findings = read_findings(out)
    if page is not None:
        from falloff.report import write_text
        from falloff.report.lab_page import lab_figures, lab_page

        for name, figure in lab_figures(findings, page.stem).items():
            write_text(page.with_name(name), figure)
        write_text(page, lab_page(findings, page.stem, read_remarks(out)))
        typer.echo(f"wrote {page}", err=True)
    _show(findings, as_json=as_json)


def _show(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        from falloff.report.lab_export import findings_as_dict

        typer.echo(json.dumps(findings_as_dict(findings), allow_nan=False))
        return
    from rich.console import Console

    from falloff.report.lab_listings import lab_listings
    from falloff.report.terminal import render_listings

    render_listings(lab_listings(findings), Console())


@lab.command()
def prompts(
    recipe: Annotated[str, typer.Argument(help="The model: teacher, narrow, broad, …")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write, as JSON lines.")],
    count: Annotated[int, typer.Option("--count", help="Prompts to write.", min=1)] = 6000,
) -> None:
    """Write prompts that an embedded model was trained on, as training data for --train-data."""
    from falloff.lab.novelty import training_prompts
    from falloff.report import write_text

    lines = (json.dumps({"prompt": prompt}) for prompt in training_prompts(recipe, count))
    typer.echo(write_text(out, "".join(f"{line}\n" for line in lines)))


@lab.command()
def novelty(
    view: Annotated[
        str, typer.Option("--view", help="ngrams, minilm, or a sentence-transformers folder.")
    ] = "ngrams",
    as_json: options.Json = False,
) -> None:
    """How well novelty tells prompts inside a student's training slice from those outside it."""
    from dataclasses import asdict

    from falloff.lab.novelty import separation
    from falloff.training import view_of

    seen = view_of(view)
    found = [separation(recipe, seen) for recipe in ("narrow", "broad")]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        typer.echo(
            f"{one.recipe}: AUC {one.auc:.3f} by {one.view}; inside the rim"
            f" {one.inside:.0%} of fresh prompts of the slice, {one.outside:.0%} of those outside;"
            f" rim {one.rim:.3f}"
        )


@lab.command()
def geometry(
    run: Annotated[Path, typer.Argument(help="The run file, of models with open weights.")],
    count: Annotated[int, typer.Option("--count", help="Prompts in each zone.", min=8)] = 300,
    layer: Annotated[
        int, typer.Option("--layer", help="0 the embedding, 1 the first block, -1 the last.")
    ] = -1,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Dimensions of hidden states at the centre, at the edge and beyond, beside untrained networks.

    Of each model's last prompt token, on new prompts that are the same for all.
    """
    from falloff.cli.geometry import geometry_of_run, say_geometry

    models, tracked = geometry_of_run(run, count=count, layer=layer, seed=seed)
    say_geometry(models, tracked, as_json=as_json)
