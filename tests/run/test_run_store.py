"""The run file: one writer, errors that say what is wrong, nothing lost."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_fakes import answer, conducted, made_up, manifest_of, outcomes, pair, run

from falloff.core import Message, RunFileError, SetupError, ToolCall, Transcript
from falloff.run import RunStore, open_for_reading, open_for_writing
from falloff.run.records import read_transcript, write_transcript


def filled(path: Path, count: int) -> None:
    with open_for_writing(path, manifest_of(pair())) as store:
        probes = made_up(count)
        store.place(probes)
        store.record([answer(placed, role) for placed in probes for role in ("teacher", "student")])


def test_what_is_recorded_is_read_back(tmp_path: Path) -> None:
    filled(tmp_path / "a.falloff", 3)
    with open_for_reading(tmp_path / "a.falloff") as reader:
        placed, outcome = next(iter(reader.outcomes("student")))
        transcripts = dict(reader.transcripts("student", [placed.probe.id, "unknown"]))
    assert placed == made_up(1)[0]
    assert outcome == answer(placed).outcome
    assert transcripts == {placed.probe.id: answer(placed).transcript}


texts = st.text(st.characters(), max_size=20)
messages = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    content=texts,
    tool_calls=st.lists(st.builds(ToolCall, id=texts, name=texts, arguments=texts)).map(tuple),
    tool_call_id=st.none() | texts,
)


@settings(deadline=None)
@given(st.lists(messages, max_size=4).map(tuple))
def test_any_transcript_survives(said: tuple[Message, ...]) -> None:
    transcript = Transcript(messages=said)
    assert read_transcript(write_transcript(transcript)) == transcript


@pytest.mark.parametrize("text", ["\ud800", "\x00", "'); DROP TABLE answers; --", "\U0001f600"])
def test_any_text_of_a_model_can_be_recorded(tmp_path: Path, text: str) -> None:
    with open_for_writing(tmp_path / "a.falloff", manifest_of(pair())) as store:
        store.place(made_up(1))
        store.record([answer(made_up(1)[0], text=text)])
    assert next(iter(outcomes(tmp_path / "a.falloff").values())).answer == text


def test_another_manifest_is_refused_with_the_difference_and_the_remedy(tmp_path: Path) -> None:
    filled(tmp_path / "a.falloff", 1)
    with pytest.raises(RunFileError, match=r"seed: 7 ≠ 8") as raised:
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair(), seed=8))
    assert "--fresh" in raised.value.remedy
    assert "--run" in raised.value.remedy
    with open_for_writing(tmp_path / "a.falloff", manifest_of(pair(), seed=8), fresh=True) as store:
        assert not store.answered("teacher")


def _text(path: Path) -> None:
    path.write_text("Dear diary,\n" * 200)


def _other_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()


def _stump(path: Path) -> None:
    filled(path, 50)
    path.write_bytes(path.read_bytes()[:60])


@pytest.mark.parametrize("make", [_text, _other_database, _stump])
def test_what_is_no_run_is_refused_and_left_alone(tmp_path: Path, make: object) -> None:
    path = tmp_path / "thesis.txt"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    for fresh in (False, True):
        with pytest.raises(RunFileError, match="is not a falloff run"):
            open_for_writing(path, manifest_of(pair()), fresh=fresh)
    with pytest.raises(RunFileError, match="is not a falloff run"):
        open_for_reading(path)
    assert path.read_bytes() == before
    assert list(tmp_path.glob("thesis.txt*")) == [path]


def test_an_empty_file_becomes_a_run(tmp_path: Path) -> None:
    (tmp_path / "a.falloff").touch()
    filled(tmp_path / "a.falloff", 1)
    assert len(outcomes(tmp_path / "a.falloff")) == 2


def test_a_missing_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match=r"There is no run at .*gone\.falloff"):
        open_for_reading(tmp_path / "gone.falloff")


def test_a_newer_format_is_refused_with_advice(tmp_path: Path) -> None:
    filled(tmp_path / "a.falloff", 1)
    with closing(sqlite3.connect(tmp_path / "a.falloff")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(RunFileError, match="newer falloff") as raised:
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair()))
    assert "pip install --upgrade" in raised.value.remedy
    with pytest.raises(RunFileError, match="newer falloff"):
        open_for_reading(tmp_path / "a.falloff")


def test_two_writers_in_one_process_are_refused(tmp_path: Path) -> None:
    with (
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair())),
        pytest.raises(RunFileError, match=rf"process \({os.getpid()} on .*\) is writing"),
    ):
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair()))


HOLDER = """
import sys
from pathlib import Path
from run_fakes import manifest_of, pair
from falloff.run import open_for_writing

with open_for_writing(Path(sys.argv[1]), manifest_of(pair())):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_another_process_that_writes_is_respected_and_its_death_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    filled(path, 2)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        named = rf"Another process \({holder.pid} on .*\) is writing to '{path}'"
        with pytest.raises(RunFileError, match=named):
            open_for_writing(path, manifest_of(pair()), fresh=True)
        assert len(outcomes(path)) == 4, "reading is possible all the same"
        holder.kill()
        holder.wait()
    with open_for_writing(path, manifest_of(pair())) as store:
        assert len(store.answered("teacher")) == 2


def test_a_closed_run_is_one_file(tmp_path: Path) -> None:
    filled(tmp_path / "a.falloff", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.falloff"]


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="cannot be opened") as raised:
        open_for_writing(tmp_path / "file" / "a.falloff", manifest_of(pair()))
    assert "--run" in raised.value.remedy
    with pytest.raises(RunFileError, match="is a folder, not a run"):
        open_for_writing(tmp_path, manifest_of(pair()))
    with pytest.raises(RunFileError, match="is a folder, not a run"):
        open_for_reading(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named_and_can_be_read(tmp_path: Path) -> None:
    filled(tmp_path / "a.falloff", 2)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(SetupError, match="cannot be opened"):
            open_for_writing(tmp_path / "a.falloff", manifest_of(pair()))
        assert len(outcomes(tmp_path / "a.falloff")) == 4
    finally:
        tmp_path.chmod(0o700)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.falloff"
    run(path, pair(), budget=20)
    before = outcomes(path)
    with open_for_writing(path, manifest_of(pair())) as store:
        _fill_up(store)
        with pytest.raises(SetupError, match="database or disk is full") as raised:
            asyncio.run(conducted(store, pair(), budget=400))
    assert "Make room" in raised.value.remedy
    assert before.items() <= outcomes(path).items()
    run(path, pair(), budget=400)
    run(tmp_path / "b.falloff", pair(), budget=400)
    assert outcomes(path) == outcomes(tmp_path / "b.falloff")


def _fill_up(store: RunStore) -> None:
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 40}")


def test_twenty_thousand_outcomes_are_recorded_in_seconds(tmp_path: Path) -> None:
    count, together = 20_000, 100
    with open_for_writing(tmp_path / "a.falloff", manifest_of(pair())) as store:
        probes = made_up(count)
        store.place(probes)
        answers = [answer(placed) for placed in probes]
        start = time.perf_counter()
        for first in range(0, count, together):
            store.record(answers[first : first + together])
        seconds = time.perf_counter() - start
    assert count / seconds > 5_000


def test_an_sqlite_that_is_too_old_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(SetupError, match=r"SQLite 3\.37 or newer"):
        open_for_writing(tmp_path / "a.falloff", manifest_of(pair()))
