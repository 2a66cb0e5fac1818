"""Files as people have them: columns are said, losses counted, errors have their place."""

import csv
import json
import os
import socket

import pytest

from falloff.core import SetupError, UnknownNameError, UsageError
from falloff.probes.bench import Bench, read_benchmark
from falloff.probes.bench.rows import LONGEST_LINE


def lines(path, *rows, raw=False):
    path.write_bytes(b"".join(r if raw else json.dumps(r).encode() + b"\n" for r in rows))
    return path


def item(i, **more):
    return {"question": f"How many pens are in box {i}?", "answer": str(i), **more}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "b.jsonl"


def test_columns_are_guessed_and_said(file):
    lines(file, {"input": "Say 3.", "target": 3, "subject": "s", "noise": 1})
    bench = read_benchmark(file)
    assert bench.columns == {"prompt": "input", "answer": "target", "group": "subject"}
    assert "prompt from 'input', answer from 'target'" in bench.said[0]
    assert "not used: noise" in bench.said[0]


def test_columns_may_be_named(file):
    lines(file, {"question": "no", "frage": "Say 3.", "antwort": "3"})
    bench = read_benchmark(file, columns="prompt=frage,answer=antwort")
    assert bench.items[0].prompt == "Say 3."


@pytest.mark.parametrize(
    ("columns", "error", "what"),
    [
        ("prompt=frage,answer=antwrt", UnknownNameError, "antwrt"),
        ("prompt", UsageError, "names no column"),
        ("promt=frage", UnknownNameError, "promt"),
        ("", UsageError, "no column for the prompt"),
        ("prompt=frage", UsageError, "no column for the answer"),
    ],
)
def test_a_column_that_is_not_there_is_an_error(file, columns, error, what):
    lines(file, {"frage": "Say 3.", "antwort": "3"})
    with pytest.raises(error, match=what):
        read_benchmark(file, columns=columns)


def test_a_byte_order_mark_and_blank_lines_do_no_harm(file):
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(item(1)).encode() + b"\r\n\n" +
                     json.dumps(item(2)).encode() + b"\n")  # fmt: skip
    bench = read_benchmark(file)
    assert [i.answer for i in bench.items] == ["1", "2"]
    assert not bench.losses


def test_a_last_line_that_breaks_off_is_said_and_the_rest_used(file):
    whole = b"".join(json.dumps(item(i)).encode() + b"\n" for i in range(3))
    for end in (b'{"question": "How ma', b'{"question": "\xe2\x82'):
        file.write_bytes(whole + end)
        bench = read_benchmark(file)
        assert len(bench.items) == 3
        assert bench.losses == {"a last line that breaks off": 1}
        assert "Left out: a last line that breaks off (1)" in bench.said[-1]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"question": "a", "answer": "1"}\n{"question": "b\n{"question": "c"}\n', "line 2 is no"),
        (b'{"question": "caf\xe9", "answer": "1"}\n{"question": "b"}\n', "line 1 is not UTF-8"),
        ('{"question": "a", "answer": "1"}\n'.encode("utf-16"), "line 1 is UTF-16"),
        (b"[1, 2]\n", "line 1: a list"),
        (b"\n\n", "no rows"),
        (b"", "no rows"),
    ],
)
def test_a_file_that_is_no_table_is_one_clear_error(file, content, what):
    file.write_bytes(content)
    with pytest.raises(UsageError, match=what) as raised:
        read_benchmark(file)
    assert raised.value.remedy


def test_mixed_encodings_are_an_error_that_names_the_line(file):
    file.write_bytes(
        json.dumps(item(1)).encode() + b"\n" + '{"question": "café"'.encode("latin-1") + b"}\n"
    )
    with pytest.raises(UsageError, match="line 2 is not UTF-8"):
        read_benchmark(file)


def test_a_line_of_fifty_megabytes_is_passed_over(file):
    with file.open("wb") as out:
        out.write(json.dumps(item(1)).encode() + b"\n")
        out.write(b'{"question": "' + b"x" * 50_000_000 + b'", "answer": "1"}\n')
        out.write(json.dumps(item(2)).encode() + b"\n")
    bench = read_benchmark(file)
    assert [i.answer for i in bench.items] == ["1", "2"]
    assert bench.losses == {f"a line of more than {LONGEST_LINE:,} bytes": 1}


