"""``falloff fit`` as a user meets it; numerics may not warn, so warnings are errors here too."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from command_line import command

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
HORIZON, LENGTHS = EXAMPLES / "synthetic-horizon.csv", EXAMPLES / "synthetic-lengths.csv"
LEVELS = (1, 2, 4, 8, 16, 32)


def fit(*arguments, cwd, check=True, columns="160"):
    return command("fit", *arguments, cwd=cwd, check=check, COLUMNS=columns)


def rows(scores, model="a"):
    return [f"{model},{i},{level},{s}" for i, (level, s) in enumerate(zip(LEVELS, scores))]  # noqa: B905


def table(tmp_path, *lines, header="model,item,level,score"):
    path = tmp_path / "data.csv"
    path.write_text("\n".join([header, *lines, ""]))
    return path


def test_json_has_all_that_is_promised(tmp_path):
    done = fit(HORIZON, "--json", "--criterion", "0.6", cwd=tmp_path)
    said = json.loads(done.stdout)
    assert [curve["model"] for curve in said["curves"]] == [
        "synthetic-agent-1",
        "synthetic-agent-2",
    ]
    assert said["criterion"] == 0.6
    for curve in said["curves"]:
        for name in ("edge", "edge50", "edge80", "steepness", "area"):
            assert curve[name].keys() == {"estimate", "low", "high", "censored"}
            assert curve[name]["low"] < curve[name]["estimate"] < curve[name]["high"]
        assert curve["edge80"]["estimate"] < curve["edge"]["estimate"] < curve["edge50"]["estimate"]
    (pair,) = said["pairs"]
    assert (pair["reference"], pair["model"]) == ("synthetic-agent-1", "synthetic-agent-2")
    assert pair["items"] == 120
    assert pair["area_difference"]["low"] > 0
    assert pair["log_edge_ratio"]["low"] > 0


def test_the_truth_behind_the_examples_is_found(tmp_path):
    horizon = json.loads(fit(HORIZON, "--json", cwd=tmp_path).stdout)["curves"]
    for curve, half in zip(horizon, (8.0, 30.0), strict=True):
        assert curve["edge50"]["low"] < half < curve["edge50"]["high"]
    lengths = json.loads(fit(LENGTHS, "--json", cwd=tmp_path).stdout)
    (pair,) = lengths["pairs"]
    assert pair["log_edge50_ratio"]["low"] < -1.0986 < pair["log_edge50_ratio"]["high"]  # ln ⅓


def test_what_columns_were_taken_for_is_said_on_stderr(tmp_path):
    done = fit(HORIZON, "--json", cwd=tmp_path)
    assert "level 'human_minutes'" in done.stderr
    assert "log₂(level)" in done.stderr


def test_the_table_has_a_line_for_each_model_and_pair(tmp_path):
    said = fit(LENGTHS, "--criterion", "0.856", cwd=tmp_path).stdout
    assert "Edge at 85.6 %" in said
    assert said.count("synthetic-teacher") == 2
    assert "█" in said
    narrow = fit(LENGTHS, cwd=tmp_path, columns="40").stdout
    assert all(len(line) <= 40 for line in narrow.splitlines())


def test_the_plot_is_an_image_with_every_model(tmp_path):
    fit(HORIZON, "--out", "deep/plot.svg", cwd=tmp_path)
    text = (tmp_path / "deep" / "plot.svg").read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")  # noqa: S314 - our own file
    assert "synthetic-agent-2" in text
    assert "human_minutes (log scale)" in text
    assert text.count("<circle") > 20


def test_the_plot_of_few_linear_levels_has_their_ticks(tmp_path):
    path = table(tmp_path, "a,1,10,1", "a,2,20,0.5", "a,3,30,0")
    fit(path, "--out", "plot.svg", cwd=tmp_path)
    text = (tmp_path / "plot.svg").read_text()
    assert all(f">{tick}</text>" in text for tick in (10, 20, 30))


@pytest.mark.parametrize(("score", "censored"), [(1, "above"), (0, "below")])
def test_all_right_and_all_wrong_are_censored_results(tmp_path, score, censored):
    path = table(tmp_path, *rows([score] * 6), *rows([1, 1, 1, 0, 0, 0], model="b"))
    said = json.loads(fit(path, "--json", cwd=tmp_path).stdout)
    edge = said["curves"][0]["edge"]
    assert edge["censored"] == censored
    assert edge["estimate"] == pytest.approx(32 if score else 1)
    assert said["pairs"][0]["log_edge_ratio"]["censored"] is not None
    assert (">" if score else "<") in fit(path, cwd=tmp_path).stdout


def test_no_item_column_makes_each_row_an_item(tmp_path):
    lines = [
        f"{model},{4096 * 2**k},{0.95 - 0.1 * k * k / 4:.3f}" for model in "ab" for k in range(6)
    ]
    path = table(tmp_path, *lines, header="model,length,score")
    done = fit(path, "--criterion", "0.856", "--json", cwd=tmp_path)
    assert "each row is an item of its own" in done.stderr
    said = json.loads(done.stdout)
    assert 8192 < said["curves"][0]["edge"]["estimate"] < 32768
    assert said["pairs"] == []


def test_chance_is_taken_out_of_competence_but_not_of_the_edge(tmp_path):
    path = table(tmp_path, *rows([1, 1, 0.95, 0.625, 0.3, 0.25]))
    said = json.loads(fit(path, "--chance", "0.25", "--json", cwd=tmp_path).stdout)
    assert said["criterion"] == 0.625
    assert said["curves"][0]["edge50"]["estimate"] == pytest.approx(8, rel=0.1)


@pytest.mark.parametrize(
    ("lines", "options", "message"),
    [
        (["a,1,x,1"], [], "'x' is not a number"),
        (["a,1,1,85.6"], [], "divide them by 100"),
        (["a,1,1,-1"], [], "outside 0 to 1"),
        (["a,1,8,1", "a,2,8,0"], [], "same level, 8"),
        (["a,1,8,1", "a,2,8,0", "b,1,4,1"], [], "'a' has rows at one level only, 8"),
        (["a,1,1,1", "a,2,8,0"], ["--criterion", "85.6"], "not between the chance level"),
        (["a,1,1,1", "a,2,8,0"], ["--chance", "1"], "chance level of 1"),
        (["a,1,1,1", "a,2,8,0"], ["--level-column", "levels"], "Did you mean 'level'"),
        (["a,1,1,1", "a,2,8,0"], ["--scale", "cubic"], "cubic"),
        (["a,1,-1,1", "a,2,8,0"], ["--scale", "log"], "--scale linear"),
        (["a,1,1,1", "a,2,8,0"], ["--resamples", "3"], "100"),
        ([], [], "no rows"),
    ],
)
def test_bad_input_is_one_clear_error(tmp_path, lines, options, message):
    done = fit(table(tmp_path, *lines), *options, cwd=tmp_path, check=False)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_wrong_columns_and_no_file_are_clear_errors(tmp_path):
    wrong = fit(table(tmp_path, "1,2,3", header="a,b,c"), cwd=tmp_path, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "its columns are 'a', 'b', 'c'" in wrong.stderr
    absent = fit("nothing.csv", cwd=tmp_path, check=False)
    assert absent.returncode == 2
    assert "nothing.csv" in absent.stderr


def test_the_same_command_prints_the_same(tmp_path):
    first, again = (fit(HORIZON, "--json", cwd=tmp_path).stdout for _ in range(2))
    assert first == again
