"""gate: may a student take its teacher's place? The exit code says so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import completing, options
from falloff.cli.app import app

if TYPE_CHECKING:
    from falloff.analysis.gate import GateReport

EXIT = {"pass": 0, "fail": 1, "inconclusive": 4}


@app.command()
def gate(
    run: options.OnDisk,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", "-p", help="Margins, as TOML. Default: retention overall at least 0.9."
        ),
    ] = None,
    student: Annotated[
        str | None, typer.Option("--student", help="By name or number. Default: all.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="The run of the student that is there now: no worse than it.",
            autocompletion=completing.runs,
        ),
    ] = None,
    against_student: Annotated[
        str | None, typer.Option("--against-student", help="Which of its students, if several.")
    ] = None,
    anytime: Annotated[
        bool | None,
        typer.Option(
            "--anytime/--one-look",
            help="Bounds for a run continued until settled, or for one of a size fixed beforehand."
            " Default: as the run was made.",
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the rules there as JUnit XML.")
    ] = None,
    train_data: options.TrainData = None,
    view: options.View = None,
    as_json: options.Json = False,
) -> None:
    """Hold a run against a policy: exit 0 pass, 1 fail, 4 inconclusive.

    What a policy names and the run has not measured is a failure. On GitHub it also writes
    annotations and the step's summary.
    """
    import falloff
    from falloff.report import write_text
    from falloff.report.caveats import caveats
    from falloff.report.gate_export import gate_as_dict, junit_xml

    opened = falloff.open_run(run, train_data=train_data, view=view)
    report = opened.gate(
        policy, student=student, against=against, against_student=against_student, anytime=anytime
    )
    if junit is not None:
        write_text(junit, junit_xml(report))
    _tell_github(report)
    if as_json:
        typer.echo(json.dumps(gate_as_dict(report), allow_nan=False))
    else:
        from rich.console import Console

        from falloff.report.terminal import render_gate

        render_gate(report, Console())
    # What is missing of the run the gate has said itself.
    for caveat in caveats(opened.comparison):
        typer.echo(caveat, err=as_json)
    raise typer.Exit(EXIT[report.status])


def _tell_github(report: GateReport) -> None:
    """Annotations on stderr, where GitHub reads them too; the summary in the file it names."""
    from falloff.report.gate_github import step_summary, workflow_commands

    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in workflow_commands(report):
            typer.echo(line, err=True)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(step_summary(report))
        except OSError as problem:
            # The gate's answer matters more than where it is shown.
            typer.echo(f"Note: the step summary was not written: {problem.strerror}.", err=True)
