"""lab: grow models under control."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from falloff.cli.app import app

lab = typer.Typer(help="Grow teachers and students under control.", no_args_is_help=True)
app.add_typer(lab, name="lab")


@lab.callback()
def _lab() -> None:
    """Keeps ``grow`` a subcommand while it is the only one."""


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
