"""The model card: read back by huggingface_hub, put into a README without harm to it."""

import re
from dataclasses import replace

import pytest
from made_up_comparison import comparison

from falloff.report.card import alone, card_figure, card_section
from falloff.report.card_metadata import model_index, place
from falloff.report.charts import badge_svg
from falloff.report.finding_badge import finding_badge

MANIFEST = {"dialect": "micro", "seed": 7, "version": "0.1.0"}


@pytest.fixture(scope="module")
def narrow():
    found = comparison()
    return alone(found, found.students[0])


def card(of, readme=""):
    section = card_section(of, MANIFEST, figure="falloff.svg")
    return place(readme, section, model_index(of, "narrow"))


def test_huggingface_hub_reads_the_results_back(narrow, tmp_path):
    hub = pytest.importorskip("huggingface_hub")
    file = tmp_path / "README.md"
    file.write_text(card(narrow).text, encoding="utf-8")
    read = hub.ModelCard.load(file)
    assert read.data.model_name == "narrow"
    retention = next(r for r in read.data.eval_results if r.metric_type == "retention")
    assert retention.metric_value == pytest.approx(0.41)
    assert retention.metric_args == {"interval": 0.9, "low": 0.37, "high": 0.45}
    assert retention.dataset_args["teacher"] == "micro:teacher"
    assert hub.metadata_load(file)["model-index"][0]["name"] == "narrow"
    # And what it writes again is the same to it.
    read.save(file)
    assert hub.ModelCard.load(file).data.eval_results == read.data.eval_results


def test_the_section_says_the_finding_with_its_intervals_and_its_limits(narrow):
    text = card(narrow).text
    assert "keeps 41 % of micro:teacher" in text
    assert "37–45 %" in text
    assert "![" in text
    assert "(falloff.svg)" in text
    assert "Nothing is claimed of redefinition (centre not established)." in text


def test_a_readme_keeps_all_else_and_its_old_section_is_replaced(narrow):
    readme = "---\nlicense: mit\ntags:\n- small\n---\n# My model\n\nWords of its author.\n"
    once = card(narrow, readme).text
    twice = card(narrow, once).text
    assert twice == once
    assert once.startswith("---\nlicense: mit\ntags:\n- small\n# falloff:begin\nmodel-index:")
    assert "# My model\n\nWords of its author.\n" in once
    other = alone(comparison(), comparison().students[2])
    later = card(other, once).text
    assert "keeps 41 %" not in later
    assert later.count("falloff:begin -->") == 1


def test_a_model_index_of_its_own_is_left_alone(narrow):
    readme = "---\nmodel-index:\n- name: mine\n---\n# My model\n"
    placed = card(narrow, readme)
    assert placed.kept_out
    assert placed.text.startswith(readme)
    assert placed.text.count("model-index") == 1


def test_hostile_names_are_neither_markup_nor_yaml(narrow, hostile, tmp_path):
    hub = pytest.importorskip("huggingface_hub")
    student = narrow.students[0]
    profile = replace(student.profile, model=hostile)
    hostile_one = replace(narrow, students=(replace(student, model=hostile, profile=profile),))
    index = model_index(hostile_one, hostile)
    section = card_section(hostile_one, MANIFEST, figure="f.svg")
    file = tmp_path / "README.md"
    file.write_text(place("", section, index).text, encoding="utf-8")
    assert hub.metadata_load(file)["model-index"] == index
    assert not re.search(r"(?<!\\)<(?!!--|br>)", section)
    badge = badge_svg(finding_badge(hostile_one))
    assert "<script" not in badge


def test_one_model_alone_has_a_card_too(narrow, tmp_path):
    hub = pytest.importorskip("huggingface_hub")
    one = replace(narrow, students=())
    file = tmp_path / "README.md"
    file.write_text(card(one).text, encoding="utf-8")
    kinds = {result.metric_type for result in hub.ModelCard.load(file).data.eval_results}
    assert kinds == {"capability_volume"}
    assert "How far out it stays good" in file.read_text(encoding="utf-8")


def test_the_figure_and_the_badge_have_accessible_names_and_need_nothing_from_anywhere(narrow):
    for svg in (card_figure(narrow, {}), badge_svg(finding_badge(narrow))):
        assert 'role="img"' in svg
        assert "<title" in svg
        assert not re.search(r"(?:href|src|url)\s*[=(]", svg)
    badge = badge_svg(finding_badge(narrow))
    assert 'aria-label="micro:narrow keeps 41 % of micro:teacher' in badge
    assert ">41 % (37–45 %)<" in badge