def test_defects_of_rows_are_counted_by_reason(file):
    choices = ["a", "b", "b"]
    lines(
        file,
        item(1),
        item(2, answer=" "),
        item(3, question=""),
        item(4, answer="zzz", choices=choices),
        item(5, answer="b", choices=choices),
        item(6, answer="a", choices=choices),
        item(7, answer="a", choices=["a"]),
        item(1),
        item(8, answer=None),
        item(9, question="half \ud800"),
    )
    bench = read_benchmark(file)
    assert [i.answer for i in bench.items] == ["1", "a"]
    assert bench.losses == {
        "an empty answer": 2,
        "an empty prompt": 1,
        "an answer that is not among the choices": 1,
        "two right answers among the choices": 1,
        "a single choice": 1,
        "an item that stands there already": 1,
        "a prompt with half a character": 1,
    }


def test_a_file_without_a_usable_row_is_an_error_that_counts_them(file):
    lines(file, item(1, answer=""), item(2, answer=""))
    with pytest.raises(UsageError, match=r"an empty answer \(2\)"):
        read_benchmark(file)


def test_two_items_of_one_id_are_an_error_that_names_both_lines(file):
    lines(file, item(1, id="x"), item(2, id="y"), item(3, id="x"))
    with pytest.raises(UsageError, match="lines 1 and 3 have the same id 'x'"):
        read_benchmark(file)


@pytest.mark.parametrize(
    ("answer", "choices", "right"),
    [
        ("B", ["red", "blue"], "blue"),
        ("(b)", ["red", "blue"], "blue"),
        ("blue", ["red", "blue"], "blue"),
        ("BLUE", ["red", "blue"], "blue"),
        (["blue"], {"text": ["red", "blue"], "label": ["1", "2"]}, "blue"),
        ("2", {"text": ["red", "blue"], "label": ["1", "2"]}, "blue"),
        ("7", ["6", "7"], "7"),
        ("b", '["red", "blue"]', "blue"),
        ("B", "red | blue", "blue"),
        ("A", [{"text": "red", "label": "B"}, {"text": "blue", "label": "A"}], "blue"),
    ],
)
def test_the_right_choice_by_letter_text_or_label(file, answer, choices, right):
    lines(file, item(1, answer=answer, choices=choices))
    assert read_benchmark(file).items[0].answer == right


def test_numbers_of_choices_count_from_where_the_file_shows_that_they_do(file):
    def answers(*given):
        lines(file, *(item(i, answer=a, choices=["x", "y", "z"]) for i, a in enumerate(given)))
        return [i.answer for i in read_benchmark(file).items]

    assert answers(0, 1, 2) == ["x", "y", "z"]
    assert answers(1, 3) == ["x", "z"]
    with pytest.raises(UsageError, match="not among the choices"):
        answers(1, 2)


def test_options_in_columns_of_their_own_are_joined(tmp_path):
    path = tmp_path / "b.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(["question", "A", "B", "C", "answer"])
        writer.writerow(["Which, of these?", "red", "blue", "green", "C"])
    bench = read_benchmark(path)
    assert bench.items[0].answer == "green"
    assert bench.items[0].options.listed
    assert "choices from 'A|B|C'" in bench.said[0]


def test_options_are_found_in_the_prompt_where_they_stand(file):
    text = "Which?\n(A) red\n(B) blue\nAnswer:"
    lines(file, item(1, question=text, choices=["red", "blue"], answer="A"))
    options = read_benchmark(file).items[0].options
    assert text[slice(*options.span)] == "(A) red\n(B) blue"
    assert options.leads == ("(A) ", "(B) ")
    lines(file, item(1, question="Is it red or blue?", choices=["red", "blue"], answer="A"))
    options = read_benchmark(file).items[0].options
    assert (options.span, options.listed) == (None, False)


def test_a_table_may_be_parquet(tmp_path):
    polars = pytest.importorskip("polars")
    path = tmp_path / "b.parquet"
    frame = {"question": ["a?", "b?"], "answer": [1, 0], "choices": [["x", "y"], ["x", "y"]]}
    polars.DataFrame(frame).write_parquet(path)
    assert [i.answer for i in read_benchmark(path).items] == ["y", "x"]
    path.write_bytes(b"PAR1 nothing of the kind PAR1")
    with pytest.raises(UsageError, match="cannot be read as Parquet"):
        read_benchmark(path)


