"""A benchmark's items are a fixed pool: asked in turn, told apart, and kept with the run."""

from collections import Counter

import pytest
from benchmark_rows import write
from hypothesis import given
from hypothesis import strategies as st

import falloff
from falloff.core import UsageError
from falloff.gather import UNKNOWN_GOLD
from falloff.probes import FAMILIES
from falloff.probes.bench import Bench
from falloff.probes.family import Pool


@pytest.fixture(autouse=True)
def forget():
    before = set(FAMILIES)
    yield
    for name in set(FAMILIES) - before:
        FAMILIES.forget(name)


def right(messages):
    """A model that is never right, in few words."""
    return f"It is {len(messages)}."


@given(size=st.integers(1, 10**6), seed=st.integers(0, 2**63 - 1), data=st.data())
def test_a_seed_names_its_item(size, seed, data):
    pool = Pool(size=size, eligible=(0,))
    item = data.draw(st.integers(0, size - 1))
    assert pool.item(pool.seed(seed, item)) == item
    assert 0 <= pool.seed(seed, item) < 2**63


def test_every_item_has_its_turn_before_one_is_asked_again():
    pool = Pool(size=50, eligible=tuple(range(0, 50, 2)))
    turns = [pool.turn(7, "typos", number) for number in range(75)]
    assert Counter(turns) == dict.fromkeys(range(0, 50, 2), 3)
    assert turns[:25] != turns[25:50] != [pool.turn(8, "typos", n) for n in range(25)]


def test_a_run_asks_in_turn_and_its_report_needs_no_file(tmp_path):
    file = write(tmp_path / "mixed.jsonl", 60)
    bench = Bench(file=file, stressors="typos,framing")
    run = falloff.measure(right, bench=bench, budget=120, run=tmp_path / "a.falloff")
    with run._reader() as reader:
        different = 0
        for stamp in reader.manifest.families:
            answers = reader.evidence(stamp.name)
            asked = Counter(seed % stamp.pool.size for seed in answers.seeds)
            assert len(asked) == min(stamp.pool.used, len(answers.seeds))
            different += len(asked)
            assert max(asked.values()) - min(asked.values()) <= 1
            assert stamp.pool.used + sum(stamp.pool.rejected.values()) == 60
    assert run.manifest.bench["items"] == 60
    items = Counter((row["family"], row["item"]) for row in run.rows())
    assert len(items) == different
    assert UNKNOWN_GOLD not in run.report(tmp_path / "a.html").read_text()
    file.unlink()
    for name in ("typos", "framing"):
        FAMILIES.forget(name)
    again = falloff.open_run(run.path)
    assert again.as_dict() == run.as_dict()
    assert UNKNOWN_GOLD in again.report(tmp_path / "b.html").read_text()


def test_a_changed_benchmark_is_another_run(tmp_path):
    file = write(tmp_path / "mixed.jsonl", 30)
    said = {"budget": 16, "run": tmp_path / "a.falloff"}
    bench = Bench(file=file, stressors="framing")
    falloff.measure(right, bench=bench, **said)
    falloff.measure(right, bench=bench, **said)
    write(file, 31)
    with pytest.raises(UsageError, match="benchmark: "):
        falloff.measure(right, bench=bench, **said)


def test_a_benchmark_is_asked_alone(tmp_path):
    with pytest.raises(UsageError, match="asked alone"):
        falloff.measure(right, bench=write(tmp_path / "m.jsonl", 20), suite="micro", budget=16)
