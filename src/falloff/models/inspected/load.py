"""From ``PROVIDER/MODEL?option=value`` to a model; nothing is asked yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from falloff.core import ModelError, UsageError, missing_extra
from falloff.models.http.settings import read_settings

if TYPE_CHECKING:
    from falloff.models.inspected.model import InspectModel

_REMEDY = "Write inspect:PROVIDER/MODEL, such as inspect:openai-api/local/qwen."


def load_inspected(text: str) -> InspectModel:
    """The model of that name.

    Raises :class:`falloff.core.UsageError` for a name or an option that cannot be read,
    :class:`falloff.core.SetupError` without the extra, and :class:`falloff.core.ModelError` where
    Inspect lacks something, such as a key or the provider's package.
    """
    name, _, query = text.partition("?")
    settings = read_settings(query)
    for option in ("key", "tool_choice"):
        if getattr(settings, option):
            raise UsageError(
                f"Option {option} is none of inspect: models.",
                remedy="Each provider of Inspect reads its key from a variable of its own."
                if option == "key"
                else "Leave it out: models choose tools themselves.",
            )
    try:
        from falloff.models.inspected.model import InspectModel
    except ImportError as missing:
        raise missing_extra("inspect-ai", "inspect", "A model from inspect:") from missing
    return InspectModel(_found(name), settings, spec=f"inspect:{text}")


def _found(name: str) -> Any:
    from inspect_ai.model import get_model

    try:
        model = get_model(name, memoize=False)
        # Tools that fit by the server's constraint would hide what is to be measured.
        if getattr(model.api, "strict_tools", False):
            model = get_model(name, memoize=False, strict_tools=False)
    except ValueError as problem:
        raise UsageError(f"Inspect has no model '{name}': {problem}", remedy=_REMEDY) from problem
    except Exception as problem:  # providers raise what they like, rich texts among it
        from rich.text import Text

        said = Text.from_markup(str(getattr(problem, "message", problem))).plain
        said = " ".join(said.removeprefix("ERROR: ").split())
        raise ModelError(
            f"Inspect cannot use '{name}': {said}",
            remedy="Set what the provider needs, or install its package: https://inspect.aisi.org.uk/providers.html",
        ) from problem
    return model
