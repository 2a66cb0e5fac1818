"""Suites that a team declares in a TOML file."""

import pytest

from falloff.core import UsageError
from falloff.probes import play_oracle
from falloff.probes.suite_file import find_suite, read_suite


def suite(tmp_path, text):
    path = tmp_path / "ours.toml"
    path.write_text(text)
    return read_suite(path)


def axes(family):
    return {axis.name: axis.levels for axis in family.axes}


def test_a_box_can_be_cut_and_moved_outward(tmp_path):
    (family,) = suite(
        tmp_path,
        """
        [families.reasoning_steps]
        axes.steps = {from = 2, to = 16}
        axes.magnitude = [1, 3]
        """,
    ).families
    assert axes(family) == {
        "steps": (2, 4, 8, 16),
        "magnitude": (1, 3),
        "distractors": (0, 1, 2, 4, 8, 16),
    }
    assert family.centre["steps"] == 2


def test_an_axis_that_is_left_out_stands_at_its_centre(tmp_path):
    (family,) = suite(tmp_path, "[families.reasoning_steps]\naxes.distractors = false").families
    assert set(axes(family)) == {"steps", "magnitude"}
    played = play_oracle(family.probe(family.grid[-1], 1), dialect="chat", family=family)
    assert played.outcome.score == 1
    assert len(played.task.statements) == 33


def test_a_family_that_is_not_cut_is_the_registered_one(tmp_path):
    (family,) = suite(tmp_path, "[families.reasoning_steps]").families
    assert family is find_suite("text").families[0]


def test_names_versions_and_weights_are_kept(tmp_path):
    got = suite(tmp_path, 'name = "a"\nversion = "7"\n[families.rule_chain]\nweight = 2.5')
    assert (got.title, got.dialect, got.weights) == ("a 7", "chat", {"rule_chain": 2.5})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[families.reasoning_step]", "Did you mean 'reasoning_steps'"),
        ("[families.reasoning_steps]\naxes.stepps = true", "Did you mean 'steps'"),
        ("[families.reasoning_steps]\naxes.steps = [1, 99]", "has no dose 99"),
        ("[families.reasoning_steps]\naxes.steps = [4, 2]", "ascending"),
        ("[families.reasoning_steps]\naxes.steps = {from = 32}", "fewer than two levels"),
        ('[families.reasoning_steps]\naxes.steps = "all"', "Give a list of levels"),
        ("[families.reasoning_steps]\nversion = 99", "wants version 99"),
        ("[families.reasoning_steps]\nweight = 0", "above 0"),
        ("[families.rule_chain]\naxes = {steps = false, distractors = false}", "is empty"),
        ("name = 3\n[families.rule_chain]", "Give a text"),
        ('dialect = "klingon"\n[families.rule_chain]', "klingon"),
        ("famillies = 1", "Did you mean 'families'"),
        ("[families", "no TOML"),
        ("", "names no families"),
        ("families = {rule_chain = 3}", "no table"),
    ],
)
def test_what_cannot_be_meant_is_one_clear_error(tmp_path, text, said):
    with pytest.raises(UsageError) as raised:
        suite(tmp_path, text)
    assert said in str(raised.value)
    assert "ours.toml" in str(raised.value)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(UsageError, match=r"No such file"):
        find_suite(str(tmp_path / "none.toml"))
