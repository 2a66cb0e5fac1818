"""Tables as people have them: read as they stand, or refused with the line and the remedy."""

import pytest

from falloff.core import UsageError
from falloff.tables import Columns, read_outcomes

PLAIN = "model,item,level,score\na,1,1,1\na,2,4,0\n"


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_delimiters_line_ends_and_marks_make_no_difference(tmp_path, delimiter, ending, encoding):
    text = PLAIN.replace(",", delimiter).replace("\n", ending)
    table = read_outcomes(written(tmp_path, text, encoding))
    assert table.models == ("a", "a")
    assert table.items == ("1", "2")
    assert table.levels == ((1.0, 4.0),)
    assert table.scores == (1.0, 0.0)
    assert table.weights is None


@pytest.mark.parametrize(
    "header",
    [
        "System;Question ID;Context_Length;Accuracy",
        "alias;task_id;human_minutes;score_binarized",
        "MODEL;task;dose;correct",
    ],
)
def test_columns_are_guessed_from_what_they_are_called(tmp_path, header):
    table = read_outcomes(written(tmp_path, f"{header}\na;x;2;TRUE\na;y;3;false\n"))
    assert (table.models, table.levels, table.scores) == (("a", "a"), ((2.0, 3.0),), (1.0, 0.0))
    assert all(f"'{name}'" in table.said for name in header.split(";"))


def test_columns_can_be_named(tmp_path):
    path = written(tmp_path, "who,model,what,score,points,w\na,z,1,9,1,2\nb,z,2,9,0,3\n")
    wanted = Columns(model="who", levels=("what",), score="points", weight="w")
    table = read_outcomes(path, wanted)
    assert table.models == ("a", "b")
    assert table.scores == (1.0, 0.0)
    assert table.weights == (2.0, 3.0)
    assert table.own_items
    assert "each row is an item of its own" in table.said
    assert "not used: model, score" in table.said


def test_a_horizon_log_has_more_columns_than_are_needed(tmp_path):
    text = (
        "task_id,run_id,alias,score_cont,score_binarized,human_minutes,invsqrt_task_weight\n"
        "t1,r1,agent,0.5,0,12.5,0.01\n"
    )
    table = read_outcomes(written(tmp_path, text))
    assert table.columns == Columns(
        model="alias",
        item="task_id",
        levels=("human_minutes",),
        score="score_binarized",
        weight="invsqrt_task_weight",
    )


def test_blank_lines_and_quotes_are_no_rows(tmp_path):
    text = 'model,item,level,score\n\n"a, the first",1,1,1\n  ,,,\n"a ""b""",2,2,0\n\n'
    assert read_outcomes(written(tmp_path, text)).models == ("a, the first", 'a "b"')


