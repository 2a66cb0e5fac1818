"""The stressor table: every model, flips both ways, rejects; nothing without a benchmark."""

from dataclasses import replace

from made_up_comparison import comparison

from falloff.analysis.estimates import Fall, Interval, Stress
from falloff.report import comparison_as_dict, markdown_report, profile_as_dict
from falloff.report.stressors import stressors


def near(value):
    return Interval(estimate=value, low=value - 0.05, high=value + 0.05)


FALLS = (
    Fall(original=near(0.9), stressed=near(0.8), fall=near(0.1), broken=3, mended=1),
    Fall(original=near(0.88), stressed=near(0.48), fall=near(0.4), broken=9, mended=0),
)
STRESS = Stress(
    falls=FALLS,
    more=near(0.3),
    lost=12,
    gained=2,
    used=80,
    rejected={"letters matter in it": 15, "<b>|no words</b>": 5},
)


def stressed(made):
    """As if the first family were of a benchmark."""

    def first(families, stress):
        return (replace(families[0], stress=stress), *families[1:])

    students = tuple(replace(s, families=first(s.families, STRESS)) for s in made.students)
    alone = replace(STRESS, falls=FALLS[:1])
    teacher = replace(made.teacher, families=first(made.teacher.families, alone))
    return replace(made, teacher=teacher, students=students)


def cells(listing, row):
    return dict(zip(listing.heads, listing.rows[row], strict=True))


def test_there_is_no_table_without_a_benchmark():
    assert not stressors(comparison()).rows
    said = comparison_as_dict(comparison(), run="", calls=0)
    assert {f["stress"] for s in said["students"] for f in s["families"]} == {None}


def test_the_teacher_stands_first_and_every_student_beside_it():
    made = stressed(comparison())
    table = stressors(made)
    assert len(table.rows) == 1 + len(made.students)
    teacher, student = cells(table, 0), cells(table, 1)
    assert teacher["Model"] == made.teacher.model
    assert teacher["Fall"].startswith("10 points")
    assert teacher["Beyond teacher's"] == teacher["Lost/gained"] == "–"
    assert teacher["Rejected"] == "20 of 100: letters matter in it; 5 otherwise"
    assert student["Fall"].startswith("40 points")
    assert student["Beyond teacher's"].startswith("30 points")
    assert (student["Broken/mended"], student["Lost/gained"]) == ("9/0", "12/2")


def test_one_model_alone_has_its_own_falls():
    made = replace(stressed(comparison()), students=())
    (row,) = stressors(made).rows
    assert row[4].startswith("10 points")
    said = profile_as_dict(made.teacher, run="", calls=0)["families"][0]["stress"]
    assert len(said["falls"]) == 1
    assert {"reason": "letters matter in it", "items": 15} in said["rejected"]


def test_reasons_are_text_in_every_form():
    most = replace(STRESS, rejected={"<b>|no words</b>": 5})
    made = stressed(comparison())
    families = (replace(made.students[0].families[0], stress=most),)
    students = (replace(made.students[0], families=(*families, *made.students[0].families[1:])),)
    text = markdown_report(replace(made, students=students))
    assert "\\<b\\>\\|no words" in text
