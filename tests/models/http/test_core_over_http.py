"""The core suite over a real endpoint, through the command line: what is known is recovered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from http_served import Server, chat, error, serving
from http_speaker import Speaker

import falloff
from falloff.core import Outcome, RunStoppedError
from falloff.models.simulated import Simulated
from falloff.probes import SUITES
from falloff.run import open_for_reading

TEACHER, STUDENT = "teacher", "kept-0.6"
BUDGET, SEED = 204, 5


def command(*arguments: str, env: dict[str, str] | None = None, **options: Any) -> Any:
    return subprocess.run(
        [sys.executable, "-c", "from falloff.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
        **options,
    )


def outcomes(path: Path) -> dict[tuple[str, str], Outcome]:
    with open_for_reading(path) as reader:
        return {
            (role, placed.probe.id): replace(outcome, seconds=0.0)
            for role in reader.manifest.models
            for placed, outcome in reader.outcomes(role)
        }


# Families that are answered in one turn.
SINGLE = """
name = "single"
version = "1"
dialect = "chat"
[families.reasoning_steps]
[families.redefined]
"""


def true_retention() -> float:
    """Capabilities weigh alike, and so do the families of one."""
    families = SUITES["core"].families
    sizes = Counter(family.capability for family in families)
    kept, whole = (
        sum(Simulated(name).volume(family) / sizes[family.capability] for family in families)
        for name in (STUDENT, TEACHER)
    )
    return kept / whole


def test_a_comparison_over_http_finds_what_the_models_are_known_to_keep(tmp_path: Path) -> None:
    path, direct = tmp_path / "http.falloff", tmp_path / "direct.falloff"
    with serving(Speaker(path).chat) as server:
        done = command(
            *("compare", "--teacher", f"openai:{TEACHER}@{server.base}"),
            *("--student", f"openai:{STUDENT}@{server.base}", "--suite", "core"),
            *("--budget", str(BUDGET), "--seed", str(SEED), "--run", str(path), "--json"),
        )
        tools = [body for body in server.bodies if "tools" in body]
        turns = max(sum(m["role"] == "assistant" for m in b["messages"]) for b in server.bodies)
    assert done.returncode == 0, done.stderr
    retention = json.loads(done.stdout)["students"][0]["retention"]
    assert retention["low"] <= true_retention() <= retention["high"]
    assert len(tools) > 100, "native tool calls"
    assert turns > 5, "many turns"
    falloff.compare(
        f"sim:{TEACHER}", f"sim:{STUDENT}", suite="core", budget=BUDGET, seed=SEED, run=direct
    )
    assert outcomes(path) == outcomes(direct), "the way over the wire changes no outcome"


def test_tools_in_the_text_only_if_told_so(tmp_path: Path) -> None:
    path, refused = tmp_path / "a.falloff", tmp_path / "b.falloff"
    speaker = Speaker(path, dialect="plain")

    def without_tools(body: dict[str, Any]) -> Any:
        if "tools" in body:
            return error(400, f"{body['model']} does not support tools")
        return speaker.chat(body)

    with serving(without_tools) as server:
        spec = f"openai:{TEACHER}@{server.base}"
        with pytest.raises(RunStoppedError, match="--dialect plain"):
            falloff.measure(spec, suite="agentic", budget=64, run=refused)
        assert not refused.exists(), "nothing was answered, and nothing is left"
        run = falloff.measure(spec, suite="agentic", budget=64, run=path, dialect="plain")
    assert run.missing == 0
    asked = [body for body in server.bodies if "tools" not in body]
    assert any('{"tool": "NAME"' in str(body["messages"]) for body in asked)


def test_an_endpoint_that_fails_ends_the_command_with_the_way_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    speaker = Speaker(path)

    def tired(body: dict[str, Any]) -> Any:
        return speaker.chat(body) if len(server.seen) < 30 else error(401, "key expired")

    with serving(tired) as server:
        arguments = ["measure", f"openai:{TEACHER}@{server.base}", "--suite", "quick"]
        arguments += ["--budget", "40", "--run", str(path)]
        done = command(*arguments)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "key expired" in done.stderr
    assert "of 40 answers are kept" in done.stderr
    assert f"Go on with: falloff {' '.join(arguments[:1])}" in done.stderr
    known = outcomes(path)
    with serving(speaker.chat, port=server.port) as server:
        assert command(*arguments).returncode == 0
    after = outcomes(path)
    assert all(after[key] == was for key, was in known.items() if was.score is not None)
    assert all(outcome.score is not None for outcome in after.values())


def test_an_unknown_model_names_those_that_are_there_and_leaves_nothing(tmp_path: Path) -> None:
    def nobody(body: dict[str, Any]) -> Any:
        return error(404, f"The model `{body['model']}` does not exist.", code="model_not_found")

    with serving(nobody, models=["qwen2.5-7b", "llama"]) as server:
        done = command("measure", f"openai:qwen2.5-8b@{server.base}", "--suite", "quick",
                       "--budget", "40", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 3
    assert "Did you mean 'qwen2.5-7b'? It offers: llama, qwen2.5-7b." in done.stderr
    assert list(tmp_path.rglob("*.falloff*")) == []


def test_ctrl_c_keeps_what_is_in_flight_and_what_has_come(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    with (
        serving(Speaker(path).chat, delay=0.4) as server,
        _begun(server, path, concurrency=8) as process,
    ):
        _wait(server, calls=24)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        begun = len(server.seen)
    assert process.returncode == 130, said
    assert "Every answer so far is kept" in said
    assert len(outcomes(path)) == begun, "what was asked was answered, and is there"


def _begun(server: Server, path: Path, *, concurrency: int) -> subprocess.Popen[str]:
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    suite = path.with_suffix(".toml")
    suite.write_text(SINGLE)
    return subprocess.Popen(
        [
            *(sys.executable, "-c", f"{code} from falloff.cli import main; main()", "measure"),
            *(f"openai:{TEACHER}@{server.base}?concurrency={concurrency}", "--suite", str(suite)),
            *("--budget", "400", "--run", str(path)),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def _wait(server: Server, *, calls: int) -> None:
    deadline = time.monotonic() + 30
    while len(server.seen) < calls:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_notes_are_said_once_on_stderr(tmp_path: Path) -> None:
    def seedless(body: dict[str, Any]) -> Any:
        return error(400, "unknown field: seed", param="seed") if "seed" in body else chat("4")

    with serving(seedless) as server:
        done = command("measure", f"openai:tiny@{server.base}?seed=3", "--suite", "chat",
                       "--budget", "40", "--run", str(tmp_path / "a.falloff"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("takes no seed") == 1
