"""plan: what a run would take; and the question that a dear one is preceded by."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from falloff.cli import completing, options
from falloff.cli.app import app
from falloff.cli.config import Noted
from falloff.core import PriceTable, UsageError, money

if TYPE_CHECKING:
    from falloff.asking import Wanted


@app.command()
@options.spread
def plan(
    asking: options.Asking,
    model: Annotated[
        str | None,
        typer.Argument(
            help="The model to be measured alone, PREFIX:NAME.", autocompletion=completing.models
        ),
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(
            "--teacher",
            "--reference",
            help="The model to be replaced.",
            autocompletion=completing.models,
        ),
    ] = None,
    student: Annotated[
        list[str] | None,
        typer.Option(
            "--student",
            "--candidate",
            help="A model to take its place; repeat.",
            autocompletion=completing.models,
        ),
    ] = None,
    logprobs: options.Logprobs = 0,
    null: options.Null = False,
    latency: Annotated[
        float | None,
        typer.Option("--latency", help="Seconds that a call takes. Default: as in --run.", min=0),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", help="Answers in flight at a model.", min=1)
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Say what compare or measure would take, with the same options; asks no model anything.

    Calls, tokens, minutes, money, and how wide the interval will be now, at twice and at four times
    the budget.
    """
    from falloff.planning import plan_of
    from falloff.report.plan_listings import plan_as_dict, plan_listings, plan_sentences

    roles = _roles(model, teacher, student or [])
    given = asking.arguments(*roles.values(), ask=False)
    wanted = wanted_of(given, compared=model is None, logprobs=logprobs, null=null)
    found = plan_of(roles, wanted, latency=latency, concurrency=concurrency)
    if as_json:
        typer.echo(json.dumps(plan_as_dict(found), allow_nan=False))
        return
    from rich.console import Console

    from falloff.report.terminal import render_listings

    console = Console()
    render_listings((each for each in plan_listings(found) if each.rows), console)
    console.print()
    for sentence in plan_sentences(found):
        console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def wanted_of(arguments: dict[str, Any], *, compared: bool, **more: Any) -> Wanted:
    """What compare or measure would want with these arguments."""
    from falloff.asking import Wanted

    around = ("train_data", "traffic", "view")
    given = {name: value for name, value in arguments.items() if name not in around}
    return Wanted(mode="compare" if compared else "measure", **given, **more)


def confirmation(
    asking: options.Asking, roles: dict[str, str], wanted: Wanted, *, yes: bool
) -> Callable[[Path], None]:
    """What is called with the run's file before anything is asked: may it cost so much?

    Raises :class:`falloff.core.UsageError` where the answer is no, or nobody is there to give one.
    """

    def cost_of(file: Path) -> float | None:
        from falloff.planning import money_of

        cost = money_of(roles, wanted)
        return None if cost is None else cost - spent_on(file, wanted.terms.prices, wanted.fresh)

    return confirmation_of(cost_of, asking.noted, yes=yes)


def confirmation_of(
    cost_of: Callable[[Path], float | None], noted: Noted, *, yes: bool
) -> Callable[[Path], None]:
    """As :func:`confirmation`; ``cost_of`` tells what is still to be paid, None where unknown."""
    above, currency = noted.config.confirm_above, noted.config.prices.currency

    def confirm(file: Path) -> None:
        if above is None or yes:
            return
        left = cost_of(file)
        if left is None:
            typer.echo(
                "Note: what this will cost is not known: no price in falloff.toml.", err=True
            )
            return
        if left <= above:
            return
        said = (
            f"This will cost about {money(left, currency)}, more than {money(above, currency)}"
            " (confirm_above)."
        )
        if not sys.stdin.isatty():
            raise UsageError(said, remedy="Answer with --yes, or set confirm_above higher.")
        if not _agreed(said):
            raise UsageError("Not confirmed: nothing was asked.", remedy="falloff plan says more.")

    return confirm


def _agreed(said: str) -> bool:
    try:
        return typer.confirm(f"{said} Go on?", err=True)
    except typer.Abort:  # Ctrl-C and Ctrl-D
        typer.echo(err=True)
        return False


def spent_on(file: Path, prices: PriceTable, fresh: bool) -> float:
    """What the run has cost already."""
    if fresh or not file.is_file():
        return 0.0
    from falloff.gather import spending_of
    from falloff.run import open_for_reading

    with open_for_reading(file) as reader:
        spent = spending_of(reader, prices)
    return sum(each.money or 0.0 for each in spent.values())


def _roles(model: str | None, teacher: str | None, students: list[str]) -> dict[str, str]:
    if model and not (teacher or students):
        return {"model": model}
    if teacher and students and not model:
        return {"teacher": teacher} | {f"student{i}": s for i, s in enumerate(students, 1)}
    raise UsageError(
        "A plan is for one model, or for a teacher and its students.",
        remedy="Write falloff plan MODEL, or falloff plan --teacher A --student B.",
    )
