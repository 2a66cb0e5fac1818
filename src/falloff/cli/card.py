"""card and badge: the finding where a model is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.core import UnknownNameError, UsageError

if TYPE_CHECKING:
    from falloff.analysis.pair_estimates import Comparison

Student = Annotated[
    str | None, typer.Option("--student", help="Which student, by name or number, if several.")
]


@app.command()
def card(
    run: options.OnDisk,
    student: Student = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="The model's name in the metadata. Default: its own."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="A model's folder, whose README.md gets the section, or a Markdown file."
            " Default: beside the run.",
        ),
    ] = None,
) -> None:
    """Write the finding as a section of a model card, with its figure and model-index metadata.

    A README that is there keeps all else; a section of an earlier card is replaced.
    """
    import falloff
    from falloff.report import write_text
    from falloff.report.card import card_figure, card_section, subject
    from falloff.report.card_metadata import model_index, place

    opened = falloff.open_run(run)
    chosen = _chosen(opened.comparison, student)
    file, figure = _places(run, out)
    section = card_section(
        chosen, opened.manifest.as_dict(), figure=figure.name, standing=opened.standing
    )
    index = model_index(chosen, name or subject(chosen).model)
    placed = place(_written(file), section, index)
    axes = {stamp.name: stamp.axes for stamp in opened.manifest.families}
    write_text(figure, card_figure(chosen, axes))
    typer.echo(write_text(file, placed.text))
    typer.echo(figure)
    if placed.kept_out:
        typer.echo(
            f"Note: {file} has a model-index of its own, which stays as it is; the results are in"
            " the section alone.",
            err=True,
        )


@app.command()
def badge(
    run: options.OnDisk,
    student: Student = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The SVG to write. Default: beside the run."),
    ] = None,
) -> None:
    """Write the finding as a badge: an SVG of its own, coloured by the verdict."""
    import falloff
    from falloff.report import write_text
    from falloff.report.charts import badge_svg
    from falloff.report.finding_badge import finding_badge

    chosen = _chosen(falloff.open_run(run).comparison, student)
    file = out or run.with_suffix(".badge.svg")
    typer.echo(write_text(file, f"{badge_svg(finding_badge(chosen))}\n"))


def _chosen(comparison: Comparison, wanted: str | None) -> Comparison:
    """The comparison with the one student that is wanted; as it is, of one model alone."""
    from falloff.report.card import alone

    students = comparison.students
    names = [student.model for student in students]
    if wanted is None:
        if len(students) > 1:
            raise UsageError(
                f"The run has {len(students)} students.",
                remedy=f"Say which: --student N or NAME, of {', '.join(names)}.",
            )
        return comparison
    numbered = {str(number): student for number, student in enumerate(students, 1)}
    named = dict(zip(names, students, strict=True))
    found = named.get(wanted) or numbered.get(wanted)
    if found is None:
        raise UnknownNameError("student", wanted, [*names, *numbered])
    return alone(comparison, found)


def _places(run: Path, out: Path | None) -> tuple[Path, Path]:
    """The Markdown file, and the figure beside it."""
    if out is None:
        return run.with_suffix(".card.md"), run.with_suffix(".card.svg")
    if out.suffix.lower() in (".md", ".markdown"):
        return out, out.with_name(
            f"{out.stem}.falloff.svg" if out.stem != "README" else "falloff.svg"
        )
    return out / "README.md", out / "falloff.svg"


def _written(file: Path) -> str:
    """What the card goes into, empty where there is nothing yet."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(
            f"'{file}' cannot be read: {problem}.", remedy="Name another place with --out."
        ) from problem
