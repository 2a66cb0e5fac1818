"""Disks that fill, refuse or lose the file: what is committed stays, one error says so, and the
same command goes on."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from run_fakes import conducted, manifest_of, outcomes, pair, run

from falloff.core import SetupError
from falloff.run import open_for_reading, open_for_writing

BUDGET = 60


@contextmanager
def _mounted(folder: Path, options: str) -> Iterator[None]:
    """A disk of its own at ``folder``; skips where this process may not have one."""
    folder.mkdir(exist_ok=True)
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("A small disk can be mounted by root on Linux alone.")
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("This machine lets nobody mount a disk.")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_disk_that_fills_at_any_write_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    """From too small for an empty run to nearly enough: every size fails at another write."""
    monkeypatch.setenv("FALLOFF_JOURNAL", journal)
    run(tmp_path / "whole.falloff", pair(), budget=BUDGET)
    whole, disk = outcomes(tmp_path / "whole.falloff"), tmp_path / "disk"
    failures = 0
    with _mounted(disk, "size=4k"):
        path = disk / "a.falloff"
        for pages in (*range(1, 40, 3), *range(40, 200, 16)):
            size = f"remount,size={4 * pages}k"
            if subprocess.run(["mount", "-o", size, str(disk)], check=False).returncode:
                continue
            known = _outcomes_elsewhere(path, tmp_path / "copy")
            error = _error_of(path)
            if error:
                failures += 1
                assert "a.falloff' cannot be" in error.message
                assert "Make room on the disk" in error.remedy
            assert known.items() <= _outcomes_elsewhere(path, tmp_path / "copy").items(), pages
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        run(path, pair(), budget=BUDGET)
        assert outcomes(path) == whole
        assert [file.name for file in disk.iterdir()] == ["a.falloff"]
    assert failures > 5


def _outcomes_elsewhere(path: Path, folder: Path) -> dict[Any, Any]:
    """Read from a copy: to share a log, SQLite needs some room on its disk."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for file in (path, Path(f"{path}-wal")):
        if file.exists():
            shutil.copy(file, folder)
    copy = folder / path.name
    return outcomes(copy) if copy.exists() and copy.stat().st_size else {}


def _error_of(path: Path) -> SetupError | None:
    try:
        run(path, pair(), budget=BUDGET)
    except SetupError as error:
        return error
    return None


LIMITED = """
import resource, signal, sys
from pathlib import Path
from run_fakes import pair, run
from falloff.core import SetupError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    run(Path(sys.argv[1]), pair(), budget=60)
except SetupError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on files")
def test_a_limit_on_the_size_of_files_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    known: dict[tuple[str, str], object] = {}
    for limit in (100_000, 140_000, 180_000):
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, str(path), str(limit)],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"'{path}' cannot be written" in done.stdout, limit
        now = outcomes(path) if path.exists() else {}
        assert known.items() <= now.items()
        known = dict(now)
    run(path, pair(), budget=BUDGET)
    run(whole, pair(), budget=BUDGET)
    assert outcomes(path) == outcomes(whole)


def test_a_disk_that_may_not_be_written_is_said_and_can_be_read(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with _mounted(disk, "size=4m"):
        path = disk / "a.falloff"
        run(path, pair(), budget=20)
        known = outcomes(path)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(SetupError, match=r"a\.falloff' cannot be opened"):
            open_for_writing(path, manifest_of(pair()))
        with pytest.raises(SetupError, match=r"new\.falloff' cannot be opened"):
            open_for_writing(disk / "new.falloff", manifest_of(pair()))
        assert outcomes(path) == known
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        models = pair()
        run(path, models, budget=20)
        assert not any(model.asked for model in models.values())


def test_a_disk_that_turns_read_only_under_a_run_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with _mounted(disk, "size=4m"):
        path = disk / "a.falloff"
        run(path, pair(), budget=20)
        known = outcomes(path)
        run(tmp_path / "b.falloff", pair(), budget=BUDGET)
        with open_for_writing(path, manifest_of(pair())) as store:
            store._connection.execute("PRAGMA query_only = ON")  # open files keep a mount writable
            with pytest.raises(SetupError, match="cannot be opened: attempt to write"):
                asyncio.run(conducted(store, pair(), budget=BUDGET))
        assert known.items() <= outcomes(path).items()
        run(path, pair(), budget=BUDGET)
        assert outcomes(path) == outcomes(tmp_path / "b.falloff")


@pytest.mark.skipif(sys.platform == "win32", reason="a file in use cannot be removed")
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_run_file_that_is_removed_under_the_run_is_noticed(tmp_path: Path, journal: str) -> None:
    """Answers that go into a file without a name would be paid for and lost."""
    path = tmp_path / "a.falloff"
    models = pair(seconds=0.002)
    known: dict[tuple[str, str], object] = {}

    async def removed() -> None:
        with open_for_writing(path, manifest_of(models), journal=journal) as store:
            work = asyncio.create_task(conducted(store, models, budget=400))
            while len(models["teacher"].asked) < 20:
                await asyncio.sleep(0.001)
            known.update(outcomes(path))
            path.unlink()
            await work

    with pytest.raises(SetupError, match=r"a\.falloff' is gone") as raised:
        asyncio.run(removed())
    assert f"What it held is written to '{path}'" in raised.value.remedy
    assert "same command" in raised.value.remedy
    assert known.items() <= outcomes(path).items()
    assert models["teacher"].asked.total() < 200
    run(path, pair(), budget=40)
    run(tmp_path / "b.falloff", pair(), budget=40)
    assert outcomes(path) == outcomes(tmp_path / "b.falloff")


def test_a_clock_that_jumps_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "b.falloff", pair(), budget=BUDGET)
    hours = iter(range(10**6))
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start - 3600 * next(hours))
    monkeypatch.setattr(time, "monotonic", lambda: 1e6 - 60 * next(hours))
    monkeypatch.setattr(time, "perf_counter", lambda: 1e6 - 60 * next(hours))
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=20)
    run(path, pair(), budget=BUDGET)
    monkeypatch.undo()
    with open_for_reading(path) as reader:
        assert reader.completeness()["teacher"].answered == BUDGET
        assert reader.spending("teacher").seconds >= 0
    assert outcomes(path) == outcomes(tmp_path / "b.falloff")
