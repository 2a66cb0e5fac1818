"""Where transcripts part: found by what is said, marked in the page, never executed."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from falloff.core import Message, ToolCall, Transcript
from falloff.report import html_report
from falloff.report.contents import ReportContents
from falloff.report.parting import Parting, parting


def says(text: str, *calls: tuple[str, str]) -> Message:
    made = tuple(ToolCall(id=str(id(call)), name=call[0], arguments=call[1]) for call in calls)
    return Message(role="assistant", content=text, tool_calls=made)


def test_the_first_turn_that_differs_is_found_back_to_its_word() -> None:
    one = [says("look", ("find", "{}")), says("The answer is 12, I think.")]
    other = [says("look", ("find", "{}")), says("The answer is 13.")]
    assert parting([one, other]) == Parting(turn=1, letters=len("The answer is "), calls=0)


def test_ids_of_calls_part_nobody_but_their_arguments_do() -> None:
    one = [says("", ("find", '{"a": 1}'), ("get", "{}"))]
    assert parting([one, [says("", ("find", '{"a": 1}'), ("get", "{}"))]]) is None
    other = [says("", ("find", '{"a": 1}'), ("get", '{"b": 2}'))]
    assert parting([one, other]) == Parting(turn=0, letters=0, calls=1)


def test_who_goes_on_alone_parts_there() -> None:
    assert parting([[says("a")], [says("a"), says("b")]]) == Parting(turn=1, letters=0, calls=0)
    assert parting([[says("a"), says("b")]]) is None


@given(st.lists(st.lists(st.text(max_size=6), max_size=4), min_size=2, max_size=3))
def test_all_is_alike_before_and_something_differs_there(texts: list[list[str]]) -> None:
    said = [[says(text) for text in turns] for turns in texts]
    found = parting(said)
    if found is None:
        assert all(turns == texts[0] for turns in texts)
        return
    assert all(turns[: found.turn] == texts[0][: found.turn] for turns in texts)
    at = [turns[found.turn] if found.turn < len(turns) else None for turns in texts]
    assert len(set(at)) > 1
    begun = {None if text is None else text[: found.letters] for text in at}
    assert found.letters == 0 or len(begun) == 1


def test_the_page_marks_what_differs_and_nothing_else(contents: ReportContents) -> None:
    first = contents.divergences[0]
    replies = ("so <b>7</b>", "so <script>8</script>", "so <i>9", "so 10")
    answers = tuple(
        replace(
            answer,
            transcript=Transcript(messages=(Message(role="user", content="?"), says(reply))),
        )
        for answer, reply in zip(first.answers, replies, strict=False)
    )
    page = html_report(replace(contents, divergences=(replace(first, answers=answers),)))
    assert "<pre>so <mark>&lt;script&gt;8&lt;/script&gt;</mark></pre>" in page
    assert len(re.findall("here they part</span>", page)) == len(answers)
