"""Journals and disks: what a network disk cannot do is found out, said, and done without."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from run_fakes import answer, made_up, manifest_of, outcomes, pair, run

from falloff.core import RunFileError, UsageError
from falloff.run import Progress, disks, open_for_reading, open_for_writing

MOUNTS = r"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /home rw - nfs4 server:/home rw
31 30 0:41 / /home/me/local\040disk rw shared:1 - xfs /dev/vdb rw
32 22 0:42 / /mnt/far rw - fuse.sshfs me@far: rw
33 22 0:43 / /mnt/near rw - fuse.mergerfs near rw"""


def _mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA journal_mode").fetchone()[0]


@pytest.mark.parametrize(
    ("place", "kind", "network"),
    [
        ("/srv/a", "ext4", False),
        ("/home/me/a", "nfs4", True),
        ("/home/me/local disk/a", "xfs", False),
        ("/homes/a", "ext4", False),
        ("/mnt/far/a", "fuse.sshfs", True),
        ("/mnt/near/a", "fuse.mergerfs", False),
    ],
)
def test_the_disk_of_a_path_is_told_from_the_mounts(place: str, kind: str, network: bool) -> None:
    assert disks._type_of_disk(Path(place), MOUNTS) == kind
    assert disks._is_network(kind) is network


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_either_journal_gives_the_same_run_and_may_follow_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    path, whole = tmp_path / "a.falloff", tmp_path / "b.falloff"
    monkeypatch.setenv("FALLOFF_JOURNAL", journal)
    run(path, pair(), budget=20)
    assert _mode(path) == journal
    monkeypatch.setenv("FALLOFF_JOURNAL", {"wal": "delete", "delete": "wal"}[journal])
    run(path, pair(), budget=40)
    assert _mode(path) != journal
    monkeypatch.delenv("FALLOFF_JOURNAL")
    run(whole, pair(), budget=40)
    assert _mode(whole) == "wal"
    assert outcomes(path) == outcomes(whole)
    assert {file.name for file in tmp_path.iterdir()} == {"a.falloff", "b.falloff"}


def test_what_is_handed_over_goes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FALLOFF_JOURNAL", "wal")
    open_for_writing(tmp_path / "a.falloff", manifest_of(pair()), journal="delete").close()
    assert _mode(tmp_path / "a.falloff") == "delete"


def test_an_unknown_journal_is_named_with_where_it_is_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FALLOFF_JOURNAL", "paper")
    with pytest.raises(UsageError, match=r"no journal 'paper' \(from FALLOFF_JOURNAL\)"):
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair()))
    with pytest.raises(UsageError, match=r"no journal 'ink'\."):
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair()), journal="ink")
    assert not list(tmp_path.iterdir())


def test_a_network_disk_gets_the_journal_that_works_there_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "is_network", lambda _: True)
    seen: list[Progress] = []
    run(tmp_path / "a.falloff", pair(), budget=16, progress=seen.append)
    assert _mode(tmp_path / "a.falloff") == "delete"
    assert "is on a network disk" in seen[-1].notes[0]


def test_a_reader_beside_a_rollback_journal_sees_a_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    with open_for_writing(path, manifest_of(pair()), journal="delete") as store:
        probes = made_up(2)
        store.place(probes)
        with open_for_reading(path) as reader:
            assert reader.completeness()["teacher"].answered == 0
        store.record([answer(probes[0])])
        with open_for_reading(path) as reader:
            assert reader.completeness()["teacher"].answered == 1


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "is_network", lambda _: True)
    monkeypatch.setattr(disks, "_takes_locks", lambda _: False)


@pytest.mark.usefixtures("no_locks")
def test_without_locks_a_claim_keeps_others_out(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    with (
        open_for_writing(path, manifest_of(pair())),
        pytest.raises(RunFileError, match=rf"process \({os.getpid()} on .*\) is writing") as raised,
    ):
        open_for_writing(path, manifest_of(pair()))
    assert f"remove '{path}-writer'" in raised.value.remedy
    run(path, pair(), budget=20)
    assert len(outcomes(path)) == 40
    assert [file.name for file in tmp_path.iterdir()] == ["a.falloff"]


@pytest.mark.usefixtures("no_locks")
@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody asks whether a process lives")
def test_without_locks_the_claim_of_a_dead_process_is_void(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    claim = tmp_path / "a.falloff-writer"
    claim.write_text(json.dumps({"process": dead.pid, "host": socket.gethostname()}))
    run(tmp_path / "a.falloff", pair(), budget=20)
    claim.write_text(json.dumps({"process": dead.pid, "host": "elsewhere"}))
    with pytest.raises(RunFileError, match="on 'elsewhere'"):
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair()))


@pytest.mark.parametrize("garbage", ["", "[]", "{", '{"process": "x", "host": 3}', "\x00"])
def test_a_garbled_note_of_who_writes_blocks_nobody(tmp_path: Path, garbage: str) -> None:
    (tmp_path / "a.falloff-writer").write_text(garbage)
    run(tmp_path / "a.falloff", pair(), budget=16)
    assert [file.name for file in tmp_path.iterdir()] == ["a.falloff"]
