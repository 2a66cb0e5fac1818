"""The family tool_missing, beyond the common contract."""

import re

import pytest
from office_reader import Reader, ask, named_in, prompt_of, row_of, steps_of

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["tool_missing"]


def read_and_act(episode):
    """Read the steps, look for their tools, ask for what is left out, then do them."""
    reader, prompt = Reader(episode), prompt_of(episode)
    steps = steps_of(prompt)
    lacking = {tool for *_, tool in steps if tool not in reader.specs}
    if lacking:
        return reader.answer("MISSING " + " and ".join(f"`{name}`" for name in sorted(lacking)))
    row, asked = None, ""
    if steps[0][1] is None or not steps[-1][3]:
        asked = reader.say("Which id do I start from, and what value shall I set?")
    for noun, record, field, value, tool in steps:
        start = re.search(r"[a-z]{3}-\d{4}", asked)
        record = record or (named_in(row, noun) if row else start[0])
        value = value or (field and re.search(r"should be (.+?)\.$", asked)[1])
        row = row_of(reader.call(tool, reader.arguments(tool, record, value)))
    return reader.answer(row["receipt"])


def test_a_reader_of_the_prompt_alone_does_the_right_thing():
    reasons = [
        read_and_act(ask("tool_missing", at.key, child_seed("gold", at.key, index))).reason
        for at in FAMILY.grid
        for index in range(20)
    ]
    assert set(reasons) == {Reason.SOLVED}


def test_nothing_is_missing_from_the_twin():
    for index in range(50):
        task = ask("tool_missing", "chain=4", child_seed("twin", index)).task
        assert not task.withheld
        assert task.gold.isdigit()


def test_tools_and_other_things_are_withheld_about_as_often():
    tasks = [ask("tool_missing", "missing=1", child_seed("kinds", i)).task for i in range(400)]
    share = sum(bool(task.missing_tools) for task in tasks) / len(tasks)
    assert abs(share - 0.5) < 4 * 0.5 / 20


def find(wanted, key="missing=1"):
    """An episode in which ``wanted`` holds of the task."""
    episodes = (ask("tool_missing", key, child_seed("find", i)) for i in range(200))
    return next(e for e in episodes if wanted(e.task))


def test_going_round_a_missing_tool_is_wrong():
    episode = find(lambda task: task.missing_tools)
    assert Reader(episode).answer("100000").reason is Reason.WRONG


def test_missing_tools_may_be_named_in_any_order_but_all_and_no_other():
    def named(text):
        episode = find(lambda task: len(task.missing_tools) == 2, "missing=2,chain=4")
        a, b = episode.task.missing_tools
        return Reader(episode).answer(text.format(a=a, b=b)).score

    assert named("MISSING {b}, {a}") == named("MISSING: {a} and {b}") == 1
    assert named("MISSING {a}") == named("MISSING {a} {b} get_all") == named("{a} {b}") == 0


def test_saying_that_tools_are_missing_where_none_is_is_wrong():
    episode = find(lambda task: not task.missing_tools)
    assert Reader(episode).answer(f"MISSING {episode.task.tools[0].key}").reason is Reason.WRONG


def test_the_user_tells_what_is_asked_for_and_nothing_else():
    episode = find(lambda task: "value" in task.withheld)
    reader = Reader(episode)
    assert "nothing to add" in reader.say("Hello!")
    assert "should be" in reader.say("What is the value?")


def test_who_only_talks_ends_as_malformed():
    episode = find(lambda task: "value" in task.withheld)
    for _ in range(4):
        Reader(episode).say("What is the value?")
    assert episode.outcome.reason is Reason.MALFORMED


@pytest.mark.parametrize("text", ["", "?" * 1_000_000, "[" * 5000, "\x00", "MISSING"])
def test_odd_talk_never_raises(text):
    episode = ask("tool_missing", "missing=2", 1)
    Reader(episode).say(text)
    assert episode.task.check(text, episode.task.world()) is Reason.WRONG
