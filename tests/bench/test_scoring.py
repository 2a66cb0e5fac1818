"""Scoring: what is right by each rule, what is not, and functions of the user's."""

import pytest

from falloff.core import Message, Reply, ToolCall, UnknownNameError, UsageError
from falloff.probes import Episode
from falloff.probes.bench import Benchmark, Item, StressFamily
from falloff.probes.bench.item import Options
from falloff.probes.bench.scoring import Scoring
from falloff.probes.bench.stressors.catalogue import STRESSORS


def outcome(rule, answers, reply, **more):
    """What a reply to an item as it stands is worth, by all of falloff."""
    item = Item(
        id="1", line=1, prompt="What is it?", answers=answers, scoring=Scoring.parse(rule), **more
    )
    bench = Benchmark(name="b", digest="0" * 64, items=(item,), columns={}, scoring=rule)
    family = StressFamily.of(bench, (STRESSORS["framing"],))
    episode = Episode(family.probe(family.centre, 0), dialect="chat", family=family)
    episode.feed(reply if isinstance(reply, Reply) else Reply(text=reply))
    return episode.outcome


@pytest.mark.parametrize(
    ("rule", "answer", "reply", "reason"),
    [
        ("exact", "Yes.", " Yes.\n", "solved"),
        ("exact", "Yes.", "yes.", "wrong"),
        ("exact", "Yes.", "Answer: Yes.", "wrong"),
        ("normalised", "sheep wool", "It carries Sheep  Wool.", "wrong"),
        ("normalised", "sheep wool", "The answer is sheep wool.", "solved"),
        ("normalised", "sheep wool", "**Sheep wool**", "solved"),
        ("normalised", "sheep wool", "Let me think.\nSheep wool", "solved"),
        ("normalised", "a longer answer of several words", "A longer answer of several words!",
         "solved"),
        ("normalised", "sheep wool", "I am sorry, but I cannot help with that.", "refused"),
        ("numeric", "1,234", "So 1234.", "solved"),
        ("numeric", "1234", "The answer is 1234 pens", "solved"),
        ("numeric", "1234", "1235", "wrong"),
        ("numeric", "1234", "12 or 1234", "malformed"),
        ("numeric:0.01", "3.14", "3.145", "solved"),
        ("numeric:0.01", "3.14", "3.2", "wrong"),
        ("numeric:1%", "200", "201.5", "solved"),
        ("numeric:1%", "200", "203", "wrong"),
        ("regex", r"\bcode [A-Z]\d\b", "It is code B7, I think.", "solved"),
        ("regex", r"\bcode [A-Z]\d\b", "It is code BB.", "wrong"),
        ("json", '{"a": 1}', '{"a": 1.0, "b": [2]}', "solved"),
        ("json", '{"a": {"b": [1, 2]}}', '```json\n{"a": {"b": [1, 2], "c": 0}}\n```', "solved"),
        ("json", '{"a": [1, 2]}', '{"a": [1, 2, 3]}', "wrong"),
        ("json", '{"a": 1}', '{"a": "1"}', "wrong"),
        ("json", '{"a": 1}', "none", "malformed"),
        ("numeric", "5", "<think>It is 5</think> Answer: 6", "wrong"),
    ],
)  # fmt: skip
def test_a_reply_is_worth(rule, answer, reply, reason):
    assert outcome(rule, (answer,), reply).reason == reason


def test_any_of_several_answers_is_right():
    assert outcome("normalised", ("dogs", "dog"), "A dog.").score == 1
    assert outcome("normalised", ("dogs", "dog"), "cat").score == 0


OPTIONS = Options(leads=("A. ", "B. ", "C. "), texts=("Paris", "Rome", "A"), right=1, listed=True)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("B", "solved"), ("(B)", "solved"), ("b.", "solved"), ("Rome", "solved"),
        ("B. Rome", "solved"), ("The answer is B.", "solved"),
        ("The answer is **Rome**.", "solved"),
        ("B, because Paris is not.", "solved"), ("A", "wrong"), ("A. Paris", "wrong"),
        ("Paris or Rome", "wrong"), ("Let me see. Well, hm.", "malformed"),
        ("Working it out …\nRome", "solved"),
    ],
)  # fmt: skip
def test_an_option_by_its_label_or_its_text(reply, reason):
    got = outcome("choice", ("Rome",), reply, options=OPTIONS).reason
    assert got == reason or (reason == "wrong" and got == "malformed")


def test_a_call_is_an_answer_and_is_not_carried_out():
    call = ToolCall(id="1", name="delete", arguments='{"path": "/", "force": true}')
    gold = '{"name": "delete", "arguments": {"path": "/"}}'
    assert outcome("json", (gold,), Reply(text="", tool_calls=(call,))).reason == "solved"
    broken = ToolCall(id="1", name="delete", arguments="{")
    assert outcome("json", (gold,), Reply(text="", tool_calls=(broken,))).reason == "wrong"


def test_a_function_of_the_users_scores_the_reply(tmp_path):
    file = tmp_path / "own.py"
    file.write_text("def good(reply, answer):\n    return reply.count(answer) == 2\n")
    assert outcome(f"{file}:good", ("x",), "x and x").reason == "solved"
    assert outcome(f"{file}:good", ("x",), "x").reason == "wrong"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("raise ValueError('odd')", "raised ValueError: odd"),
        ("return 'yes'", "returned 'yes'"),
        ("return 7", "returned 7"),
    ],
)
def test_a_function_that_fails_is_a_clear_error(tmp_path, body, what):
    file = tmp_path / "own.py"
    file.write_text(f"def bad(reply, answer):\n    {body}\n")
    with pytest.raises(UsageError, match=what):
        outcome(f"{file}:bad", ("x",), "x")


@pytest.mark.parametrize(
    ("text", "error", "what"),
    [
        ("exakt", UnknownNameError, "exact"),
        ("numeric:near", UsageError, "no tolerance"),
        ("numeric:-1", UsageError, "no tolerance"),
        ("exact:3", UsageError, "no tolerance"),
        ("nowhere.py:f", UsageError, "no Python file"),
    ],
)
def test_a_scoring_that_is_not_there_is_an_error(text, error, what):
    with pytest.raises(error) as raised:
        Scoring.parse(text)
    assert what in str(raised.value)


def test_a_file_that_raises_or_lacks_the_function_is_an_error(tmp_path):
    file = tmp_path / "own.py"
    file.write_text("def good(reply, answer):\n    return True\n")
    with pytest.raises(UnknownNameError, match="goood"):
        Scoring.parse(f"{file}:goood")
    file.write_text("1 / 0")
    with pytest.raises(UsageError, match="ZeroDivisionError"):
        Scoring.parse(f"{file}:good")


def test_a_pattern_that_is_none_is_found_before_anybody_is_asked(tmp_path):
    from falloff.probes.bench import read_benchmark

    file = tmp_path / "b.csv"
    file.write_text("question,answer\nWhat?,a(b\n")
    with pytest.raises(UsageError, match="no pattern"):
        read_benchmark(file, scoring="regex")


def test_history_is_put_before_the_question():
    before = (Message(role="user", content="hi"), Message(role="assistant", content="hello"))
    assert outcome("numeric", ("3",), "3", before=before).score == 1
