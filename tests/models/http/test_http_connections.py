"""Keys, waits, proxies and connections."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from http_asked import asked, once, request
from http_served import chat, error, serving

from falloff.core import (
    UnusableModelError,
)
from falloff.models import load_model


def test_a_key_goes_where_it_belongs_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    monkeypatch.setenv("ROUTER_KEY", "other")
    with serving(lambda _: chat()) as server:
        model, _ = asked(server, request())
        other, _ = asked(server, request(), options="?key=ROUTER_KEY")
        login = load_model(f"openai:tiny@{server.base.replace('//', '//me:pa%40ss@')}")
        asyncio.run(once(login, request()))
    sent = [seen.headers["Authorization"] for seen in server.seen]
    assert sent == ["Bearer sk-own", "Bearer other", "Basic bWU6cGFAc3M="]
    away = load_model("openai:tiny@https://elsewhere.example/v1")
    assert "Authorization" not in away._transport._headers  # type: ignore[attr-defined]
    for made in (model, other, login, away):
        shown = json.dumps(made.describe()) + made.spec
        assert not any(secret in shown for secret in ("sk-own", "other", "pa%40ss", "pa@ss"))


def test_a_key_that_an_endpoint_repeats_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "abc123")
    with (
        serving(lambda _: error(401, "Incorrect API key provided: abc123.")) as server,
        pytest.raises(UnusableModelError, match="Check the key in OPENAI_API_KEY") as raised,
    ):
        asked(server, request())
    assert "abc123" not in str(raised.value)


def test_a_password_that_an_endpoint_repeats_is_not_shown() -> None:
    with serving(lambda _: error(401, "no hunter2 here, aHVudGVy")) as server:
        model = load_model(f"openai:tiny@{server.base.replace('//', '//me:hunter2@')}")
        with pytest.raises(UnusableModelError) as raised:
            asyncio.run(once(model, request()))
    assert "hunter2" not in str(raised.value)


def test_a_wait_of_an_hour_ends_the_run_rather_than_to_hold_up_all_calls() -> None:
    late = [error(429, "daily limit", headers={"Retry-After": "3600"}) for _ in range(9)]
    with serving(lambda _: late.pop()) as server:
        model = load_model(f"openai:tiny@{server.base}")

        async def ask() -> list[Any]:
            asked_for = (model.reply(request()) for _ in range(3))
            done = await asyncio.gather(*asked_for, return_exceptions=True)
            await model.close()
            return done

        done = asyncio.run(asyncio.wait_for(ask(), 10))
    assert all(isinstance(end, UnusableModelError) for end in done)
    assert "asks to wait 60 minutes" in str(done[0])


def test_proxies_come_from_the_environment_and_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(lambda _: chat("by proxy")) as proxy, serving(lambda _: chat("direct")) as server:
        monkeypatch.setenv("http_proxy", proxy.base.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        _, (here,) = asked(server, request())
        away = load_model("openai:tiny@http://endpoint.example/v1")
        there = asyncio.run(once(away, request()))
    assert (here.text, there.text) == ("direct", "by proxy")


def test_connections_are_kept_alive() -> None:
    with serving(lambda _: chat()) as server:
        asked(server, *(request() for _ in range(20)))
        assert len(server.connections) == 1


def test_a_thousand_calls_are_in_flight_at_once() -> None:
    resource = pytest.importorskip("resource")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 4096:
        pytest.skip("needs two open files a connection")
    with serving(lambda _: chat(), delay=1.0) as server:
        model = load_model(f"openai:tiny@{server.base}?concurrency=1000")

        async def ask() -> None:
            await model.reply(request())
            await asyncio.gather(*(model.reply(request()) for _ in range(3000)))
            await model.close()

        asyncio.run(ask())
    assert len(server.seen) == 3001
    assert server.most_in_flight == 1000


def test_a_model_can_be_asked_from_one_event_loop_after_another() -> None:
    with serving(lambda _: chat()) as server:
        model = load_model(f"openai:tiny@{server.base}")
        for _ in range(2):
            asyncio.run(once(model, request()))
