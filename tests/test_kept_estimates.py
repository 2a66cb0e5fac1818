"""What a run's answers mean is kept in its file, and is what estimating anew would give."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import falloff
from falloff import estimating
from falloff.analysis import Comparison
from falloff.core import UsageError
from falloff.packing import fingerprint, pack, unpack

POLICY = "[retention]\noverall = 0.7\nworst_cell = 0.5\n[centre]\nratio = 0.8\n"


def asked(path: Path, budget: int = 48) -> falloff.Run:
    suite = path.with_name("one.toml")
    suite.write_text('name = "one"\ndialect = "micro"\n[families.rule_chain]\n')
    return falloff.compare(
        "sim:teacher",
        "sim:kept-0.8",
        suite=suite,
        budget=budget,
        repeats=2,
        null=True,
        run=path,
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "a.falloff"
    assert asked(path).comparison.students
    return path


@pytest.fixture
def path(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(kept, tmp_path))


def forget(path: Path) -> Path:
    """Make it a run of a falloff that kept nothing."""
    change(path, "DROP TABLE estimates")
    return path


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        assert connection.execute(statement, values).rowcount != 0


@pytest.fixture
def no_estimating(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UsageError("estimated again")

    monkeypatch.setattr(estimating, "compare", refuse)


def is_estimated_again(path: Path) -> bool:
    try:
        return not falloff.open_run(path).comparison
    except UsageError as error:
        return error.message == "estimated again"


@pytest.mark.usefixtures("no_estimating")
def test_estimates_are_not_made_again(path: Path) -> None:
    run = falloff.open_run(path)
    assert run.comparison.null
    assert run.gate().students
    assert is_estimated_again(forget(path))


def test_they_are_what_estimating_anew_gives_to_the_last_bit_and_reading_keeps_nothing(
    path: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "gate.toml"
    policy.write_text(POLICY)

    def said() -> tuple[object, ...]:
        run = falloff.open_run(path)
        return pack(run.comparison), run.as_dict(), repr(run.gate(policy)), run.curves()

    known = said()
    before = forget(path).read_bytes()
    path.chmod(0o400)
    assert said() == known
    assert path.read_bytes() == before


@pytest.mark.usefixtures("no_estimating")
def test_prices_and_the_place_of_the_file_are_no_matter_of_what_is_kept(path: Path) -> None:
    prices = {"sim:teacher": {"input": 1, "output": 1}}
    run = falloff.open_run(path.rename(path.with_name("b.falloff")), prices=prices)
    assert run.comparison.teacher.spending.money is not None
    assert falloff.open_run(run.path).comparison.teacher.spending.money is None


def test_a_run_that_goes_on_keeps_what_its_answers_mean_now(path: Path) -> None:
    more = asked(path, budget=64).comparison
    assert more.probes == 64
    assert pack(falloff.open_run(path).comparison) == pack(more)
    assert pack(falloff.open_run(forget(path)).comparison) == pack(more)


@pytest.mark.usefixtures("no_estimating")
def test_other_answers_are_estimated_anew(path: Path) -> None:
    change(path, "UPDATE answers SET seconds = seconds + 1")
    assert not is_estimated_again(path)
    change(path, "UPDATE answers SET answer = '\"7\"' WHERE role = 'student1' AND probe = 3")
    assert is_estimated_again(path)


@pytest.mark.usefixtures("no_estimating")
def test_other_code_estimates_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "_code", lambda: "another")
    assert is_estimated_again(path)


@pytest.mark.usefixtures("no_estimating")
@pytest.mark.parametrize("packed", [b"", b"no zip", zlib.compress(b"[]\n"), zlib.compress(b"\n")])
def test_what_cannot_be_read_is_estimated_anew(path: Path, packed: bytes) -> None:
    change(path, "UPDATE estimates SET packed = ?", packed)
    assert is_estimated_again(path)


@dataclass(frozen=True)
class Numbers:
    values: tuple[float, ...]
    one: float | None
    by_name: dict[str, tuple[int, str]]
    inner: Numbers | None = None


numbers = st.builds(
    Numbers,
    st.lists(st.floats()).map(tuple),
    st.none() | st.floats(),
    st.dictionaries(st.text(), st.tuples(st.integers(), st.text())),
)


@settings(max_examples=20)
@given(numbers, numbers)
def test_packing_keeps_every_bit_and_the_fingerprint_minds_it(one: Numbers, other: Numbers) -> None:
    whole = Numbers(one.values, other.one, other.by_name, one)
    again = unpack(Numbers, pack(whole))
    assert pack(again) == pack(whole)
    assert fingerprint(again) == fingerprint(whole)
    assert (fingerprint(one) == fingerprint(other)) == (repr(one) == repr(other))


anything = st.recursive(
    st.none() | st.integers() | st.text(max_size=2),
    lambda part: st.lists(part, max_size=7) | st.dictionaries(st.just("again"), part),
    max_leaves=8,
)


@settings(max_examples=20)
@given(anything)
def test_what_was_not_packed_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="no "):
        unpack(Comparison, json.dumps(written).encode() + b"\n12345678")
