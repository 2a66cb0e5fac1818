"""The report in a real browser: it opens from disk, asks nobody anything, and works by hand.

All browser tests live in this one module: playwright keeps an event loop in its thread while it
runs, and other rooms' tests need that thread without one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from falloff.report import html_report, write_text
from falloff.report.contents import ReportContents
from falloff.report.transcript_pages import ROWS_A_PAGE, link_between, write_transcript_pages

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Paper is A4 less the margins, 186 mm of 210, at 96 pixels an inch.
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "paper": (703, 1000)}

# Texts of one figure that lie on each other by more than a hair.
OVERLAPS = """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim())
    .map(t => [t.textContent, t.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1).filter(([b, q]) =>
    Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1 &&
    Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 4).map(([b]) => [a, b]));
})"""
# Texts that reach out of their figure, where they could be cut off.
CLIPPED = """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(t => {
    const box = t.getBoundingClientRect();
    return box.left < frame.left - 8 || box.right > frame.right + 8;
  }).map(t => t.textContent);
})"""

# Cells of tables and figures that reach over the right edge.
BEYOND_THE_EDGE = """() => [...document.querySelectorAll('th, td, svg.chart, button, dd')]
  .filter(part => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(part => part.textContent.trim().slice(0, 60))"""

# What axe-core finds wrong, each with the first place.
VIOLATIONS = """async options =>
  (await axe.run(document, {resultTypes: ['violations'], ...options})).violations
    .map(found => `${found.id}: ${found.help}: ${found.nodes[0].html}`)"""

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(f"NOT TESTED in a browser: there is no {CHROMIUM} (apt install chromium)")
    api = pytest.importorskip(
        "playwright.sync_api", reason="NOT TESTED in a browser: playwright is not installed"
    )
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def report(contents: ReportContents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_text(tmp_path_factory.mktemp("page") / "report.html", html_report(contents))


@pytest.fixture
def open_page(browser: Any, report: Path) -> Iterator[Open]:
    """Opens a report and keeps what went wrong in ``page.troubles`` and ``page.requests``."""
    contexts = []

    def opened(path: Path = report, *, size: str = "desktop", at: str = "", **options: Any) -> Any:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.troubles, page.requests = [], []
        context.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.troubles.append(message.text))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("dialog", lambda dialog: (page.troubles.append("dialog"), dialog.dismiss()))
        page.goto(f"{path.as_uri()}{at}")
        return page

    yield opened
    for context in contexts:
        context.close()


def shown_rows(page: Any) -> int:
    return int(page.locator("#transcripts .row:visible").count())


def chooser(page: Any, name: str) -> Any:
    return page.get_by_role("combobox", name=name)


def test_it_asks_nobody_anything_and_logs_nothing(open_page: Open, report: Path) -> None:
    page = open_page()
    assert page.requests == [report.as_uri()]
    assert page.troubles == []
    assert page.title().startswith("micro:narrow keeps 41 %")


def test_it_has_a_language_landmarks_one_heading_and_named_figures(open_page: Open) -> None:
    page = open_page()
    assert page.locator("html").get_attribute("lang") == "en"
    for landmark in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(landmark).count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    figures = page.locator("svg.chart")
    assert figures.count() == page.get_by_role("img").count() > 10
    assert page.get_by_role("img", name="Competence over steps in rule chain").count() == 1


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_labels_neither_overlap_nor_are_cut_off(open_page: Open, size: str) -> None:
    page = open_page(size=size)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(CLIPPED) == []


def test_a_phone_does_not_scroll_sideways(open_page: Open) -> None:
    page = open_page(size="phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_paper_cuts_nothing_off(open_page: Open) -> None:
    page = open_page(size="paper")
    page.emulate_media(media="print")
    assert page.evaluate(BEYOND_THE_EDGE) == []


def test_a_model_can_be_switched_off_and_on(open_page: Open) -> None:
    page = open_page()
    button = page.get_by_role("button", name="micro:narrow")
    marks = page.locator("svg.chart .seat-1")
    assert marks.first.is_visible()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert not any(mark.is_visible() for mark in marks.all())
    assert page.locator("svg.chart .seat-2").first.is_visible()
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert marks.first.is_visible()


def test_only_what_students_lose_is_shown_first(open_page: Open, contents: ReportContents) -> None:
    page = open_page()
    assert chooser(page, "Who solved it").input_value() == "lost"
    assert shown_rows(page) == 20
    page.get_by_role("button", name="Show more").click()
    assert shown_rows(page) == 40
    page.get_by_role("button", name="Show all").click()
    assert page.get_by_role("status").inner_text() == "20 shown, 90 of 90 match"


def test_rows_are_found_by_family_place_reason_and_student(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Show all").click()
    chooser(page, "Family").select_option(label="tool_chain")
    chooser(page, "Student").select_option(label="micro:int4")
    chooser(page, "How it failed").select_option(label="wrong answer")
    chooser(page, "Place").select_option(label="chain 8")
    rows = page.locator("#transcripts .row:visible")
    assert 0 < rows.count() < 20
    for row in rows.all():
        summary = row.locator("summary").inner_text()
        assert "tool chain · chain 8" in summary
        assert "wrong" in row.locator(".who.seat-2").inner_text()
    chooser(page, "Family").select_option(label="rule_chain")
    assert shown_rows(page) == 0
    assert page.get_by_text("No transcript that is shown matches.").is_visible()


def test_a_worst_cell_leads_to_its_transcripts(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("link", name="read transcripts of micro:narrow at steps 8").click()
    assert shown_rows(page) >= 1
    for row in page.locator("#transcripts .row:visible").all():
        assert "steps 8 · distractors 2" in row.locator("summary").inner_text()
    assert chooser(page, "Student").input_value() == "m1"
    assert page.evaluate("document.activeElement.id") == "transcripts-title"
    assert page.evaluate("scrollY") > 1000


def test_a_label_leads_to_its_definition(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("link", name="Containment").first.click()
    assert page.evaluate("location.hash") == "#def-containment"
    target = page.locator(":target")
    assert target.is_visible()
    assert "Limits:" in target.inner_text()


def test_what_only_researchers_need_is_folded_away(open_page: Open) -> None:
    page = open_page()
    exponent = page.get_by_role("link", name="Exponent β, steps")
    assert exponent.count() == 0
    page.get_by_text("For researchers").first.click()
    assert exponent.is_visible()


def test_a_point_on_a_curve_leads_to_its_transcripts(open_page: Open) -> None:
    page = open_page()
    point = page.locator("svg.chart [data-show]").first
    target = point.get_attribute("data-show")
    point.dispatch_event("click")
    assert page.evaluate("location.hash") == target
    assert 0 < shown_rows(page) < 20


def test_a_link_with_a_filter_can_be_shared(open_page: Open) -> None:
    page = open_page(at="#show:place=c0")
    assert chooser(page, "Place").input_value() == "c0"
    assert shown_rows(page) >= 1


def test_a_link_to_nowhere_shows_everything(open_page: Open) -> None:
    page = open_page(at="#show:place=%3Cscript%3E,__proto__=x")
    assert page.get_by_role("status").inner_text() == "20 shown, 90 of 90 match"
    assert page.troubles == []


def test_everything_works_by_keyboard(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the finding"
    button = page.get_by_role("button", name="micro:int4")
    button.focus()
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    chooser(page, "Who solved it").focus()
    page.keyboard.press("ArrowDown")
    assert chooser(page, "Who solved it").input_value() == "gained"
    row = page.locator("#transcripts .row:visible").first
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    assert row.locator(".columns").is_visible()


def made_hostile(contents: ReportContents, hostile: str) -> ReportContents:
    """With one student, and everything that comes from outside being ``hostile``."""
    student = contents.comparison.students[0]
    named = replace(student, model=hostile, profile=replace(student.profile, model=hostile))
    suite = replace(contents.comparison, suite=hostile, measure=hostile, students=(named,))
    manifest = {hostile: hostile, "nested": {hostile: [hostile]}}
    found = tuple(
        replace(
            divergence,
            gold=hostile,
            answers=tuple(
                replace(a, model=hostile, outcome=replace(a.outcome, answer=hostile))
                for a in divergence.answers[:2]
            ),
        )
        for divergence in contents.divergences
    )
    return replace(
        contents,
        comparison=suite,
        manifest=manifest,
        divergences=found,
        run=hostile,
        created=hostile,
    )


def test_what_a_model_says_is_text_and_runs_nothing(
    open_page: Open, contents: ReportContents, hostile: str, tmp_path: Path
) -> None:
    made = made_hostile(contents, hostile)
    page = open_page(write_text(tmp_path / "hostile.html", html_report(made)))
    assert page.troubles == []
    assert len(page.requests) == 1
    assert "pwned" not in page.title()[:20]
    assert page.locator("script").count() == 1
    assert page.locator("img, textarea, iframe, object, a[href^='javascript']").count() == 0
    row = page.locator("#transcripts .row:visible").first
    row.locator("summary").click()
    text = row.inner_text()
    assert "<script>document.title='pwned'</script>" in text
    assert r"\u202egnirts desrever\u202c \x00 \x1b[31mred" in text
    assert "{{ 7 * 7 }}" in text
    assert page.evaluate("document.documentElement.innerHTML.includes('\\u202e')") is False


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core as its source, which runs in the page although the policy lets no script in."""
    pytest.importorskip(
        "axe_playwright_python", reason="NOT TESTED for access: axe-playwright-python is missing"
    )
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("whose", ["several", "one-and-hostile"])
def test_axe_finds_no_violation_in_light_or_dark(
    open_page: Open,
    contents: ReportContents,
    hostile: str,
    axe: str,
    whose: str,
    tmp_path: Path,
) -> None:
    few = replace(contents, divergences=contents.divergences[:4])
    made = {
        "several": lambda: few,
        "one-and-hostile": lambda: made_hostile(few, hostile),
    }[whose]()
    page = open_page(write_text(tmp_path / "axe.html", html_report(made)))
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
    page.evaluate(axe)
    assert page.evaluate(VIOLATIONS, {}) == []
    page.emulate_media(color_scheme="dark")
    # Nothing but its colours is different in the dark.
    assert page.evaluate(VIOLATIONS, {"runOnly": ["color-contrast"]}) == []


def test_axe_finds_no_violation_on_pages_of_transcripts(
    open_page: Open, contents: ReportContents, axe: str, tmp_path: Path
) -> None:
    index = write_transcript_pages(tmp_path / "said", contents, contents.divergences[:4])
    for path in (index, index.with_name("00001.html")):
        page = open_page(path)
        page.evaluate(axe)
        assert page.evaluate(VIOLATIONS, {}) == []


def test_the_policy_stops_what_would_slip_through(open_page: Open) -> None:
    page = open_page()
    blocked = page.evaluate("""async () => {
      const blocked = [];
      document.addEventListener('securitypolicyviolation',
        event => blocked.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.body.append(script);
      const image = document.createElement('img');
      image.src = 'https://example.invalid/x.png';
      document.body.append(image);
      const style = document.createElement('style');
      style.textContent = 'body { display: none }';
      document.body.append(style);
      await new Promise(done => setTimeout(done, 200));
      return blocked;
    }""")
    assert {"script-src-elem", "img-src", "style-src-elem"} == set(blocked)
    assert page.evaluate("window.ran") is None
    assert page.locator("h1").is_visible()


def test_without_script_everything_is_there_to_read(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    assert shown_rows(page) == 90
    assert not page.locator("#filters").is_visible()
    assert not page.get_by_role("button", name="Show more").is_visible()


def test_one_model_alone_works_too(open_page: Open, alone: ReportContents, tmp_path: Path) -> None:
    page = open_page(write_text(tmp_path / "alone.html", html_report(alone)))
    assert page.troubles == []
    assert page.get_by_role("status").inner_text() == "10 shown, 10 of 10 match"
    assert page.evaluate(OVERLAPS) == []


def test_pages_with_all_transcripts_are_reached_and_are_as_still(
    open_page: Open, contents: ReportContents, hostile: str, tmp_path: Path
) -> None:
    found = [replace(one, gold=hostile) for one in contents.divergences]
    index = write_transcript_pages(tmp_path / "said", contents, found)
    whole = replace(contents, transcripts=link_between(tmp_path / "report.html", index))
    page = open_page(write_text(tmp_path / "report.html", html_report(whole)), size="phone")
    page.get_by_role("link", name="Every probe on which they differ").click()
    page.get_by_role("link", name="1", exact=True).click()
    page.get_by_role("link", name="Next page").first.click()
    assert page.title() == "Transcripts, page 2 · falloff"
    assert page.locator("details.row").count() == len(found) - ROWS_A_PAGE
    page.locator("details.row summary").first.click()
    assert page.get_by_text("here they part").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.troubles == []
    assert all(url.startswith(tmp_path.as_uri()) for url in page.requests)


def test_it_follows_the_reader_into_the_dark(open_page: Open) -> None:
    grounds = {
        scheme: open_page(color_scheme=scheme).evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }
    assert grounds == {"light": "rgb(253, 253, 252)", "dark": "rgb(21, 24, 27)"}


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [("light", "desktop", "light"), ("dark", "desktop", "dark"), ("phone", "phone", "light")],
)
def test_it_can_be_looked_at(
    open_page: Open, tmp_path: Path, name: str, size: str, scheme: str
) -> None:
    """Leaves a screenshot in pytest's folder; nothing is compared by pixel."""
    page = open_page(size=size, color_scheme=scheme)
    shot = tmp_path / f"{name}.png"
    page.screenshot(path=shot)
    assert shot.stat().st_size > 20_000
