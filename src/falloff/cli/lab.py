"""lab: grow models under control."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app

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
