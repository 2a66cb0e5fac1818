"""The page as text: small, closed, honest, and deaf to what it quotes."""

import base64
import hashlib
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from falloff.analysis.estimates import Status
from falloff.analysis.pair_estimates import Comparison
from falloff.core import Message, Outcome, Reason, SetupError, Transcript
from falloff.report import html_report, notebook_html, write_text
from falloff.report.contents import Divergence, ModelAnswer, ReportContents
from falloff.report.html import MOST_BYTES
from falloff.report.measure_wording import measure_sentence


class Parsed(HTMLParser):
    """Tags with their attributes, and text by the tag it stands in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self._last = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._last = tag

    def handle_data(self, data: str) -> None:
        self.text.setdefault(self._last, []).append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(contents: ReportContents) -> Parsed:
    return Parsed(html_report(contents))


def said(divergence: Divergence, text: str) -> Divergence:
    """The divergence with every model saying ``text`` and calling itself by it."""
    transcript = Transcript(
        messages=(
            Message(role="user", content=text),
            Message(role="assistant", content=text),
        )
    )
    outcome = Outcome(score=0.0, reason=Reason.WRONG, answer=text)
    answers = tuple(
        ModelAnswer(model=answer.model, transcript=transcript, outcome=outcome)
        for answer in divergence.answers
    )
    return replace(divergence, answers=answers, gold=text)


def with_many_families(comparison: Comparison, copies: int) -> Comparison:
    """Every family so many times over, under new names."""

    def again(families):
        return tuple(
            replace(family, family=f"{family.family}_{i}")
            for family in families
            for i in range(copies)
        )

    students = tuple(replace(s, families=again(s.families)) for s in comparison.students)
    teacher = replace(comparison.teacher, families=again(comparison.teacher.families))
    return replace(comparison, teacher=teacher, students=students)


def test_the_title_is_the_finding(page: Parsed) -> None:
    assert "".join(page.text["title"]).startswith("micro:narrow keeps 41 % of micro:teacher's")
    assert len(page.named("h1")) == 1


def test_nothing_points_outside(page: Parsed) -> None:
    for tag, attributes in page.tags:
        for name in ("src", "href", "action", "data", "poster", "srcset", "formaction"):
            assert (attributes.get(name) or "#").startswith("#"), (tag, attributes)
    assert not page.named("link")
    assert not page.named("img")
    assert "url(" not in "".join(page.text["style"])


def test_the_content_policy_names_style_and_script_by_hash(
    page: Parsed, contents: ReportContents
) -> None:
    whole = html_report(contents)
    policy = next(m["content"] for m in page.named("meta") if m.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        sources = re.findall(rf"<{tag}>(.*?)</{tag}>", whole, re.DOTALL)
        assert len(sources) == 1
        digest = hashlib.sha256(sources[0].encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_no_style_attribute_and_no_handler_is_used(page: Parsed) -> None:
    for tag, attributes in page.tags:
        bad = [name for name in attributes if name == "style" or name.startswith("on")]
        assert not bad, (tag, bad)


def test_every_link_inside_the_page_leads_somewhere(page: Parsed) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for _, a in page.tags if (a.get("href") or "").startswith("#")}
    assert {t[1:] for t in targets if t and not t.startswith("#show:")} <= set(ids)
    places = {o["value"] for o in page.named("option")}
    shown = [t for t in targets if t and t.startswith("#show:")]
    assert shown
    assert {t.split("place=")[1].split(",")[0] for t in shown} <= places


def test_every_quantity_is_defined(page: Parsed) -> None:
    defined = {a["id"] for _, a in page.tags if (a.get("id") or "").startswith("def-")}
    linked = {a["href"][1:] for a in page.named("a") if (a.get("href") or "").startswith("#def-")}
    assert linked <= defined
    for quantity in ("retention", "volume", "edge", "steepness", "illusion", "verdict", "churn"):
        assert f"def-{quantity}" in linked


def test_a_family_that_is_not_established_claims_nothing(contents: ReportContents) -> None:
    page = html_report(contents)
    section = page.split('id="silent"')[1].split("</section>")[0]
    assert "redefinition" in section
    assert "does not hold the centre" in section
    assert "rule novelty" not in page.split('id="transcripts"')[0]


def test_a_student_that_cannot_be_compared_is_left_out_of_the_charts(
    contents: ReportContents,
) -> None:
    student = contents.comparison.students[0]
    families = tuple(replace(f, status=Status.ERRORS) for f in student.families)
    students = (replace(student, families=families), *contents.comparison.students[1:])
    page = html_report(
        replace(contents, comparison=replace(contents.comparison, students=students))
    )
    assert "Claims nothing. Too many probes got no answer" in page
    chart = page.split("Competence over steps in rule chain")[1].split("</svg>")[0]
    assert "seat-2" in chart
    assert "seat-1" not in chart


@pytest.mark.parametrize("text", ["<>&\"'" * 200_000, "\x00\u202e" * 500_000, "é" * 1_000_000])
def test_a_page_stays_small_whatever_is_said(contents: ReportContents, text: str) -> None:
    shouted = tuple(said(divergence, text) for divergence in contents.divergences)
    page = html_report(replace(contents, divergences=shouted * 10))
    assert len(page.encode()) < MOST_BYTES
    assert "of 1,000,000 characters not shown" in page


def test_what_is_left_out_is_counted(make_contents) -> None:
    page = html_report(make_contents(500))
    words = " ".join(page.split())
    found = re.search(r"(\d+) of 500 are shown; the other (\d+) are in the run file", words)
    assert found
    assert page.count('<details class="row"') == int(found[1]) == 500 - int(found[2])


def test_a_large_suite_stays_small(make_contents) -> None:
    contents = make_contents(300)
    large = with_many_families(contents.comparison, 7)
    page = html_report(replace(contents, comparison=large, axes={}))
    assert len(page.encode()) < MOST_BYTES
    assert 'id="family-14"' in page


def test_a_report_is_made_within_two_seconds(make_contents) -> None:
    contents = make_contents(500)
    html_report(contents)
    start = time.process_time()
    html_report(contents)
    assert time.process_time() - start < 2


def test_without_declared_axes_the_curves_are_enough(contents: ReportContents) -> None:
    page = html_report(replace(contents, axes={}))
    assert "steps by distractors" in page
    assert "tool set size" in page


def test_a_long_episode_is_shortened_and_says_so(contents: ReportContents) -> None:
    divergence = contents.divergences[0]
    talk = tuple(Message(role="assistant", content=f"turn {i}") for i in range(64))
    long = tuple(
        replace(answer, transcript=Transcript(messages=talk)) for answer in divergence.answers
    )
    page = html_report(replace(contents, divergences=(replace(divergence, answers=long),)))
    assert "52 turns not shown" in page
    assert "turn 63" in page


def test_a_probe_that_the_teacher_was_not_asked_is_no_loss(contents: ReportContents) -> None:
    divergence = replace(contents.divergences[0], answers=contents.divergences[0].answers[1:])
    page = html_report(replace(contents, divergences=(divergence,)))
    assert 'value="lost"' not in page
    assert 'value="other"' in page


def test_a_teacher_compared_with_itself_keeps_its_two_seats(contents: ReportContents) -> None:
    teacher = contents.comparison.teacher
    twin = replace(contents.comparison.students[0], model=teacher.model, profile=teacher)
    answers = tuple(
        replace(answer, model=teacher.model) for answer in contents.divergences[0].answers[:2]
    )
    page = html_report(
        replace(
            contents,
            comparison=replace(contents.comparison, students=(twin,)),
            divergences=(replace(contents.divergences[0], answers=answers),),
        )
    )
    assert 'value="lost"' in page


def test_one_model_alone_makes_a_report(alone: ReportContents) -> None:
    page = html_report(alone)
    assert "<title>micro:teacher holds 71 % of the box on micro 1.0" in page
    assert "Probes that failed" in page
    for absent in ("Churn</a></h2>", 'id="worst"', "Verdicts", "Against the teacher"):
        assert absent not in page


def test_no_divergence_and_no_usable_family_still_make_a_page(contents: ReportContents) -> None:
    def spoilt(families):
        return tuple(replace(f, status=Status.TOO_FEW) for f in families)

    comparison = contents.comparison
    students = tuple(replace(s, families=spoilt(s.families)) for s in comparison.students)
    page = html_report(
        replace(contents, comparison=replace(comparison, students=students), divergences=())
    )
    assert "No family can be used." in page
    assert "No probe was found on which the models differ." in page


def test_a_notebook_shows_the_same_figures(contents: ReportContents) -> None:
    fragment = notebook_html(contents.comparison)
    assert fragment.startswith("<p><b>micro:narrow keeps 41 %")
    assert fragment.count("<svg") == 2


def test_a_file_is_written_whole_and_alone(tmp_path, contents: ReportContents) -> None:
    out = tmp_path / "new" / "report.html"
    assert write_text(out, html_report(contents)) == out
    assert out.read_bytes().startswith(b"<!doctype html>")
    assert [file.name for file in out.parent.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="cannot be written") as raised:
        write_text(tmp_path / "file" / "report.html", "x")
    assert "--out" in raised.value.remedy


def test_retention_is_shown_under_other_measures(contents: ReportContents) -> None:
    page = re.sub(r"<[^>]+>", "", html_report(contents))
    narrow = next(s for s in contents.comparison.students if s.model == "micro:narrow")
    assert measure_sentence(narrow) in page
    assert "always below the margin" in measure_sentence(narrow)
    known = tuple(replace(s, measures=()) for s in contents.comparison.students)
    without = replace(contents, comparison=replace(contents.comparison, students=known))
    assert "Under other measures" not in html_report(without)


def test_heat_maps_give_way_where_they_alone_are_too_large(
    contents: ReportContents, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "Heat maps of pairs of axes are left out"
    page = html_report(contents)
    assert told not in page
    assert 'class="heats' in page
    monkeypatch.setattr("falloff.report.html.MOST_BYTES", 1)
    page = html_report(contents)
    assert told in page
    assert 'class="heats' not in page
    assert "Competence over steps in rule chain" in page
