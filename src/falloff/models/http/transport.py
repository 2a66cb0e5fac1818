"""One HTTP call on aiohttp: connections kept alive, certificates verified, sizes and times bounded.

Knows neither protocol nor retries. Redirects are followed at the same host alone, since keys go
with them, and no cookies are kept.
"""

from __future__ import annotations

import asyncio
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from falloff.models.http.patience import Patience

# Bytes of an answer, unpacked. Log-probabilities of 20 candidates take 2 kB a token.
MOST_BYTES = 64 * 2**20
# Seconds that an unused connection is kept: less than most servers do.
_KEEP_ALIVE = 15.0
# Redirects within one call.
_MOST_REDIRECTS = 3


class NoAnswerError(Exception):
    """The call came to nothing; ``standing``: it looks so for good, such as a bad certificate."""

    def __init__(self, what: str, *, standing: bool = False) -> None:
        super().__init__(what)
        self.standing = standing


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, whatever it says."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """Calls to one endpoint. Its session belongs to the event loop of the first call after
    :meth:`close`, so several loops may follow each other.
    """

    def __init__(self, *, headers: Mapping[str, str], patience: Patience, local: bool) -> None:
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            # Answers are short: packing them costs both sides more than it saves.
            "Accept-Encoding": "identity",
            **headers,
        }
        self._patience = patience
        self._local = local
        self._session: aiohttp.ClientSession | None = None
        self._ways: dict[str, tuple[URL, str | None]] = {}

    async def post(self, address: str, body: bytes) -> Answer:
        """The answer, also where the same host has it at another path.

        Raises :class:`NoAnswerError` where no whole answer comes.
        """
        for _ in range(_MOST_REDIRECTS):
            answer = await self._call("POST", address, data=body)
            there = _same_host(address, answer)
            if there is None:
                return answer
            address = there
        return answer

    async def get(self, address: str) -> Answer:
        """Raises :class:`NoAnswerError` where no whole answer comes."""
        return await self._call("GET", address)

    async def close(self) -> None:
        session, self._session = self._session, None
        self._ways.clear()
        if session is not None:
            await session.close()

    async def _call(self, method: str, address: str, **content: Any) -> Answer:
        session = self._opened(address)
        url, proxy = self._way(address)
        try:
            async with session.request(
                method, url, allow_redirects=False, proxy=proxy, **content
            ) as response:
                body = await self._read(response)
                return Answer(status=response.status, headers=response.headers, body=body)
        except NoAnswerError:
            raise
        except TimeoutError as problem:
            raise NoAnswerError(_slow(problem, self._patience)) from problem
        except aiohttp.ClientConnectorCertificateError as problem:
            what = f"its certificate is not valid ({problem.certificate_error})"
            raise NoAnswerError(what, standing=True) from problem
        except aiohttp.ClientConnectorError as problem:
            raise NoAnswerError(f"no connection ({problem.os_error})", standing=True) from problem
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise NoAnswerError(f"{type(problem).__name__}: {problem}") from problem

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, unpacked piece by piece, so that what is too large is never held."""
        said = response.content_length
        if said is not None and said > MOST_BYTES:
            response.close()
            raise _too_large()
        pieces, size = [], 0
        async with asyncio.timeout(self._patience.body):
            while piece := await response.content.readany():
                size += len(piece)
                if size > MOST_BYTES:
                    response.close()
                    raise _too_large()
                pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _opened(self, address: str) -> aiohttp.ClientSession:
        if self._session is None:
            patience = self._patience
            self._session = aiohttp.ClientSession(
                # The gate, not the pool, bounds what is in flight.
                connector=aiohttp.TCPConnector(
                    limit=0,
                    keepalive_timeout=_KEEP_ALIVE,
                    # Made now, so that it is of the environment as it is (SSL_CERT_FILE).
                    ssl=ssl.create_default_context() if address.startswith("https:") else True,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=patience.call, sock_connect=patience.connect),
            )
        return self._session

    def _way(self, address: str) -> tuple[URL, str | None]:
        """The address and its proxy, worked out once a session."""
        if address not in self._ways:
            self._ways[address] = URL(address), None if self._local else _proxy(address)
        return self._ways[address]


def _proxy(address: str) -> str | None:
    """As the environment says: HTTP_PROXY, HTTPS_PROXY, NO_PROXY."""
    parts = urlsplit(address)
    proxies = urllib.request.getproxies()
    if parts.scheme not in proxies or urllib.request.proxy_bypass(parts.netloc):
        return None
    return proxies[parts.scheme]


def _slow(problem: TimeoutError, patience: Patience) -> str:
    if isinstance(problem, aiohttp.ConnectionTimeoutError):
        return f"no connection within {patience.connect:g} s"
    if isinstance(problem, aiohttp.ServerTimeoutError):
        return f"no answer within {patience.call:g} s"
    return f"no whole answer within {patience.call:g} s, {patience.body:g} s of them for its body"


def _too_large() -> NoAnswerError:
    return NoAnswerError(f"an answer of more than {MOST_BYTES // 2**20} MiB")


def _same_host(address: str, answer: Answer) -> str | None:
    """Where a redirect leads, if that is the same host, scheme and port."""
    location = answer.headers.get("Location")
    if answer.status not in (301, 302, 307, 308) or not location:
        return None
    here = urlsplit(address)
    if location.startswith("/") and not location.startswith("//"):
        return f"{here.scheme}://{here.netloc}{location}"
    try:
        there = urlsplit(location)
    except ValueError:
        return None
    return location if (there.scheme, there.netloc) == (here.scheme, here.netloc) else None
