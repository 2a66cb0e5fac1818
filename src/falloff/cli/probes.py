"""probes: look at what is asked."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any

import typer

from falloff.cli import options
from falloff.cli.app import app
from falloff.core import Axis, Coordinate, Message, UnknownNameError, format_dose

probes = typer.Typer(
    help="Look at what is asked: families, their axes, single probes.", no_args_is_help=True
)
app.add_typer(probes, name="probes")

FamilyName = Annotated[str, typer.Argument(help="Name of a family; see `falloff probes list`.")]
At = Annotated[str, typer.Option("--at", help="Doses, for example steps=3,distractors=2.")]
Dialect = Annotated[str, typer.Option("--dialect", help="micro or chat.")]


@probes.command("list")
def list_families(
    suite: Annotated[
        str | None, typer.Option("--suite", help="Only the families of a suite.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """All families with their capability and axes, but for those of simulated models alone."""
    from falloff.probes import SUITES, public_families

    families = SUITES[suite].families if suite else public_families()
    if as_json:
        typer.echo(json.dumps({"families": [_family(family) for family in families]}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("family", "capability", "axis", "levels", "role", box=None, pad_edge=False)
    for family in families:
        for i, axis in enumerate(family.axes):
            first = (f"{family.name} v{family.version}", family.capability) if i == 0 else ("", "")
            table.add_row(*first, axis.name, _levels(axis), axis.role)
    Console().print(table)


@probes.command()
def show(family: FamilyName, as_json: options.Json = False) -> None:
    """One family: what it asks, its axes, and an example at its centre."""
    from falloff.probes import FAMILIES

    found = FAMILIES[family]
    if as_json:
        typer.echo(json.dumps(_family(found)))
        return
    typer.echo(f"{found.name} v{found.version} ({found.capability})\n{found.description}\n")
    for axis in found.axes:
        typer.echo(f"{axis.name}: {axis.description} ({axis.unit}; {axis.role})\n  {_levels(axis)}")
    typer.echo(f"\nchance {found.chance:.2g}; dialects {', '.join(sorted(found.renderers))}\n")
    _print_sample(found.name, "", 0, sorted(found.renderers)[0])


@probes.command()
def sample(
    family: FamilyName,
    at: At = "",
    seed: options.Seed = 0,
    dialect: Dialect = "micro",
    as_json: options.Json = False,
) -> None:
    """One probe with its gold and the oracle's solution."""
    if as_json:
        typer.echo(json.dumps(_sample(family, at, seed, dialect)))
    else:
        _print_sample(family, at, seed, dialect)


def _print_sample(family: str, at: str, seed: int, dialect: str) -> None:
    probe = _sample(family, at, seed, dialect)
    typer.echo(f"{probe['probe']} [{dialect}]")
    for message in probe["transcript"]:
        calls = "".join(f" → {call['name']}({call['arguments']})" for call in message["tool_calls"])
        typer.echo(f"  {message['role']:9} {message['content']}{calls}")
    typer.echo(f"  gold      {probe['gold']}")


def _sample(name: str, at: str, seed: int, dialect: str) -> dict[str, Any]:
    from falloff.probes import FAMILIES, play_oracle

    family = FAMILIES[name]
    if dialect not in family.renderers:
        raise UnknownNameError(f"dialect of family {name}", dialect, family.renderers)
    probe = family.probe(Coordinate.parse(family.axes, at), seed)
    episode = play_oracle(probe, dialect=dialect)
    request = episode.request()
    return {
        "probe": probe.id,
        "family": name,
        "version": family.version,
        "capability": family.capability,
        "coordinate": dict(probe.coordinate),
        "seed": seed,
        "dialect": dialect,
        "gold": episode.task.gold,
        "tools": [dataclasses.asdict(tool) for tool in request.tools],
        "transcript": [_message(message) for message in episode.transcript.messages],
    }


def _message(message: Message) -> dict[str, Any]:
    return dataclasses.asdict(message)


def _family(family: Any) -> dict[str, Any]:
    return {
        "family": family.name,
        "capability": family.capability,
        "version": family.version,
        "description": family.description,
        "chance": family.chance,
        "dialects": sorted(family.renderers),
        "axes": [dataclasses.asdict(axis) for axis in family.axes],
    }


def _levels(axis: Axis) -> str:
    names = axis.labels or tuple(format_dose(dose) for dose in axis.levels)
    return f"{' '.join(names)} {axis.unit}"
