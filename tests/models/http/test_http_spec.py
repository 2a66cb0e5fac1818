"""``MODEL@URL?options``: what is meant, and one clear error for what cannot be."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from falloff.core import FalloffError, SetupError, UsageError
from falloff.models import load_model
from falloff.models.http import settings


@pytest.mark.parametrize(
    ("spec", "model", "url"),
    [
        ("openai:m@http://127.0.0.1:8000/v1", "m", "http://127.0.0.1:8000/v1"),
        ("openai:org/m:0.5b@http://LocalHost:1/v1/", "org/m:0.5b", "http://localhost:1/v1"),
        ("openai:m@2024@http://[::1]:1/v1", "m@2024", "http://[::1]:1/v1"),
        ("openai:m@http://h/v1/chat/completions", "m", "http://h/v1"),
        ("openai:m@https://user:p%40@h.example/api/v1", "m", "https://h.example/api/v1"),
        ("anthropic:c@http://127.0.0.1:1", "c", "http://127.0.0.1:1/v1"),
        ("anthropic:c@http://127.0.0.1:1/v1/messages", "c", "http://127.0.0.1:1/v1"),
    ],
)
def test_model_and_address_are_read(spec: str, model: str, url: str) -> None:
    described = load_model(spec).describe()
    assert (described["model"], described["url"]) == (model, url)


def test_without_an_address_it_is_the_providers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert load_model("openai:gpt-4o").describe()["url"] == "https://api.openai.com/v1"
    assert load_model("anthropic:c").describe()["url"] == "https://api.anthropic.com/v1"
    assert load_model("openai:gpt-4o?temperature=1").spec == "openai:gpt-4o?temperature=1"


@pytest.mark.parametrize(
    ("spec", "variable"),
    [
        ("openai:gpt-4o", "OPENAI_API_KEY"),
        ("anthropic:claude", "ANTHROPIC_API_KEY"),
        ("openai:m@https://h.example/v1?key=ROUTER_KEY", "ROUTER_KEY"),
    ],
)
def test_no_key_names_the_variable(
    spec: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ROUTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match=f"export {variable}="):
        load_model(spec)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("openai:m@127.0.0.1:8000/v1", "Write openai:m@http://127.0.0.1:8000/v1."),
        ("openai:m@api.example/v1", "Write openai:m@https://api.example/v1."),
        ("openai:m@ftp://h/v1", "no http or https address"),
        ("openai:m@http://", "no http or https address"),
        ("openai:m@http://h:99999/v1", "no http or https address"),
        ("openai:m@http://h:port/v1", "no http or https address"),
        ("openai:@http://h/v1", "names no model"),
        ("openai:m@http://h/v1?temprature=1", "Did you mean 'temperature'?"),
        ("openai:m@http://h/v1?temperature=hot", "from 0 to 2, or 'default'"),
        ("openai:m@http://h/v1?temperature=nan", "from 0 to 2"),
        ("openai:m@http://h/v1?top_p=2", "from 0 to 1"),
        ("openai:m@http://h/v1?seed=-1", "no whole number"),
        ("openai:m@http://h/v1?seed=99999999999", "seed is a whole number"),
        ("openai:m@http://h/v1?stop=", "it is empty"),
        ("openai:m@http://h/v1?concurrency=0", "up to 4096"),
        ("openai:m@http://h/v1?timeout=0", "seconds for one call"),
        ("openai:m@http://h/v1?extra=[1]", "no JSON object"),
        ("openai:m@http://h/v1?extra={", "no JSON object"),
        ('openai:m@http://h/v1?extra={"temperature":1}', "an option of its own"),
        ('openai:m@http://h/v1?extra={"stream":true}', "an option of its own, or falloff's"),
        ('openai:m@http://h/v1?extra={"api_key":"x"}', "keys belong in environment variables"),
        ("openai:m@http://h/v1?key=sk-abc", "no name of an environment variable"),
        ("anthropic:m@http://h/v1?seed=1", "takes no seed"),
        ("anthropic:m@http://h/v1?tool_choice=some", "none of auto, required, none"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(spec: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_model(spec)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "spec",
    [
        "openai:m@user:hunter2@h.example/v1",
        "openai:m@http://user:hunter2@h.example:port/v1",
        "openai:m@ftp://user:hunter2@h.example/v1",
        "openai:m@https://user:hunter2@h.example/v1?temprature=1",
    ],
)
def test_a_password_in_an_address_is_in_no_error(spec: str) -> None:
    with pytest.raises(FalloffError) as raised:
        load_model(spec)
    assert "hunter2" not in str(raised.value)


def test_how_to_ask_is_no_part_of_what_decides_answers() -> None:
    plain = load_model("openai:m@http://h/v1").describe()
    other = load_model("openai:m@http://h/v1?concurrency=7&timeout=3&attempts=2").describe()
    assert plain == other


def test_json_in_an_option_may_be_percent_encoded() -> None:
    extra = {"a": "x&y=z?+ ü", "b": [1, {"c": None}]}
    text = json.dumps(extra).replace("%", "%25").replace("&", "%26")
    made = load_model(f"openai:m@http://h/v1?extra={text}&top_p=0.5")
    assert made.describe()["decoding"] == {"temperature": 0.0, "top_p": 0.5, "extra": extra}
    assert "extra" not in made.spec


def test_every_setting_can_be_said_and_is_explained() -> None:
    names = {field.name for field in fields(settings.Settings)} - {"greedy_first"}
    assert set(settings._READERS) == set(settings._MEANINGS) == names
