"""falloff export: tables of outcomes, whole or not at all."""

import csv
import json

import pytest
from typer.testing import CliRunner

import falloff
from falloff.cli.app import app
from falloff.cli.export import export
from falloff.core import RunFileError, SetupError, UsageError
from falloff.report.outcome_files import write_outcomes


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "pair.falloff"
    return falloff.compare("sim:teacher", "sim:narrow", budget=40, run=path)


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_csv_has_a_row_for_each_outcome(run, tmp_path):
    out = tmp_path / "out.csv"
    said = CliRunner().invoke(app, ["export", str(run.path), str(out)])
    assert (said.exit_code, said.stdout) == (0, f"{out}\n")
    with out.open(newline="") as file:
        written = list(csv.DictReader(file))
    rows = list(run.rows())
    assert len(written) == len(rows) > 40
    for got, row in zip(written, rows, strict=True):
        assert {k: v for k, v in got.items() if v} == {
            k: str(v) for k, v in row.items() if v is not None
        }


def test_json_lines_are_the_rows(run, tmp_path):
    export(run.path, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == list(run.rows())


def test_parquet_has_the_same_rows_with_their_types(run, tmp_path):
    polars = pytest.importorskip("polars")
    export(run.path, tmp_path / "out.parquet")
    frame = polars.read_parquet(tmp_path / "out.parquet")
    rows = list(run.rows())
    assert frame["score"].to_list() == [row["score"] for row in rows]
    assert frame["axis.steps"].to_list() == [row.get("axis.steps") for row in rows]
    assert frame.schema["calls"] == polars.Int64
    assert frame.schema["error"] == polars.String
    assert names(tmp_path) == ["out.parquet"]


def test_an_unknown_ending_is_one_clear_error_before_anything_is_read(tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.csv, \.jsonl, \.parquet or \.eval"):
        export(tmp_path / "none.falloff", tmp_path / "out.xlsx")


def test_a_run_that_is_not_there_leaves_nothing(tmp_path):
    with pytest.raises(RunFileError):
        export(tmp_path / "none.falloff", tmp_path / "out.csv")
    assert not names(tmp_path)


def test_the_run_itself_is_not_overwritten(run, tmp_path):
    copy = tmp_path / "run.csv"
    copy.write_bytes(run.path.read_bytes())
    with pytest.raises(UsageError, match="the run itself"):
        export(copy, copy)
    assert copy.read_bytes() == run.path.read_bytes()


def row(answer):
    return {"probe": "p", "family": "f", "coordinate": "a=1", "axis.a": 1, "answer": answer}


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path):
    def rows():
        yield row("first")
        assert out.read_text() == "earlier"
        raise OSError("the disk is gone")

    out = tmp_path / "out.csv"
    out.write_text("earlier")
    with pytest.raises(SetupError, match="the disk is gone"):
        write_outcomes(out, rows(), ["a"])
    assert out.read_text() == "earlier"
    assert names(tmp_path) == ["out.csv"]
    write_outcomes(out, [row("second")], ["a"])
    assert "second" in out.read_text()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_what_no_encoding_takes_becomes_an_escape(tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("polars")
    hostile = 'a\ud800b,"c"\nd\0'
    path = write_outcomes(tmp_path / f"out.{ending}", [row(hostile)], ["a"])
    assert b"a\\ud800b" in path.read_bytes().replace(b"\\\\", b"\\")


def test_rows_are_written_one_at_a_time(tmp_path):
    def rows():
        for number in range(50_000):
            if number == 49_999:
                draft = next(tmp_path.iterdir())
                assert draft.stat().st_size > 1_000_000
            yield row(str(number))

    write_outcomes(tmp_path / "out.csv", rows(), ["a"])
