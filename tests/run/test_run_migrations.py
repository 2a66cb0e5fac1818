"""Formats: a run of the first one is read and gone on with for ever; steps survive being killed."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from benchmarks.asking.free_family import FREE
from frozen_run import FROZEN, FreeModel, thaw
from run_fakes import manifest_of, outcomes, pair, run

from falloff.core import RunFileError
from falloff.run import conduct, files, migrations, open_for_reading, open_for_writing, schema
from falloff.sampling import SpaceFilling


def test_a_run_of_format_1_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    frozen = thaw(path)
    known = outcomes(path)
    assert len(known) == 32
    assert {outcome.answer for outcome in known.values()} == {"4", "x"}
    with open_for_reading(path) as reader:
        probes = reader.evidence("free").probe_ids
        assert len(dict(reader.transcripts("teacher", probes))) == 16
    assert path.read_bytes() == frozen


def test_a_run_of_format_1_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    thaw(path)
    known = outcomes(path)
    with open_for_reading(path) as reader:
        manifest = reader.manifest
    models = {"teacher": FreeModel("sim:a"), "student1": FreeModel("sim:b")}
    design = SpaceFilling(seed=1, budget=24)
    with open_for_writing(path, manifest) as store:
        asyncio.run(conduct(design=design, families=(FREE,), models=models, store=store))
    assert known.items() < outcomes(path).items()
    assert len(outcomes(path)) == 48
    assert models["teacher"].asked == 8


def test_every_format_has_a_step_to_the_next() -> None:
    assert set(migrations.MIGRATIONS) == set(range(1, schema.FORMAT))
    assert 0 < FROZEN.stat().st_size < 60_000


def _halve_seconds(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE answers SET seconds = seconds / 2")
    connection.execute("ALTER TABLE probes ADD COLUMN note TEXT NOT NULL DEFAULT ''")


def _count_prompts_twice(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE answers SET prompt_tokens = prompt_tokens * 2")


@pytest.fixture
def format_3(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: _halve_seconds, 2: _count_prompts_twice}
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    monkeypatch.setattr(schema, "FORMAT", 3)


def _facts(path: Path) -> tuple[int, float, int]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            "SELECT (SELECT user_version FROM pragma_user_version),"
            " (SELECT sum(seconds) FROM answers), (SELECT sum(prompt_tokens) FROM answers)"
        ).fetchone()


@pytest.mark.usefixtures("format_3")
def test_an_older_run_is_brought_up_when_it_is_written_and_only_seen_so_when_read(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.falloff"
    frozen = thaw(path)
    _, seconds, tokens = _facts(path)
    path.chmod(0o400)
    with open_for_reading(path) as reader:
        assert reader.spending("teacher").prompt_tokens == tokens
        manifest = reader.manifest
        assert manifest.format == 3
    assert path.read_bytes() == frozen
    path.chmod(0o600)
    with open_for_writing(path, manifest) as store:
        assert store.manifest.format == 3
    assert _facts(path) == (3, seconds / 2, tokens * 2)
    open_for_writing(path, manifest).close()
    assert _facts(path) == (3, seconds / 2, tokens * 2), "a step is taken once"


KILLED = """
import os, sys
from pathlib import Path
from falloff.run import files, migrations, schema

def halfway(connection):
    connection.execute("UPDATE answers SET seconds = seconds / 2")
    connection.execute("PRAGMA cache_spill = 1")
    os._exit(9)

schema.FORMAT = 2
migrations.MIGRATIONS = {1: halfway}
connection = schema.connect(Path(sys.argv[1]), "mode=rw")
connection.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
connection.execute("PRAGMA cache_size = 1")
migrations.migrate(connection)
"""


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_step_that_is_killed_was_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=100)
    before, facts = outcomes(path), _facts(path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), journal], check=False)
    assert done.returncode == 9
    assert _facts(path) == facts
    assert outcomes(path) == before
    monkeypatch.setattr(schema, "FORMAT", 2)
    monkeypatch.setattr(migrations, "MIGRATIONS", {1: _halve_seconds})
    open_for_writing(path, manifest_of(pair())).close()
    assert _facts(path)[:2] == (2, facts[1] / 2)


@pytest.mark.usefixtures("format_3")
def test_a_damaged_run_of_an_older_format_is_left_to_the_older_falloff(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    data = thaw(path)
    with open_for_reading(path) as reader:
        manifest = reader.manifest
    path.write_bytes(data[:-4096])
    with pytest.raises(RunFileError, match="of an older format") as raised:
        open_for_writing(path, manifest)
    assert "--fresh" in raised.value.remedy
    with closing(files.connect_damaged(path)) as connection:
        assert schema.format_of(connection) == 1
