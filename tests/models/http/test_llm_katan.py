"""Both protocols against an implementation that is not ours: llm-katan, which echoes.

It is no dependency: it installs a top-level package named ``tests``, which hides this one from
the tests that import it. In an environment of its own:

    pip install llm-katan && python -m pytest tests/models/http/test_llm_katan.py
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import falloff
from falloff.core import Message, Reply, Request, ToolSpec, UnusableModelError
from falloff.models import load_model

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("llm_katan") is None, reason="needs llm-katan"
)

BOTH = pytest.mark.parametrize("prefix", ["openai", "anthropic"])
LOOKUP = ToolSpec(
    name="look_up",
    description="Looks up.",
    parameters={"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]},
)
HELLO = Message(role="user", content="Hello there")


@contextmanager
def katan(folder: Path, *options: str) -> Iterator[str]:
    """The address of a server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [
            *(sys.executable, "-c", "from llm_katan.cli import main; main()", "--model", "m1"),
            *("--backend", "echo", "--host", "127.0.0.1", "--port", str(port)),
            *("--providers", "openai,anthropic", "--stats-file", str(folder / "stats.json")),
            *("--validate-keys", "--api-keys", "openai=right,anthropic=right", *options),
        ],
        env={**os.environ, "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()


def _wait(address: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            direct.open(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("llm-katan did not start")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with katan(tmp_path_factory.mktemp("katan")) as address:
        yield address


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "right")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "right")


def asked(spec: str, *messages: Message, tools: tuple[ToolSpec, ...] = ()) -> Reply:
    model = load_model(spec)

    async def ask() -> Reply:
        try:
            return await model.reply(
                Request(conversation="a", messages=messages, tools=tools, max_tokens=77)
            )
        finally:
            await model.close()

    return asyncio.run(ask())


@BOTH
def test_it_hears_what_was_said_and_how(base: str, prefix: str) -> None:
    reply = asked(f"{prefix}:m1@{base}?temperature=0.25", HELLO)
    assert "Hello there" in reply.text
    assert "model=m1" in reply.text
    assert "max_tokens=77 temperature=0.25" in reply.text
    assert reply.prompt_tokens > 0
    assert reply.completion_tokens > 0


@BOTH
def test_tools_are_called_and_their_results_taken(base: str, prefix: str) -> None:
    spec = f"{prefix}:m1@{base}"
    first = asked(spec, HELLO, tools=(LOOKUP,))
    (call,) = first.tool_calls
    assert (call.name, call.arguments) == ("look_up", '{"key": "test_key"}')
    said = Message(role="assistant", content=first.text, tool_calls=first.tool_calls)
    result = Message(role="tool", content="4", tool_call_id=call.id)
    second = asked(spec, HELLO, said, result, tools=(LOOKUP,))
    assert second.prompt_tokens > first.prompt_tokens


@BOTH
def test_a_wrong_key_is_told(base: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = f"{prefix.upper()}_API_KEY"
    monkeypatch.setenv(variable, "wrong-key")
    with pytest.raises(UnusableModelError, match=f"Check the key in {variable}") as raised:
        asked(f"{prefix}:m1@{base}", HELLO)
    assert "wrong-key" not in str(raised.value)


@BOTH
def test_a_run_survives_three_calls_of_ten_failing(tmp_path: Path, prefix: str) -> None:
    with katan(tmp_path, "--error-rate", "0.3") as address:
        run = falloff.measure(
            f"{prefix}:m1@{address}?attempts=40",
            suite="chat",
            budget=40,
            run=tmp_path / "a.falloff",
        )
    assert run.missing == 0
    # It echoes the question, and with tools goes on calling the first: it solves nothing.
    assert {row["reason"] for row in run.rows()}.isdisjoint({"error"})
