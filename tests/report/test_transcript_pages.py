"""Every transcript in a folder of pages: whole, linked, deaf to what it quotes, all or nothing."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from falloff.core import Message, SetupError, Transcript, UsageError
from falloff.report.contents import Divergence, ReportContents
from falloff.report.html import html_report
from falloff.report.transcript_pages import INDEX, ROWS_A_PAGE, link_between, write_transcript_pages


def many(contents: ReportContents) -> list[Divergence]:
    """More than two pages of them."""
    return [*contents.divergences, *contents.divergences][: 2 * ROWS_A_PAGE + 3]


def written(folder: Path, contents: ReportContents, found: list[Divergence]) -> dict[str, str]:
    whole = replace(contents, left_out=len(found) - len(contents.divergences))
    write_transcript_pages(folder, whole, iter(found))
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_every_probe_is_on_a_page_and_every_page_can_be_reached(
    contents: ReportContents, tmp_path: Path
) -> None:
    found = many(contents)
    pages = written(tmp_path / "said", contents, found)
    assert sorted(pages) == ["00001.html", "00002.html", "00003.html", INDEX]
    counts = {name: page.count('<details class="row"') for name, page in pages.items()}
    assert sum(counts.values()) == len(found)
    links = {name: set(re.findall(r'<a[^>]* href="([^"]+)"', page)) for name, page in pages.items()}
    assert links[INDEX] == set(pages) - {INDEX}
    assert links["00001.html"] == {INDEX, "00002.html"}
    assert links["00003.html"] == {INDEX, "00002.html"}


def test_what_was_said_is_whole_and_can_run_nothing(
    contents: ReportContents, tmp_path: Path, hostile: str
) -> None:
    long = f"{'very ' * 2_000}{hostile} end"
    turns = tuple(Message(role="assistant", content=f"{n} {long}") for n in range(30))
    first = contents.divergences[0]
    answers = tuple(
        replace(answer, transcript=Transcript(messages=turns)) for answer in first.answers
    )
    page = written(tmp_path / "said", contents, [replace(first, answers=answers)])["00001.html"]
    assert page.count(" end</pre>") == 30 * len(answers)
    assert "not shown" not in page
    assert not re.search(r"<(script|img|iframe|svg|base|link|object)\b", page)
    assert "default-src 'none'" in page
    assert "script-src" not in page
    assert not re.search(r"[\x00-\x08\u202a-\u202e\u2066-\u2069]", page)


def test_the_report_leads_to_the_pages(contents: ReportContents, tmp_path: Path) -> None:
    link = link_between(tmp_path / "out" / "report.html", tmp_path / "what they said" / INDEX)
    assert link == "../what%20they%20said/index.html"
    page = html_report(replace(contents, transcripts=link, left_out=500))
    assert f'<a href="{link}">' in page
    assert "in the run file" not in page


def test_what_is_there_already_is_left_alone(contents: ReportContents, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="already"):
        write_transcript_pages(tmp_path, contents, contents.divergences)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_where_it_fails_half_way_nothing_is_left(contents: ReportContents, tmp_path: Path) -> None:
    def breaking():
        yield from many(contents)
        raise OSError(28, "No space left on device")

    with pytest.raises(SetupError, match="No space left"):
        write_transcript_pages(tmp_path / "said", contents, breaking())
    assert not any(tmp_path.iterdir())