def head(*rows):
    return "\n".join(["model,item,level,score", *rows, ""])


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("", "is empty", "header"),
        ("\n\n", "is empty", "header"),
        ("model,item,level,score\n", "no rows", "row"),
        ("a,b,c\n1,2,3\n", "no column for the model", "--model-column"),
        ("model,item,score\na,1,1\n", "no column for the level", "--level-column"),
        ("model,item,level\na,1,1\n", "no column for the score", "--score-column"),
        ("item,level,score\n1,1,1\n", "no column for the model", "its columns|--model-column"),
        ("model,4k,8k,16k\na,90,80,70\n", "a column for each level", "one row for each score"),
        ("model,level,level,score\na,1,1,1\n", "two columns 'level'", "Rename"),
        (head("a,1,1,1", "a,1,long,1"), "line 3, column 'level': 'long' is not", "4096"),
        (head("a,1,4k,1"), "line 2, column 'level': '4k' is not a number", "4096 rather than 4k"),
        (head("a,1,nan,1"), "line 2, column 'level': 'nan' is not a number", "plain"),
        (head("a,1,inf,1"), "'inf' is not a number", "plain"),
        (head("a,1,1_000,1"), "'1_000' is not a number", "plain"),
        (head("a,1,,1"), "line 2, column 'level': the cell is empty", "number in every row"),
        (head("a,1,1,1", "", "a,1,2,1.5"), "line 4, column 'score': the score 1.5", "by 100"),
        (head("a,1,1,85.6"), "the score 85.6 is outside 0 to 1", "divide them by 100"),
        (head("a,1,1,-0.1"), "the score -0.1 is outside", "shares from 0 to 1"),
        (head("a,1,1,101"), "the score 101 is outside", "shares from 0 to 1"),
        (head("a,1,1,maybe"), "'maybe' is not a number", "plain"),
        (head("a,1,1,"), "line 2, column 'score': the cell is empty", "number"),
        (head("a,1,1"), "line 2, column 'score': the cell is empty", "number"),
        (head(",1,1,1"), "line 2, column 'model': the cell is empty", "name"),
        (head("a,,1,1"), "line 2, column 'item': the cell is empty", "name"),
        (head("a,1,1,1,9"), "line 2: 5 cells for 4 columns", "0.5 rather than 0,5"),
        (head('a,1,1,"1'), "line 2|unexpected end", "quotes"),
        ("model;level;score\na;1;0,5\n", "'0,5' is not a number", "0.5 rather than 0,5"),
        ("model,level,score,weight\na,1,1,-1\n", "the weight -1 is negative", "0 or more"),
        (PLAIN.encode("utf-16"), "not text in UTF-8", "UTF-8"),
        (PLAIN.encode("utf-16-le"), "zero bytes", "UTF-8"),
        ("model,level,score\nm\xfcd,1,1\n".encode("latin-1"), "byte 19", "UTF-8"),
    ],
)
def test_what_cannot_be_taken_as_it_stands_is_refused(tmp_path, text, message, remedy):
    with pytest.raises(UsageError, match=message) as refused:
        read_outcomes(written(tmp_path, text))
    assert refused.match(remedy)
    assert "data.csv" in refused.value.message


def test_a_named_column_that_is_not_there_is_met_with_the_nearest(tmp_path):
    with pytest.raises(UsageError, match="Did you mean 'level'"):
        read_outcomes(written(tmp_path, PLAIN), Columns(levels=("levle",)))


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_a_file_that_is_not_there_is_an_error_for_people(tmp_path, name):
    with pytest.raises(UsageError, match="cannot be read"):
        read_outcomes(tmp_path / name)


def test_several_level_columns_are_guessed_by_their_prefix_or_named(tmp_path):
    guessed = written(tmp_path, "model,level_steps,level_noise,score\na,1,0,1\na,2,4,0\n")
    assert read_outcomes(guessed).columns.levels == ("level_steps", "level_noise")
    named = written(tmp_path, "model,steps,noise,score\na,1,0,1\na,2,4,0\n")
    table = read_outcomes(named, Columns(levels=("steps", "noise")))
    assert table.levels == ((1.0, 2.0), (0.0, 4.0))
    assert "level 'steps', level 'noise'" in table.said


def test_one_column_has_one_role(tmp_path):
    with pytest.raises(UsageError, match="named twice"):
        read_outcomes(written(tmp_path, PLAIN), Columns(levels=("level", "level")))


ROWS = [{"model": "a", "item": 1, "level": 1, "score": True}]
ROWS += [{"model": "a", "item": 2, "level": 4.0, "score": 0}]


@pytest.mark.parametrize("kind", ["rows", "pandas", "polars"])
def test_rows_and_frames_say_the_same_as_a_file(tmp_path, kind):
    data = ROWS
    if kind != "rows":
        rows = [row | {"score": float(row["score"])} for row in ROWS]
        data = pytest.importorskip(kind).DataFrame(rows)
    table = read_outcomes(data)
    assert table.levels == ((1.0, 4.0),)
    assert table.scores == (1.0, 0.0)
    assert table.items == ("1", "2")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "no rows"),
        ([ROWS[0], {"model": "a"}], "Row 2 has the columns model, the first"),
        ([ROWS[0] | {"level": None}], "row 1, column 'level': the cell is empty"),
        ([ROWS[0] | {"score": float("nan")}], "row 1, column 'score': 'nan' is not a number"),
        (7, "cannot be read from a int"),
        ({"model": ["a"]}, "cannot be read from a dict"),
        ([1, 2], "cannot be read from a list"),
    ],
)
def test_other_data_are_refused_with_the_row(data, message):
    with pytest.raises(UsageError, match=message):
        read_outcomes(data)
