"""export: a run for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.core import UsageError, missing_extra

if TYPE_CHECKING:
    from falloff import Run


@app.command()
def export(
    run: options.OnDisk,
    out: Annotated[Path, typer.Argument(help="File ending in .csv, .jsonl, .parquet or .eval.")],
    probes: options.RunProbes = None,
) -> None:
    """Write every outcome of a run as a table, or the whole run as logs for Inspect AI.

    Tables have a row for each model's first answer to a probe. With .eval there is one log a model,
    with all that was said: `inspect view` shows it. A file that is there already is replaced.
    """
    import falloff
    from falloff.report.outcome_files import WRITERS, write_outcomes

    ending = out.suffix.lower()
    if ending not in (*WRITERS, ".eval"):
        raise UsageError(
            f"'{out}' has no ending that falloff can write.",
            remedy=f"Name a file that ends in {', '.join(WRITERS)} or .eval.",
        )
    opened = falloff.open_run(run, probes=probes)
    if out.resolve() == run.resolve():
        raise UsageError(f"'{out}' is the run itself.", remedy="Name another file.")
    if ending == ".eval":
        for path in _write_logs(opened, out):
            typer.echo(path)
        return
    axes = [axis.name for family in opened.manifest.families for axis in family.axes]
    typer.echo(write_outcomes(out, opened.rows(), axes))


def _write_logs(opened: Run, out: Path) -> tuple[Path, ...]:
    try:
        import inspect_ai  # noqa: F401
    except ImportError as error:
        raise missing_extra("inspect-ai", "inspect", "Writing a log for Inspect AI") from error
    from falloff.inspection.logs import write_logs

    return write_logs(opened, out)
