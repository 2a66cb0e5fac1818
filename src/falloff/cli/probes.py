"""probes: look at what is asked."""

from __future__ import annotations

import dataclasses
import json
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from falloff.cli import completing, options
from falloff.cli.app import app
from falloff.core import (
    Axis,
    Coordinate,
    Message,
    Probe,
    UnknownNameError,
    UsageError,
    format_dose,
)

if TYPE_CHECKING:
    from falloff.probes import Family

probes = typer.Typer(
    help="Look at what is asked: families, their axes, single probes.", no_args_is_help=True
)
app.add_typer(probes, name="probes")

FamilyName = Annotated[
    str,
    typer.Argument(
        help="Name of a family; see `falloff probes list`.", autocompletion=completing.families
    ),
]
At = Annotated[str, typer.Option("--at", help="Doses, for example steps=3,distractors=2.")]
Dialect = Annotated[
    str | None,
    typer.Option("--dialect", help="chat, plain, completion or micro. Default: chat, or its own."),
]
Own = Annotated[
    Path | None, typer.Option("--probes", help="Python file with families of your own.")
]

InSuite = Annotated[
    str | None,
    typer.Option(
        "--suite",
        help="In the box of this suite, or suite file.",
        autocompletion=completing.suites,
    ),
]


@probes.command("list")
def list_families(
    suite: InSuite = None,
    own: Own = None,
    as_json: options.Json = False,
) -> None:
    """All families with their capability and axes, but for those of simulated models alone.

    With --suite those of a suite, in its boxes; with --probes those of a file.
    """
    families = _listed(suite, own)
    if as_json:
        typer.echo(json.dumps({"families": [_family(family) for family in families]}))
        return
    from rich.console import Console

    from falloff.report.listings import Listing
    from falloff.report.scales import spoken_name
    from falloff.report.terminal import render_listings

    tables = (
        Listing(
            title=spoken_name(capability).capitalize(),
            heads=("Family", "Axis", "Role", "Levels"),
            rows=tuple(
                (f"{family.name} v{family.version}", axis.name, axis.role, _levels(axis))
                for family in families
                if family.capability == capability
                for axis in family.axes
            ),
        )
        for capability in sorted({family.capability for family in families})
    )
    render_listings(tables, Console())


@probes.command()
def show(
    family: FamilyName, suite: InSuite = None, own: Own = None, as_json: options.Json = False
) -> None:
    """One family: what it asks, its axes, and an example at its centre."""
    found = _find(family, suite, own)
    if as_json:
        typer.echo(json.dumps(_family(found)))
        return
    typer.echo(f"{found.name} v{found.version} ({found.capability})\n{found.description}\n")
    for axis in found.axes:
        typer.echo(f"{axis.name}: {axis.description} ({axis.unit}; {axis.role})\n  {_levels(axis)}")
    typer.echo(f"\nchance {found.chance:.2g}; dialects {', '.join(sorted(found.renderers))}\n")
    _print_sample(_sample(found, found.probe(found.centre, 0), None))


@probes.command()
def sample(
    family: Annotated[
        str,
        typer.Argument(
            help="Name of a family, or a whole probe as reports and exports name it:"
            " recall@1/interference=2,…/00c0ffee00c0ffee."
        ),
    ],
    at: At = "",
    seed: options.Seed = 0,
    dialect: Dialect = None,
    suite: InSuite = None,
    own: Own = None,
    transcript: Annotated[
        bool, typer.Option("--transcript", help="The whole episode as the oracle plays it.")
    ] = True,
    as_json: options.Json = False,
) -> None:
    """One probe with its gold and the oracle's solution."""
    if "/" in family:
        shown = _sample(*_find_probe(family, own), dialect)
    else:
        found = _find(family, suite, own)
        shown = _sample(found, found.probe(Coordinate.parse(found.axes, at), seed), dialect)
    if not transcript:
        del shown["transcript"]
    if as_json:
        typer.echo(json.dumps(shown))
    else:
        _print_sample(shown)


