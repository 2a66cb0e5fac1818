"""Prompts of files that others have written, whole or damaged."""

import json
from pathlib import Path

import pytest

from falloff.core import UsageError
from falloff.tables import lines, prompts
from falloff.tables.prompts import read_prompts


def texts(path, **how):
    return read_prompts(path, **({"distinct": True} | how)).texts


def write(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "why?"},
        {"question": "why?", "answer": "so"},
        {"messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "why?"},
                      {"role": "assistant", "content": "so"}, {"role": "user", "content": "no"}]},
        {"conversations": [{"from": "human", "value": "why?"}, {"from": "gpt", "value": "so"}]},
        {"prompt": [{"role": "user", "content": [{"type": "text", "text": "why?"},
                    {"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/x.png"}}]}]},
    ],
)  # fmt: skip
def test_a_prompt_is_what_the_user_says_before_the_first_reply(tmp_path, record):
    assert texts(write(tmp_path / "a.jsonl", [record])) == ("why?",)


def test_an_instruction_goes_with_its_input(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"instruction": "Sum up.", "input": "Long.", "output": ""}])
    assert texts(path) == ("Sum up.\nLong.",)


def test_csv_text_and_a_json_list_are_read_too(tmp_path):
    (tmp_path / "a.csv").write_text('id,Question\n1,"a, b"\n2,c\n', encoding="utf-8-sig")
    (tmp_path / "a.txt").write_text("a, b\n\nc\n", encoding="utf-8-sig")
    (tmp_path / "a.json").write_text('[{"text": "a, b"}, {"text": "c"}]')
    for name in ("a.csv", "a.txt", "a.json"):
        assert texts(tmp_path / name) == ("a, b", "c")


def test_what_differs_in_white_space_alone_counts_once_unless_all_are_wanted(tmp_path):
    path = write(
        tmp_path / "a.jsonl", [{"text": t} for t in ("Where is it?", "Where  is it?", "x")]
    )
    assert texts(path) == ("Where is it?", "x")
    assert len(texts(path, distinct=False)) == 3
    assert "1 of them say what another one says" in " ".join(read_prompts(path, distinct=True).said)


def test_a_damaged_file_is_used_as_far_as_it_goes_and_the_loss_is_said(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"text": "one"}\n{"text": "caf\xe9"}\nnot json\n{"no": 1}\n[1]\n'
        b'{"text": "two"}\n{"text": "thr'
    )
    found = read_prompts(path, distinct=True)
    assert found.texts == ("one", "two")
    said = " ".join(found.said)
    assert "the last line is cut short" in said
    assert "2 not JSON" in said
    assert "1 not in UTF-8" in said
    assert "1 records have no prompt" in said


def test_a_line_longer_than_any_prompt_is_left_out_and_never_held(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST", 1000)
    path = tmp_path / "a.txt"
    path.write_text("short\n" + "x" * 5000 + "\nalso short\n")
    found = read_prompts(path, distinct=True)
    assert found.texts == ("short", "also short")
    assert "1 longer than" in " ".join(found.said)


def test_a_line_of_50_mb_is_read_and_a_prompt_of_it_cut(tmp_path):
    path = write(tmp_path / "a.jsonl", [{"text": "word " * 10_000_000}, {"text": "b"}])
    found = texts(path)
    assert [len(text) for text in found] == [prompts.MOST_LETTERS, 1]


def test_of_very_many_prompts_some_are_drawn_from_all_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(prompts, "MOST_PROMPTS", 200)
    path = write(tmp_path / "a.jsonl", [{"text": str(n)} for n in range(2000)])
    drawn = [int(text) for text in texts(path)]
    assert len(drawn) == len(set(drawn)) == 200
    assert drawn == sorted(drawn)
    assert 800 < sum(drawn) / 200 < 1200
    assert texts(path) == tuple(map(str, drawn))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no prompts"),
        (b'{"answer": 1}\n', "no prompts"),
        ("caf\xe9\n".encode("utf-16"), "UTF-16"),
        (b"id,answer\n1,2\n", "no column for the prompt"),
        (b"\xff\xfa\xff\n", "not in UTF-8"),
        (b"\0" * 100, "not in UTF-8"),
    ],
)
def test_a_file_without_prompts_is_an_error_that_says_what_to_give(tmp_path, content, words):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=words) as error:
        read_prompts(path, distinct=True)
    assert error.value.remedy


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_prompts(tmp_path / "none.jsonl", distinct=True)


def test_parquet_is_read_by_its_column_of_prompts(tmp_path, monkeypatch):
    polars = pytest.importorskip("polars")
    monkeypatch.setattr("falloff.tables.parquet._SLICE", 2)
    path = tmp_path / "train.parquet"
    polars.DataFrame({"n": range(5), "Prompt": [f"sum {i}" for i in range(5)]}).write_parquet(path)
    found = read_prompts(path, distinct=True)
    assert found.texts == tuple(f"sum {i}" for i in range(5))
    assert found.said == ("train.parquet: 5 prompts from 'prompt'.",)


def test_chats_in_parquet_are_read_as_in_json(tmp_path):
    polars = pytest.importorskip("polars")
    chats = [[{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]] * 2
    polars.DataFrame({"messages": chats}).write_parquet(tmp_path / "chats.parquet")
    assert read_prompts(tmp_path / "chats.parquet", distinct=True).texts == ("one",)


@pytest.mark.parametrize("name", ["own.csv", "own.jsonl", "own.parquet"])
def test_a_column_may_be_named(tmp_path, name):
    """Though another one is called as prompts are."""
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"prompt": ["a", "b"], "Frage": ["c", "d"]})
    write = {".csv": table.write_csv, ".jsonl": table.write_ndjson, ".parquet": table.write_parquet}
    write[Path(name).suffix](tmp_path / name)
    assert read_prompts(tmp_path / f"{name}:Frage", distinct=True).texts == ("c", "d")
    with pytest.raises(UsageError, match="has no column 'frage'"):
        read_prompts(tmp_path / f"{name}:frage", distinct=True)


def test_bytes_that_are_no_parquet_are_one_error(tmp_path):
    pytest.importorskip("polars")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(UsageError, match="cannot be read as Parquet"):
        read_prompts(tmp_path / "bad.parquet", distinct=True)
