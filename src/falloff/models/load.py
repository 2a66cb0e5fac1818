"""From what a user writes to a model: the table of prefixes, and the one door to it.

A loader imports its engine only when it is called, so that nothing heavy is loaded for a name.
``hosts`` names the executors that can host such a model elsewhere: none for an endpoint, which
computes elsewhere already, and not processes for what has a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeGuard

from falloff.core import Registry, UsageError
from falloff.models.model import Model

Loader = Callable[[str], Model]

LOADERS: Registry[Loader] = Registry("model prefix")


def load_model(model: str | Model | Callable[..., Any]) -> Model:
    """The model of a spec (``micro:teacher``, ``hf:PATH``), or of a Python function.

    A model already loaded is returned as it is. Raises :class:`UsageError` for a spec that cannot
    be read, and what the loader raises: :class:`ModelError` for a model that cannot be loaded,
    :class:`SetupError` for an extra that is missing.
    """
    if isinstance(model, str):
        prefix, name = read_spec(model)
        return LOADERS[prefix](name)
    if _is_model(model):
        return model
    if callable(model):
        from falloff.models.function import FunctionModel

        return FunctionModel(model)
    raise UsageError(
        f"{model!r:.80} is no model, but a {type(model).__name__}.",
        remedy="Give a spec such as 'micro:teacher', or a function that takes the messages.",
    )


def read_spec(text: str) -> tuple[str, str]:
    """Prefix and name. Raises :class:`UsageError` for what is no spec, or an unknown prefix."""
    prefix, _, name = text.partition(":")
    if not name.strip():
        raise _no_spec(text)
    return LOADERS.entry(prefix.strip()).name, name.strip()


def _is_model(thing: object) -> TypeGuard[Model]:
    return hasattr(thing, "reply") and hasattr(thing, "describe")


def _no_spec(text: str) -> UsageError:
    example = f"hf:{text}" if Path(text).is_dir() else "micro:teacher"
    if text.endswith(".gguf"):
        example = f"gguf:{text}"
    return UsageError(
        f"'{text}' is not a model.",
        remedy=f"Write PREFIX:NAME, for example {example}. Prefixes: {', '.join(LOADERS)}.",
    )


@LOADERS.register("micro", hosts=("processes", "ray"))
def _micro(name: str) -> Model:
    from falloff.models.micro import load_micro

    return load_micro(name)


@LOADERS.register("hf", hosts=("processes", "ray"))
def _hf(text: str) -> Model:
    from falloff.models.hf import load_hf

    model: Model = load_hf(text)
    return model


@LOADERS.register("gguf", hosts=("ray",))
def _gguf(text: str) -> Model:
    from falloff.models.gguf import load_gguf

    return load_gguf(text)


@LOADERS.register("openai")
def _openai(text: str) -> Model:
    from falloff.models.http import load_endpoint

    return load_endpoint("openai", text)


@LOADERS.register("anthropic")
def _anthropic(text: str) -> Model:
    from falloff.models.http import load_endpoint

    return load_endpoint("anthropic", text)


@LOADERS.register("inspect")
def _inspect(text: str) -> Model:
    from falloff.models.inspected import load_inspected

    return load_inspected(text)


@LOADERS.register("sim", hosts=("processes", "ray"))
def _sim(name: str) -> Model:
    from falloff.models.simulated import Simulated

    return Simulated(name)
