"""card, badge and diff from the command line, on real runs."""

import json
from xml.etree import ElementTree as ET

import pytest

import falloff
from command_line import command


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    for name, student in (("before", "sim:narrow"), ("after", "sim:same")):
        falloff.compare("sim:teacher", student, budget=200, seed=7, run=folder / name)
    students = ["sim:narrow", "sim:same"]
    falloff.compare("sim:teacher", students, budget=64, seed=7, run=folder / "two")
    return folder


def test_a_card_is_a_section_with_metadata_and_a_figure(runs, tmp_path):
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n")
    done = command("card", runs / "before", "--out", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "README.md").read_text()
    assert "license: mit" in text
    assert "# Mine" in text
    assert "model-index" in text
    ET.parse(tmp_path / "falloff.svg")  # noqa: S314 - our own file


def test_a_badge_is_one_svg(runs, tmp_path):
    done = command("badge", runs / "before", "--out", "badge.svg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ET.parse(tmp_path / "badge.svg").getroot().tag.endswith("svg")  # noqa: S314 - our own


def test_of_several_students_a_card_is_of_one(runs, tmp_path):
    done = command("card", runs / "two", cwd=tmp_path)
    assert done.returncode == 2
    assert "--student" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_diff_shows_what_a_better_student_gained(runs):
    done = command("diff", "before", "after", "--json", cwd=runs)
    assert done.returncode == 0, done.stderr
    *_, student = json.loads(done.stdout)["models"]
    gained = student["retention"]["difference"]
    assert 0 < gained["low"] <= gained["estimate"] <= gained["high"]


def test_a_run_beside_itself_has_not_changed(runs):
    done = command("diff", "before", "before", "--json", cwd=runs)
    *_, student = json.loads(done.stdout)["models"]
    assert student["retention"]["difference"]["estimate"] == 0