def test_messages_are_taken_as_they_are(file):
    said = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "How many?"}]},
    ]
    tool = {"type": "function", "function": {"name": "count", "parameters": {"type": "object"}}}
    image = [{"role": "user", "content": [{"type": "image_url", "image_url": "http://x.test/a"}]}]
    lines(
        file,
        {"messages": said, "answer": "3", "tools": [tool]},
        {"messages": image, "answer": "3"},
        {"messages": [*said, {"role": "assistant", "content": "3"}], "answer": "3"},
    )
    bench = read_benchmark(file)
    (only,) = bench.items
    assert (only.before[0].content, only.prompt, only.tools[0].name) == (
        "Be brief.", "How many?", "count",
    )  # fmt: skip
    assert bench.losses == {
        "messages with more than text": 1,
        "messages that do not end with the user's": 1,
    }


def test_paths_and_addresses_in_a_file_are_never_followed(file, tmp_path, monkeypatch):
    """Neither an address nor a path nor a Python function named in the data."""

    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    evil = tmp_path / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    lines(
        file,
        *(
            item(i, answer=a, protected=[str(evil)], tools=None)
            for i, a in enumerate(
                [f"{evil}:score", "http://127.0.0.1:9/x", "file:///etc/passwd",
                 "__import__('os').system('true')"]
            )
        ),
    )  # fmt: skip
    bench = read_benchmark(file)
    assert len(bench.items) == 4
    assert not (tmp_path / "ran").exists()


def test_the_digest_follows_contents_and_not_names(file, tmp_path):
    lines(file, item(1))
    other = lines(tmp_path / "c.jsonl", item(1))
    assert read_benchmark(file).digest == read_benchmark(other).digest
    assert read_benchmark(file).digest != read_benchmark(file, scoring="exact").digest
    lines(other, item(2))
    assert read_benchmark(file).digest != read_benchmark(other).digest


def test_a_larger_benchmark_is_drawn_from_by_id(file, monkeypatch):
    monkeypatch.setattr("falloff.probes.bench.reading.MOST_ITEMS", 20)
    lines(file, *(item(i, id=f"n{i}") for i in range(100)))
    bench = read_benchmark(file)
    lines(file, *(item(i, id=f"n{i}") for i in reversed(range(100))))
    again = read_benchmark(file)
    assert len(bench.items) == 20
    assert {i.id for i in bench.items} == {i.id for i in again.items}
    assert "20 of the items, drawn by their id, are used." in bench.said


@pytest.mark.parametrize(
    ("stressors", "error", "what"),
    [
        ("typoes", UnknownNameError, "typos"),
        ("typos+typos", UsageError, "no pair"),
        ("typos+framing+turns", UsageError, "no pair"),
        ("number_swap", UsageError, "needs your solver"),
        ("options", UsageError, "no item has options"),
    ],
)
def test_a_stressor_that_cannot_be_had_is_an_error_where_it_is_named(file, stressors, error, what):
    lines(file, *map(item, range(20)))
    with pytest.raises(error) as raised:
        Bench(file=file, stressors=stressors).prepare()
    assert what in str(raised.value)


def test_what_is_left_out_is_said(file):
    lines(file, *map(item, range(20)))
    prepared = Bench(file=file).prepare()
    assert "number_swap" in prepared.left_out
    assert any(line.startswith("Not asked: options, since") for line in prepared.said)


def test_typos_without_their_word_list_are_left_out_or_name_the_extra(file, monkeypatch):
    lines(file, *map(item, range(20)))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "falloff[bench]" in Bench(file=file).prepare().left_out["typos"]
    with pytest.raises(UsageError, match=r"falloff\[bench\]"):
        Bench(file=file, stressors="typos").prepare()


@pytest.mark.parametrize("name", ["nowhere.jsonl", "b.txt"])
def test_a_file_of_another_kind_is_an_error(tmp_path, name):
    (tmp_path / "b.txt").write_text("x")
    with pytest.raises(UsageError, match="benchmark"):
        read_benchmark(tmp_path / name)


def test_a_file_without_rights_is_an_error(file):
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    lines(file, item(1)).chmod(0)
    with pytest.raises((UsageError, SetupError)):
        read_benchmark(file)
