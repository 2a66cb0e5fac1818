"""The door: from what stands behind the prefix to a model."""

from __future__ import annotations

from falloff.models.http.anthropic import Anthropic
from falloff.models.http.model import HttpModel
from falloff.models.http.openai import OpenAI
from falloff.models.http.protocol import Protocol
from falloff.models.http.spec import parse_spec

_PROTOCOLS: dict[str, Protocol] = {"openai": OpenAI(), "anthropic": Anthropic()}


def load_endpoint(prefix: str, text: str) -> HttpModel:
    """The model of ``MODEL@URL?option=value``; nothing is asked yet.

    Raises :class:`falloff.core.UsageError` for what cannot be read, and
    :class:`falloff.core.SetupError` where the variable with the key is not set.
    """
    protocol = _PROTOCOLS[prefix]
    return HttpModel(parse_spec(prefix, text, protocol), protocol)
