"""Benchmarks that the datasets library loads: folders that it wrote, and a hub out of reach."""

import sys

import pytest

from falloff.core import SetupError, UnknownNameError, UsageError
from falloff.probes.bench import read_benchmark


def rows(count, start=0):
    return [
        {"question": f"How many pens are in box {i}?", "answer": str(i)}
        for i in range(start, start + count)
    ]


@pytest.fixture
def datasets(tmp_path, monkeypatch):
    library = pytest.importorskip("datasets")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    library.disable_progress_bars()
    return library


@pytest.fixture
def splits(datasets):
    return datasets.DatasetDict(
        train=datasets.Dataset.from_list(rows(9, 100)), test=datasets.Dataset.from_list(rows(5))
    )


def test_a_saved_data_set_is_read_and_what_models_are_not_trained_on_comes_first(splits, tmp_path):
    splits.save_to_disk(tmp_path / "pens")
    bench = read_benchmark(f"hf:{tmp_path}/pens")
    assert [item.answers for item in bench.items] == [(str(i),) for i in range(5)]
    assert bench.name == "pens"
    assert "split test: 5 items" in bench.said[0]
    named = read_benchmark(f"hf:{tmp_path}/pens?split=train")
    assert len(named.items) == 9
    assert named.digest != bench.digest


def test_the_same_rows_are_the_same_benchmark_wherever_they_lie(splits, tmp_path):
    splits["test"].save_to_disk(tmp_path / "alone")
    (tmp_path / "parquet").mkdir()
    for name, split in splits.items():
        split.to_parquet(tmp_path / "parquet" / f"{name}.parquet")
    alone = read_benchmark(f"hf:{tmp_path}/alone")
    again = read_benchmark(f"hf:{tmp_path}/parquet?split=test", columns="prompt=question")
    assert alone.items == again.items
    assert alone.digest == again.digest


def test_what_is_not_there_is_said_with_what_is(splits, datasets, tmp_path):
    splits.save_to_disk(tmp_path / "pens")
    with pytest.raises(UnknownNameError, match="'tset'") as found:
        read_benchmark(f"hf:{tmp_path}/pens?split=tset")
    assert "Did you mean 'test'?" in found.value.remedy
    with pytest.raises(UnknownNameError, match="option of a data set 'splt'"):
        read_benchmark(f"hf:{tmp_path}/pens?splt=test")
    datasets.DatasetDict(a=splits["test"], b=splits["train"]).save_to_disk(tmp_path / "two")
    with pytest.raises(UsageError, match="has the splits a, b") as found:
        read_benchmark(f"hf:{tmp_path}/two")
    assert "two?split=a" in found.value.remedy
    (tmp_path / "b.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match="is a file"):
        read_benchmark(f"hf:{tmp_path}/b.jsonl")


def test_a_hub_that_cannot_be_reached_is_the_machines_fault(datasets):
    with pytest.raises(SetupError, match="some/set' cannot be had") as found:
        read_benchmark("hf:some/set")
    assert "save_to_disk" in found.value.remedy


def test_without_the_extra_the_command_for_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SetupError, match="hf:some/set") as found:
        read_benchmark("hf:some/set")
    assert "falloff[datasets]" in found.value.remedy
