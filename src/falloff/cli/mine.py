"""mine: examples to train a student on, from where it lost what its teacher still has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.cli.config import ConfigFile, Noted
from falloff.cli.progress import progress_display
from falloff.core import money

if TYPE_CHECKING:
    from falloff.mining import Mined


@app.command()
def mine(
    run: Annotated[Path, typer.Argument(help="The run file, of falloff compare.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the examples. [default: beside the run]"),
    ] = None,
    count: Annotated[int, typer.Option("--count", help="Examples to write.", min=1)] = 200,
    where: Annotated[
        str, typer.Option("--where", help="edge (just beyond the student's), box, or centre.")
    ] = "edge",
    student: Annotated[
        str | None, typer.Option("--student", help="By name or number, if there are several.")
    ] = None,
    family: Annotated[
        list[str] | None,
        typer.Option("--family", help="Only this family; repeat for more. [default: all]"),
    ] = None,
    teacher: Annotated[
        str | None, typer.Option("--teacher", help="Who answers, PREFIX:NAME. [default: the run's]")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another one, other examples.")] = 0,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="File that keeps the answers. [default: under runs/, by contents]"
        ),
    ] = None,
    fresh: options.Fresh = False,
    probes: options.RunProbes = None,
    max_cost: options.MaxCost = None,
    config: ConfigFile = None,
    as_json: options.Json = False,
) -> None:
    """Collect new examples beyond a student's edge that its teacher solves, to train it on.

    Writes sft.jsonl, chats for supervised fine-tuning, and prompts.jsonl for on-policy training.
    The same command again goes on where it stopped; a larger count adds to what is there.
    """
    import falloff

    noted = config or Noted()
    opened = falloff.open_run(
        run,
        probes=None if noted.decided("probes") else probes,
        prices=noted.config.prices,
    )
    with progress_display() as progress:
        mined = opened.mine(
            out or run.with_name(f"{run.stem}-mined"),
            count=count,
            where=where,
            student=student,
            families=family or (),
            teacher=teacher,
            seed=seed,
            answers=answers,
            fresh=fresh,
            max_cost=max_cost,
            progress=progress,
        )
    if as_json:
        typer.echo(json.dumps(mined.as_dict(), allow_nan=False))
    else:
        _say(mined)


def _say(mined: Mined) -> None:
    place = {
        "edge": f"beyond the edge of {mined.student}",
        "box": "all over the box",
        "centre": "at the centre",
    }[mined.where]
    typer.echo(f"{mined.examples} examples {place}, solved by {mined.teacher}:")
    width = max(len(family.family) for family in mined.families)
    for family in mined.families:
        typer.echo(
            f"  {family.family:{width}}  {family.examples:5} of {family.wanted} wanted"
            f"   lost volume {family.lost:.2f}   asked {family.asked}, solved {family.solved},"
            f" new {family.new}"
        )
    spent = mined.spending
    cost = "" if spent.money is None else f", {money(spent.money, spent.currency)}"
    typer.echo(
        f"Calls: {spent.calls} in all, {spent.prompt_tokens} + {spent.completion_tokens} tokens"
        f"{cost}\nSFT:     {mined.sft}\nPrompts: {mined.prompts}\nAnswers: {mined.answers}"
    )
    if mined.examples < mined.wanted:
        typer.echo(
            f"Note: {mined.wanted - mined.examples} are missing: where the teacher is mostly wrong,"
            " or hardly an item is new, no more was asked.",
            err=True,
        )
