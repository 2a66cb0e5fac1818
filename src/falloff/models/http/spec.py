"""``MODEL@URL?options``: which model, where, and how it is asked."""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from falloff.core import UsageError
from falloff.models.http.protocol import Protocol
from falloff.models.http.settings import Settings, read_settings

_EXAMPLE = "http://127.0.0.1:8000/v1"
# The first @ that an address follows: names of models may have one too.
_ADDRESS = re.compile(r"^(?P<model>.*?)@(?P<url>[A-Za-z][A-Za-z0-9+.-]*://.*)$", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """``base`` is the address that the protocol's paths are added to, without credentials.

    ``spec`` is how the user named it, without credentials and ``extra``. ``own``: it is the
    provider's own address. Never shown: ``login``, the value of an Authorization header, and
    ``secrets``, what of it must not be repeated.
    """

    spec: str
    model: str
    base: str
    own: bool
    settings: Settings
    login: str | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.base).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")


def parse_spec(prefix: str, text: str, protocol: Protocol) -> Endpoint:
    """The endpoint of what stands behind the prefix.

    Raises :class:`UsageError` for an address without a scheme or a host, or without a model.
    """
    named, _, query = text.partition("?")
    settings = read_settings(query)
    protocol.check(settings)
    found = _ADDRESS.match(named)
    if not found and "@" in named:
        raise _no_scheme(prefix, *named.rsplit("@", 1))
    model, address = found.group("model", "url") if found else (named, protocol.own)
    if not model.strip():
        raise UsageError(
            f"'{prefix}:@…' names no model.", remedy=f"Write {prefix}:MODEL@{_EXAMPLE}."
        )
    parts = _split(prefix, model, address)
    base = protocol.base(_shown(parts))
    shown = f"{prefix}:{model}@{base}" if found else f"{prefix}:{model}"
    login, password = _login(parts), unquote(parts.password or "")
    options = "&".join(p for p in query.split("&") if p and not p.startswith("extra="))
    return Endpoint(
        spec=f"{shown}?{options}" if options else shown,
        model=model,
        base=base,
        own=base == protocol.own,
        settings=settings,
        login=login,
        secrets=tuple(secret for secret in (password, (login or "").partition(" ")[2]) if secret),
    )


def _split(prefix: str, model: str, address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none, a bracket that is open
        usable = False
    if not usable:
        raise UsageError(
            f"The address of {prefix}:{model} is no http or https address with a host.",
            remedy=f"Write for example {prefix}:{model}@{_EXAMPLE}.",
        )
    return parts


def _shown(parts: SplitResult) -> str:
    """The address without credentials, and without what follows its path."""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme.lower()}://{host.lower()}{parts.path.rstrip('/')}"


def _login(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _no_scheme(prefix: str, model: str, address: str) -> UsageError:
    local = re.match(r"localhost\b|127\.|\[|\d+\.\d+\.\d+\.\d+|[^/.]+:\d", address)
    guess = f"{'http' if local else 'https'}://{address}"
    # What is before another @ in the address may be a password.
    address, guess = (address, guess) if ":" not in model else ("…", "https://…")
    return UsageError(
        f"The address '{address}' of an {prefix}: model has no scheme.",
        remedy=f"Write {prefix}:{model.partition('@')[0]}@{guess}.",
    )
