"""mine: examples to train a student on, from where it lost what its teacher still has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.cli.config import ConfigFile, Noted
from falloff.cli.plan import confirmation_of, spent_on
from falloff.cli.progress import progress_display
from falloff.core import PriceTable, money

if TYPE_CHECKING:
    from falloff import Run
    from falloff.mining import Mined

# Probes asked for an example, about: beyond the edge the teacher too is often wrong.
_ASKED = 1.5


@app.command()
def mine(
    run: Annotated[Path, typer.Argument(help="The run file, of falloff compare.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for the examples. Default: beside the run."),
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
        typer.Option("--family", help="Only this family; repeat for more. Default: all."),
    ] = None,
    teacher: Annotated[
        str | None, typer.Option("--teacher", help="Who answers, PREFIX:NAME. Default: the run's.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another one, other examples.")] = 0,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="File that keeps the answers. Default: under runs/, by contents."
        ),
    ] = None,
    fresh: options.Fresh = False,
    probes: options.RunProbes = None,
    max_cost: options.MaxCost = None,
    yes: options.Yes = False,
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

    def cost_of(file: Path) -> float | None:
        each = _cost_of_an_answer(opened, teacher, noted.config.prices)
        if each is None:
            return None
        return _ASKED * count * each - spent_on(file, noted.config.prices, fresh)

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
            confirm=confirmation_of(cost_of, noted, yes=yes),
            progress=progress,
        )
    if mined.loss:
        typer.echo(f"Warning: {mined.loss}", err=True)
    if as_json:
        typer.echo(json.dumps(mined.as_dict(), allow_nan=False))
    else:
        _say(mined)


def _cost_of_an_answer(run: Run, teacher: str | None, prices: PriceTable) -> float | None:
    """By what the run's teacher used for an answer, at the price of who answers now."""
    spent = run.comparison.teacher.spending
    price = prices.of(teacher or run.comparison.teacher.model)
    return None if price is None or not spent.probes else price.of(spent.usage) / spent.probes


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
        f"Calls: {mined.calls_now} now, {spent.calls} in all,"
        f" {spent.prompt_tokens} + {spent.completion_tokens} tokens{cost}\n"
        f"SFT:     {mined.sft}\nPrompts: {mined.prompts}\nAnswers: {mined.answers}"
    )
    if mined.examples < mined.wanted:
        typer.echo(
            f"Note: {mined.wanted - mined.examples} are missing: where the teacher is mostly wrong,"
            " or hardly an item is new, no more was asked.",
            err=True,
        )
