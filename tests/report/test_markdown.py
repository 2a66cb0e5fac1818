"""Markdown tables hold, whatever the models are called."""

from dataclasses import replace

from falloff.report import markdown_report
from falloff.report.contents import ReportContents


def test_the_finding_comes_first(contents: ReportContents) -> None:
    first, *_ = markdown_report(contents.comparison).splitlines()
    assert first.startswith("# micro:narrow keeps 41 % of micro:teacher's capability volume")


def test_verdicts_families_and_worst_cells_are_there(contents: ReportContents) -> None:
    text = markdown_report(contents.comparison)
    assert "- **fail**: micro:narrow keeps at most 44 %" in text
    assert "| rule chain | micro:narrow | 41 % (37–45 %) | 98 % → 98 % | 71 % → 23 % |" in text
    assert "| redefinition | micro:narrow | centre not established |" in text
    cells = "| 86 % (83–89 %) → 7 % (4–10 %) | 79 points (58–90) | 12 → 1 of 14 |"
    assert f"| steps 8 · distractors 2 {cells}" in text


def test_curves_shapes_misfits_and_anytime_bounds_are_there(contents: ReportContents) -> None:
    text = markdown_report(contents.comparison)
    assert "| rule chain · steps | micro:narrow | ███▇▅▄▃▂▂▁▁▁ | 3.9 (3.6–4.2) |" in text
    assert "| rule chain | micro:narrow | another shape |" in text
    assert (
        "\nMisfit in tool chain: micro:narrow solves the 24 audit probes 19 points less often"
        in text
    )
    assert "If you continue until settled, use 35 % and 48 % as the bounds: fail." in text


def test_the_definitions_are_linked_or_given(contents: ReportContents) -> None:
    linked = markdown_report(contents.comparison, definitions="my report.html#definitions")
    assert "[How each number is defined](my%20report.html#definitions)" in linked
    assert "- Retention R: The share" in markdown_report(contents.comparison)


def test_a_hostile_name_opens_nothing(contents: ReportContents) -> None:
    name = "a|b`c`<img src=x>[t](http://e.vil)\n| --- |\n# h *x* \u202e"
    student = contents.comparison.students[0]
    named = replace(student, model=name, profile=replace(student.profile, model=name))
    text = markdown_report(replace(contents.comparison, students=(named,)))
    assert "<img" not in text.replace(r"\<img", "")
    assert "http://" not in text
    assert "\u202e" not in text
    assert "\n# h" not in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    pipes = {line.replace(r"\|", "").count("|") for line in rows}
    assert pipes == {4, 5, 6, 7}


def test_one_model_alone_has_its_own_table(alone: ReportContents) -> None:
    text = markdown_report(alone.comparison)
    assert "| Family | Status | Centre | Volume | Edges |" in text
    assert "Worst cells" not in text