@probes.command()
def check(
    file: Annotated[Path, typer.Argument(help="Python file that registers families.")],
    seeds: Annotated[int, typer.Option("--seeds", help="Seeds a level.", min=2)] = 50,
    as_json: options.Json = False,
) -> None:
    """Play your own families by the contract that the built-in ones keep: 0 kept, 1 broken."""
    from falloff.probes.contract import RULES, breaches
    from falloff.probes.own import load_families, same_in_every_process

    families = load_families(file)
    found = {family.name: list(breaches(family, seeds=seeds)) for family in families}
    found[families[0].name] += same_in_every_process(file)
    if as_json:
        shown = {name: [asdict(b) for b in broken] for name, broken in found.items()}
        typer.echo(json.dumps({"families": shown}))
    for name, broken in {} if as_json else found.items():
        typer.echo(f"{name}: {len(broken)} of {len(RULES) + 1} rules broken")
        for breach in broken:
            typer.echo(f"  {breach}")
    raise typer.Exit(int(any(found.values())))


def _listed(suite: str | None, own: Path | None) -> tuple[Family, ...]:
    from falloff.probes import public_families
    from falloff.probes.own import load_families, load_installed
    from falloff.probes.suite_file import find_suite

    mine = load_families(own) if own else ()
    if suite:
        return find_suite(suite).families
    if mine:
        return mine
    load_installed()
    return public_families()


def _find(name: str, suite: str | None, own: Path | None) -> Family:
    """The family of that name, in the suite's box where there is one."""
    from falloff.probes import FAMILIES
    from falloff.probes.own import load_families, load_installed
    from falloff.probes.suite_file import find_suite

    if own:
        load_families(own)
    if suite:
        families = {family.name: family for family in find_suite(suite).families}
        if name not in families:
            raise UnknownNameError(f"family of suite {suite}", name, families)
        return families[name]
    if name not in FAMILIES:
        load_installed()
    return FAMILIES[name]


def _find_probe(text: str, own: Path | None) -> tuple[Family, Probe]:
    """The probe of that id, and its family in the box of the axes that the probe names."""
    probe = Probe.parse(text)
    family = _find(probe.family, None, own)
    if family.version != probe.version:
        raise UsageError(
            f"'{text}' is of version {probe.version}; this falloff has version {family.version}.",
            remedy="Install the falloff that has the other.",
        )
    doses = dict(probe.coordinate)
    Coordinate.at(family.axes, doses)
    return family.within(tuple(axis for axis in family.axes if axis.name in doses)), probe


def _print_sample(probe: dict[str, Any]) -> None:
    """For a person: who says what, calls and results each on a line of their own."""
    typer.echo(f"{probe['probe']} [{probe['dialect']}]")
    for tool in probe["tools"]:
        typer.echo(f"  {'tool':9} {tool['name']}: {tool['description']}")
    for message in probe.get("transcript", ()):
        said = textwrap.indent(message["content"], " " * 12).strip()
        if said:
            typer.echo(f"  {message['role']:9} {said}")
        for call in message["tool_calls"]:
            typer.echo(f"  {'call':9} {call['name']}({call['arguments']})")
    typer.echo(f"  {'gold':9} {probe['gold']}")


def _sample(family: Family, probe: Probe, dialect: str | None) -> dict[str, Any]:
    from falloff.probes import play_oracle

    spoken = dialect or ("chat" if "chat" in family.renderers else sorted(family.renderers)[0])
    family.renderer(spoken)
    episode = play_oracle(probe, dialect=spoken, family=family)
    return {
        "probe": probe.id,
        "family": family.name,
        "version": family.version,
        "capability": family.capability,
        "coordinate": dict(probe.coordinate),
        "seed": probe.seed,
        "dialect": spoken,
        "template": episode.task.template,
        "facts": dict(family.facts(episode.task)),
        "gold": episode.task.gold,
        "tools": [dataclasses.asdict(tool) for tool in episode.request().tools],
        "transcript": [_message(message) for message in episode.transcript.messages],
    }


def _message(message: Message) -> dict[str, Any]:
    return dataclasses.asdict(message)


def _family(family: Family) -> dict[str, Any]:
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
    if axis.labels:
        return "; ".join(axis.labels)
    return f"{' '.join(map(format_dose, axis.levels))} {axis.unit}"
