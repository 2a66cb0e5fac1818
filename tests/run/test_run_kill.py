"""Sessions that die: killed or interrupted at any moment, a run goes on as if nothing had been."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from run_fakes import outcomes, pair, run

from falloff.core import child_rng

BUDGET, REPEATS = 60, 3
SESSION = Path(__file__).with_name("run_session.py")


@pytest.mark.parametrize(
    ("kills", "budget"), [(5, BUDGET), pytest.param(50, 500, marks=pytest.mark.slow)]
)
def test_a_run_killed_again_and_again_ends_as_if_it_had_not_been(
    tmp_path: Path, kills: int, budget: int
) -> None:
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    moments = child_rng("moments", 3)
    for session in range(kills):
        known = _answered(path)
        log = tmp_path / f"asked-{session}"
        with _session(path, log, budget) as process:
            _wait_for(log, lines=moments.randrange(1, 24))
            time.sleep(moments.random() / 50)
            process.kill()
        asked = set(log.read_text().split("\n"))
        assert not known & asked, "what is on disk is not asked again"
        assert known <= _answered(path), "what is on disk stays there"
    _ends_as_a_run_that_was_not_killed(path, whole, budget)


def test_a_run_killed_among_its_repeats_goes_on_with_them(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    run(path, pair(), budget=BUDGET)
    for session in range(3):
        known = _answered(path)
        log = tmp_path / f"asked-{session}"
        with _session(path, log) as process:
            _wait_for(log, lines=20)
            process.kill()
        asked = set(log.read_text().split("\n"))
        assert not known & asked, "what is on disk is not asked again"
        assert not any(line.endswith(" 0") for line in asked), "the first answers stand"
    assert _answered(path) > known
    _ends_as_a_run_that_was_not_killed(path, whole)


def _ends_as_a_run_that_was_not_killed(path: Path, whole: Path, budget: int = BUDGET) -> None:
    last, known = pair(), _answered(path)
    run(path, last, budget=budget, repeats=REPEATS)
    run(whole, pair(), budget=budget, repeats=REPEATS)
    answers = _answered(whole)
    assert 0 < len(known) < len(answers)
    assert sum(last[role].asked.total() for role in last) == len(answers - known)
    for repeat in range(REPEATS):
        assert outcomes(path, repeat) == outcomes(whole, repeat)


def test_ctrl_c_keeps_what_has_come_and_ends_the_process(tmp_path: Path) -> None:
    path, log = tmp_path / "a.falloff", tmp_path / "asked"
    with _session(path, log) as process:
        _wait_for(log, lines=40)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=20)
    assert complaint.decode().strip().endswith("KeyboardInterrupt")
    # All but the episodes in flight: four for each of two models.
    assert len(_answered(path)) >= 40 - 8
    assert {file.name for file in tmp_path.iterdir()} == {"a.falloff", "asked"}


@contextmanager
def _session(path: Path, log: Path, budget: int = BUDGET) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, str(SESSION), str(path), str(log), str(budget), str(REPEATS)],
        stderr=subprocess.PIPE,
    ) as process:
        yield process


def _wait_for(log: Path, lines: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if log.exists() and log.read_text().count("\n") >= lines:
            return
        time.sleep(0.002)
    raise AssertionError(f"no {lines} episodes were begun")


def _answered(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {
        f"{role} {probe} {repeat}"
        for repeat in range(REPEATS)
        for role, probe in outcomes(path, repeat)
    }
