"""Damaged files: what can be read is kept, what is lost is said and asked again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_fakes import manifest_of, outcomes, pair, run

from falloff.core import FalloffError, RunFileError
from falloff.run import open_for_reading, open_for_writing, salvage

PAGE = 4096


def _cut_short(data: bytes) -> bytes:
    return data[: len(data) * 3 // 4 // PAGE * PAGE]


def _torn(data: bytes) -> bytes:
    return data[: -PAGE - 1000]


def _last_page(data: bytes) -> bytes:
    return data[:-PAGE] + bytes(PAGE)


def _middle_page(data: bytes) -> bytes:
    middle = len(data) // 2 // PAGE * PAGE
    return data[:middle] + b"\xaa" * PAGE + data[middle + PAGE :]


@pytest.mark.parametrize("damage", [_cut_short, _torn, _last_page, _middle_page])
def test_a_damaged_run_goes_on_with_what_is_left(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=300)
    before = outcomes(path)
    path.write_bytes(damage(path.read_bytes()))
    with open_for_writing(path, manifest_of(pair())) as store:
        assert store.loss is not None
        assert "was damaged" in store.loss
        kept = {role: store.answered(role) for role in ("teacher", "student")}
    models = pair()
    run(path, models, budget=300)
    assert kept["teacher"]
    assert all(not kept[role] & set(model.asked) for role, model in models.items())
    assert outcomes(path) == before
    assert Path(f"{path}.damaged").exists()


def test_reading_a_damaged_run_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=300)
    path.write_bytes(_cut_short(path.read_bytes()))
    with pytest.raises(RunFileError, match="is damaged") as raised, open_for_reading(path) as run_:
        list(run_.outcomes("teacher"))
    assert "Run the command that made it again" in raised.value.remedy


def test_a_run_without_its_manifest_is_refused_and_may_start_over(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=20)
    data = path.read_bytes()
    path.write_bytes(data[:PAGE] + b"\xaa" * (len(data) - PAGE))
    with pytest.raises(RunFileError, match="its manifest cannot be read") as raised:
        open_for_writing(path, manifest_of(pair()))
    assert "--fresh" in raised.value.remedy
    with open_for_writing(path, manifest_of(pair()), fresh=True) as store:
        assert store.loss is None


flips = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=40)
in_the_header = st.lists(st.tuples(st.floats(0, 0.004), st.integers(1, 255)), max_size=8)


def _flip(path: Path, places: list[tuple[float, int]]) -> None:
    data = bytearray(path.read_bytes())
    for place, mask in places:
        data[int(place * len(data))] ^= mask
    path.write_bytes(data)


def _read_all(path: Path) -> None:
    with open_for_reading(path) as reader:
        for role in reader.manifest.roles:
            list(reader.outcomes(role))
            reader.spending(role)
        for stamp in reader.manifest.families:
            evidence = reader.evidence(stamp.name)
            list(reader.transcripts("teacher", evidence.probe_ids))
        list(reader.openings())


def _survives(path: Path) -> None:
    """One clear error or none in reading; then the same command ends it, or it starts over."""
    with suppress(FalloffError):
        _read_all(path)
    try:
        run(path, pair(), budget=40)
    except RunFileError:
        path.unlink()
        run(path, pair(), budget=40)
    _read_all(path)
    assert len(outcomes(path)) >= 80


@settings(max_examples=40, deadline=None)
@given(places=flips | in_the_header)
def test_bytes_that_flip_anywhere_end_in_one_clear_error_or_none(
    places: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("flipped") / "a.falloff"
    run(path, pair(), budget=40)
    _flip(path, places)
    _survives(path)


KILLED = """
import asyncio, os, sys
from contextlib import suppress
from pathlib import Path
from run_fakes import conducted, manifest_of, pair
from falloff.run import open_for_writing

store = open_for_writing(Path(sys.argv[1]), manifest_of(pair()))
asyncio.run(conducted(store, pair(), budget=40))
os._exit(9)
"""


@settings(max_examples=8, deadline=None)
@given(places=flips)
def test_bytes_that_flip_in_the_log_of_a_killed_run_lose_no_more_than_the_log(
    places: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("log")
    path = folder / "a.falloff"
    command = [sys.executable, "-c", KILLED, str(path)]
    assert subprocess.run(command, cwd=Path(__file__).parent, check=False).returncode == 9
    _flip(folder / "a.falloff-wal", places)
    _survives(path)


def test_a_large_run_is_checked_only_where_there_is_reason_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not found at opening is met in reading, and mended by the same command then."""
    path, before = tmp_path / "a.falloff", tmp_path / "b.falloff"
    run(path, pair(), budget=300)
    shutil.copyfile(path, before)
    monkeypatch.setattr(salvage, "SMALL", 0)
    path.write_bytes(_cut_short(path.read_bytes()))
    with open_for_writing(path, manifest_of(pair())) as store:
        assert store.loss is not None, "a file cut short is known by its length"
    path.write_bytes(_middle_page(before.read_bytes()))
    with open_for_writing(path, manifest_of(pair())) as store:
        assert store.loss is None
    with pytest.raises(RunFileError, match="is damaged"):
        _read_all(path)
    with open_for_writing(path, manifest_of(pair())) as store:
        assert store.loss is not None
    run(path, pair(), budget=300)
    assert outcomes(path) == outcomes(before)
    assert not Path(f"{path}-suspect").exists()
    with open_for_writing(path, manifest_of(pair())) as store:
        store.keep_busy({"teacher": 1.5})
    Path(f"{path}-suspect").touch()
    with open_for_writing(path, manifest_of(pair())) as store:
        assert store.loss is None, "read to the end, it is whole"
