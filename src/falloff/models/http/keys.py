"""Which key goes to which endpoint, from the environment alone."""

from __future__ import annotations

import os

from falloff.models.http import complaints
from falloff.models.http.protocol import Protocol
from falloff.models.http.spec import Endpoint


def key_for(endpoint: Endpoint, protocol: Protocol) -> str | None:
    """The key for this endpoint. The provider's own goes to the provider and to this machine alone.

    Raises :class:`falloff.core.SetupError` where one is needed and not set.
    """
    named = endpoint.settings.key
    if not named and not (endpoint.own or endpoint.local):
        return None
    key = os.environ.get(named or protocol.variable, "").strip()
    if not key and (named or endpoint.own):
        raise complaints.no_key(endpoint, protocol)
    return key or None
