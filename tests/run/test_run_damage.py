"""Damaged files: what can be read is kept, what is lost is said and asked again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from run_fakes import manifest_of, outcomes, pair, run

from falloff.core import RunFileError
from falloff.run import open_for_reading, open_for_writing

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
