"""Short names of models: of a long path only as much as tells it from the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

# Names up to this many characters are as they were given.
_LONG = 32
_PATHS = ("hf", "gguf")
_LEFT_OUT = "…/"


def short_names(models: Iterable[str]) -> dict[str, str]:
    """By model, no two alike: ``hf:/mnt/disks/runs/night/student`` is ``hf:…/student``.

    An endpoint is without its address, options are left out, unless that is where models differ.
    Among names of which some are short already all stay as they are.
    """
    given = tuple(dict.fromkeys(models))
    if any(_LEFT_OUT in model for model in given):
        return {model: model for model in given}
    may_be = {model: tuple(_shorter(model)) for model in given}
    taken = {model: {n for o in given if o != model for n in may_be[o]} for model in given}
    return {
        model: next((name for name in may_be[model] if name not in taken[model]), model)
        for model in given
    }


def _shorter(model: str) -> Iterator[str]:
    """What the model might be called, the shortest first, the whole last."""
    prefix, _, rest = model.partition(":")
    plain, asked, options = rest.partition("?")
    if len(model) > _LONG and prefix in _PATHS:
        parts = plain.rstrip("/").split("/")
        ends = ["/".join(parts[-kept:]) for kept in range(1, len(parts))]
        yield from (f"{prefix}:{_LEFT_OUT}{end}" for end in ends)
        yield from (f"{prefix}:{_LEFT_OUT}{end}{asked}{options}" for end in ends)
    elif len(model) > _LONG and "@" in plain:
        yield f"{prefix}:{plain.partition('@')[0]}"
    yield model
