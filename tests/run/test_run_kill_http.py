"""Killed over HTTP: the endpoint's own count says that no answer on disk was paid for twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from http_session import FLIGHT
from run_fakes import outcomes

from falloff.core import Outcome, child_rng
from falloff.run import open_for_reading

HERE = Path(__file__).parent
NAMES = {"teacher": "a", "student1": "b"}


@pytest.mark.parametrize(
    ("kills", "budget"), [(5, 120), pytest.param(50, 800, marks=pytest.mark.slow)]
)
def test_a_run_killed_at_random_moments_pays_for_no_answer_twice(
    tmp_path: Path, kills: int, budget: int
) -> None:
    path, log, moments = tmp_path / "a.falloff", tmp_path / "asked", child_rng("http", kills)
    among = 0
    with _endpoint(log) as base:
        for kill in range(kills):
            known, before = _on_disk(path), _asked(log)
            process = _session(path, base, budget)
            # Every fifth dies while it starts or opens the file.
            wanted = 0 if kill % 5 == 4 else moments.randrange(1, budget // kills * 2)
            _wait_for(log, len(before) + wanted)
            time.sleep(moments.random() * (0.5 if wanted == 0 else 0.02))
            process.kill()
            process.wait()
            again = _asked(log)[len(before) :]
            assert not known & set(again), "what is on disk is not asked again"
            assert known <= _on_disk(path), "what is on disk stays there"
            among += len(again) > 0
        unfinished, before = _on_disk(path), _asked(log)
        assert 0 < len(unfinished) < 2 * budget
        assert _session(path, base, budget).wait() == 0
        assert not unfinished & set(_asked(log)[len(before) :])
        asked = _asked(log)
        repeats = len(asked) - len(set(asked))
        assert len(set(asked)) == 2 * budget
        assert repeats <= among * len(NAMES) * FLIGHT, "at most what was in flight is asked again"
        whole = tmp_path / "whole.falloff"
        assert _session(whole, base, budget).wait() == 0
    assert _timeless(path) == _timeless(whole)


def _timeless(path: Path) -> dict[tuple[str, str], tuple[object, ...]]:
    return {key: _facts(outcome) for key, outcome in outcomes(path).items()}


def _facts(outcome: Outcome) -> tuple[object, ...]:
    """All but how long it took."""
    facts = vars(outcome) | {"seconds": None}
    return tuple(facts.values())


@contextmanager
def _endpoint(log: Path) -> Iterator[str]:
    log.touch()
    with subprocess.Popen(
        [sys.executable, str(HERE / "counting_endpoint.py"), str(log)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.kill()


def _session(path: Path, base: str, budget: int) -> subprocess.Popen[bytes]:
    root = str(HERE.parents[1])
    paths = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, str(HERE / "http_session.py"), str(path), base, str(budget)],
        env={**os.environ, "PYTHONPATH": paths, "OPENAI_API_KEY": "none"},
    )


def _asked(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if line]


def _wait_for(log: Path, lines: int) -> None:
    end = time.monotonic() + 30
    while len(_asked(log)) < lines:
        assert time.monotonic() < end, f"no {lines} requests came"
        time.sleep(0.002)


def _on_disk(path: Path) -> set[str]:
    """Model and question of every answer that the run holds, as the endpoint writes them down."""
    if not path.exists() or not path.stat().st_size:
        return set()
    with open_for_reading(path) as reader:
        return {
            f"{NAMES[role]} {transcript.messages[0].content.split()[-1]}"
            for role in NAMES
            for _, transcript in reader.transcripts(role, reader.evidence("free").probe_ids)
        }
