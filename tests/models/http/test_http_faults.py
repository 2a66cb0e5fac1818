"""Whatever an endpoint does to a run, at its end the outcomes are those without the fault."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from http_served import Fault, Server, error, serving
from http_speaker import Speaker

from falloff.core import Outcome, Reason, RunStoppedError, child_rng
from falloff.models.http.load import _PROTOCOLS
from falloff.models.http.model import HttpModel
from falloff.models.http.patience import Patience
from falloff.models.http.spec import parse_spec
from falloff.probes import FAMILIES
from falloff.run import Manifest, conduct, open_for_reading, open_for_writing
from falloff.sampling import SpaceFilling

FAMILIES_ASKED = (FAMILIES["rule_chain"], FAMILIES["tool_chain"])
BUDGET = 24
QUICK = Patience(
    attempts=30, first_attempts=30, connect=1.0, call=0.3, body=0.2, first=0.005, most=0.02
)


def measured(
    path: Path, server: Server, patience: Patience = QUICK, prefix: str = "openai"
) -> HttpModel:
    """Put the probes to the model ``narrow`` of the server; what ``falloff measure`` does."""
    protocol = _PROTOCOLS[prefix]
    endpoint = parse_spec(prefix, f"narrow@{server.base}?concurrency=8", protocol)
    model = HttpModel(endpoint, protocol, patience=patience)
    design = SpaceFilling(seed=3, budget=BUDGET)
    manifest = Manifest.of(
        mode="measure",
        suite="test",
        suite_version="1",
        families=FAMILIES_ASKED,
        dialect="chat",
        seed=3,
        design=design,
        models={"model": model},
    )

    async def ask() -> None:
        try:
            await conduct(
                design=design, families=FAMILIES_ASKED, models={"model": model}, store=store
            )
        finally:
            await model.close()

    with open_for_writing(path, manifest) as store:
        asyncio.run(ask())
    return model


def outcomes(path: Path) -> dict[str, Outcome]:
    with open_for_reading(path) as reader:
        return {p.probe.id: replace(o, seconds=0.0) for p, o in reader.outcomes("model")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """The outcomes without any fault."""
    path = tmp_path_factory.mktemp("whole") / "a.falloff"
    with serving(Speaker(path).chat) as server:
        measured(path, server)
    known = outcomes(path)
    assert len(known) == BUDGET
    assert {o.reason for o in known.values()} >= {Reason.SOLVED, Reason.WRONG}
    assert max(o.calls for o in known.values()) > 2
    return known


async def _raw(request: web.Request, said: bytes, *, hold: float = 0.0) -> web.StreamResponse:
    """Write bytes past aiohttp, then cut the line."""
    assert request.transport is not None
    request.transport.write(said)
    await asyncio.sleep(hold)
    request.transport.close()
    return web.Response()


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def half_a_body(request: web.Request) -> web.StreamResponse:
    return await _raw(request, _HEAD % 400 + b'{"choices": [{"message": {"content": "Answ')


async def length_too_long(request: web.Request) -> web.StreamResponse:
    return await _raw(request, _HEAD % 90 + b'{"choices": [{"message": {"content": "Answer: 1"}}]}')


async def length_too_short(request: web.Request) -> web.StreamResponse:
    return await _raw(request, _HEAD % 30 + b'{"choices": [{"message": {"content": "Answer: 1"}}]}')


async def no_http(request: web.Request) -> web.StreamResponse:
    return await _raw(request, b"SSH-2.0-OpenSSH_9.9\r\n\r\n")


async def slow_drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(100):
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response


async def hang_after_headers(request: web.Request) -> web.StreamResponse:
    return await _raw(request, _HEAD % 400, hold=1.0)


async def hang(request: web.Request) -> web.StreamResponse:
    del request
    await asyncio.sleep(1.0)
    return error(500, "too late")


async def hundred_megabytes(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    piece = b" " * 2**20
    for _ in range(100):
        await response.write(piece)
    return response


async def gzip_bomb(request: web.Request) -> web.StreamResponse:
    del request
    return web.Response(body=BOMB, headers={"Content-Encoding": "gzip"})


BOMB = gzip.compress(b"\0" * 2**28)


def says(*arguments: object, **options: object) -> Fault:
    async def fault(request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(*arguments, **options)  # type: ignore[arg-type]

    return fault


def fails(status: int, message: str = "no", **more: object) -> Fault:
    async def fault(request: web.Request) -> web.StreamResponse:
        del request
        return error(status, message, **more)

    return fault


def _later() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)


def json_says(text: str | bytes) -> Fault:
    body = text.encode() if isinstance(text, str) else text
    return says(body=body, content_type="application/json")


async def redirect(request: web.Request) -> web.StreamResponse:
    if request.path.startswith("/v2"):
        return None  # type: ignore[return-value]
    return web.Response(status=307, headers={"Location": "/v2/chat/completions"})


FAULTS: dict[str, Fault] = {
    "reset": reset,
    "half a body": half_a_body,
    "length too long": length_too_long,
    "length too short": length_too_short,
    "no HTTP": no_http,
    "slow drip": slow_drip,
    "hang after headers": hang_after_headers,
    "hang": hang,
    "error in a 200": json_says('{"error": {"message": "overloaded", "code": 502}}'),
    "throttled in a 200": json_says('{"error": {"message": "slow down", "code": "429"}}'),
    "invalid JSON": json_says('{"choices": [}'),
    "deep JSON": json_says("[" * 100_000),
    "no object": json_says("[1, 2]"),
    "invalid UTF-8": json_says(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
    "empty choices": json_says('{"choices": []}'),
    "no choices": json_says("{}"),
    "choice of null": json_says('{"choices": [null]}'),
    "no message": json_says('{"choices": [{"finish_reason": "stop"}]}'),
    "broken off": json_says('{"choices": [{"finish_reason": "abort", "message": {}}]}'),
    "calls without function": json_says('{"choices": [{"message": {"tool_calls": [{}]}}]}'),
    "calls that are no list": json_says('{"choices": [{"message": {"tool_calls": "no"}}]}'),
    "HTML page": says(text="<html>Sign in</html>", content_type="text/html"),
    "HTML error page": says(text="<h1>Bad gateway</h1>", status=502, content_type="text/html"),
    "empty body": says(text=""),
    "429 with Retry-After": fails(429, headers={"Retry-After": "0.02"}),
    "429 without": fails(429),
    "503": fails(503),
    "529": fails(529),
    "500": fails(500),
    "408": fails(408),
    "404 on the way": fails(404),
    "model gone on the way": fails(404, "The model `narrow` does not exist."),
    "redirect here": redirect,
    "redirect away": says(status=302, headers={"Location": "http://elsewhere.invalid/login"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_on_three_calls_of_ten_changes_nothing(
    name: str, tmp_path: Path, whole: dict[str, Outcome]
) -> None:
    path = tmp_path / "a.falloff"

    def faulty(number: int) -> Fault | None:
        # The first call is well: what comes before any answer is taken for a wrong address.
        hit = number > 1 and child_rng("fault", name, number).random() < 0.3
        return FAULTS[name] if hit else None

    with serving(Speaker(path).chat, fault=faulty) as server:
        model = measured(path, server)
        assert len(server.seen) > sum(o.calls for o in whole.values())
    assert outcomes(path) == whole
    assert model.notes == []


@pytest.mark.parametrize("fault", [gzip_bomb, hundred_megabytes])
def test_an_answer_without_end_is_not_read_to_its_end(
    fault: Fault, tmp_path: Path, whole: dict[str, Outcome]
) -> None:
    path = tmp_path / "a.falloff"
    patience = replace(QUICK, call=20.0, body=20.0)
    with serving(Speaker(path).chat, fault=lambda n: fault if n in (3, 8) else None) as server:
        measured(path, server, patience)
    assert outcomes(path) == whole


def test_a_storm_of_429_with_dates_is_waited_out(tmp_path: Path, whole: dict[str, Outcome]) -> None:
    path = tmp_path / "a.falloff"

    async def later(request: web.Request) -> web.StreamResponse:
        del request
        return error(429, "later", headers={"Retry-After": _later()})

    with serving(Speaker(path).chat, fault=lambda n: later if 10 <= n < 14 else None) as server:
        measured(path, server)
    assert outcomes(path) == whole


def test_a_server_that_restarts_half_way_loses_nothing(
    tmp_path: Path, whole: dict[str, Outcome]
) -> None:
    path = tmp_path / "a.falloff"
    with serving(Speaker(path).chat, delay=0.01) as server:
        restarted = threading.Event()

        def restart() -> None:
            while len(server.seen) < 30:
                restarted.wait(0.005)
            server.stop()
            restarted.wait(0.2)
            server.start()
            restarted.set()

        thread = threading.Thread(target=restart)
        thread.start()
        measured(path, server, replace(QUICK, attempts=200))
        thread.join(10)
        assert restarted.is_set()
    assert outcomes(path) == whole


def test_messages_survive_the_same(tmp_path: Path, whole: dict[str, Outcome]) -> None:
    path = tmp_path / "a.falloff"
    names = [n for n in FAULTS if n not in ("redirect here", "hang", "slow drip")]

    def faulty(number: int) -> Fault | None:
        rng = child_rng("messages", number)
        return FAULTS[rng.choice(names)] if number > 1 and rng.random() < 0.3 else None

    with serving(Speaker(path).messages, fault=faulty) as server:
        measured(path, server, prefix="anthropic")
    assert outcomes(path) == whole


def _context(valid_until: timedelta) -> tuple[ssl.SSLContext, Callable[[], object]]:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + valid_until)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context, authority.cert_pem.tempfile


@pytest.mark.parametrize("expired", [False, True])
def test_certificates_are_verified_and_the_run_goes_on_with_a_good_one(
    expired: bool, tmp_path: Path, whole: dict[str, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.falloff"
    patience = replace(QUICK, first_attempts=3, call=5.0)
    context, authority = _context(timedelta(days=-1 if expired else 1))
    with authority() as file:  # type: ignore[attr-defined]
        monkeypatch.setenv("SSL_CERT_FILE", file)
        with serving(Speaker(path).chat, ssl=context) as server:
            if expired:
                with pytest.raises(RunStoppedError, match=r"certificate is not valid.*expired"):
                    measured(path, server, patience)
                assert server.seen == []
                return
            measured(path, server, patience)
    assert outcomes(path) == whole


def test_an_endpoint_that_goes_down_ends_the_run_and_the_same_call_goes_on(
    tmp_path: Path, whole: dict[str, Outcome]
) -> None:
    path = tmp_path / "a.falloff"
    patience = replace(QUICK, attempts=3)
    down = fails(500, "out of order")
    with (
        serving(Speaker(path).chat, fault=lambda n: down if n > 40 else None) as server,
        pytest.raises(RunStoppedError) as stopped,
    ):
        measured(path, server, patience)
    said = str(stopped.value)
    assert "out of order after 3 tries" in said
    assert "probes put to it failed" in said
    known = outcomes(path)
    assert all(o.score is None or o == whole[key] for key, o in known.items())
    answered = sum(o.score is not None for o in known.values())
    assert 0 < answered < BUDGET
    assert f"{answered} of {BUDGET} answers are kept" in said
    with serving(Speaker(path).chat, port=server.port) as server:
        # Patient: a time-out on a busy machine would be asked again, and counted.
        measured(path, server, replace(QUICK, call=20.0, body=20.0))
        asked = len(server.seen)
    assert outcomes(path) == whole
    assert asked == sum(o.calls for key, o in whole.items() if known.get(key) != o)


def test_nothing_listens_there(tmp_path: Path) -> None:
    with serving(dict) as gone:
        pass
    patience = replace(QUICK, first_attempts=3)
    with pytest.raises(RunStoppedError, match=r"does not answer at http://127\.0") as stopped:
        measured(tmp_path / "a.falloff", gone, patience)
    assert "the server is running" in str(stopped.value)
