"""Reading final answers: a corpus of replies in the habits of real models, and laws."""

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.core import Coordinate, Reason, Reply
from falloff.probes import Episode
from falloff.probes.answers import Kind, final_answer, refusal, same
from falloff.probes.dialects import Wording, dialects_of
from falloff.probes.family import Family
from falloff.probes.task import Alone, Question

REPLIES = [
    json.loads(line) for line in (Path(__file__).parent / "replies.jsonl").read_text().splitlines()
]


@dataclass(frozen=True, kw_only=True)
class Asked(Question):
    """A question of any kind whose gold is given."""

    answer: str
    kind: Kind

    @property
    def gold(self):
        return self.answer

    def accepts(self, answer):
        return same(answer, self.gold, self.kind)


def family_of(generate, kind):
    """A family of such tasks in English."""
    wording = Wording()
    wording.kind = kind
    wording.ask = lambda _: "What is it?"
    return Family(
        name="asked",
        capability="reasoning",
        version=1,
        axes=(),
        chance=0.0,
        description="",
        generate=generate,
        renderers=dialects_of(wording),
    )


def verdict(reply, kind, gold):
    """The outcome of a reply as the chat dialect reads it."""
    asked = family_of(lambda *_: Asked(answer=gold, kind=kind), kind)
    episode = Episode(asked.probe(Coordinate(doses=()), 1), dialect="chat", family=asked)
    episode.feed(Reply(text=reply))
    return str(episode.outcome.reason)


@pytest.mark.parametrize("case", REPLIES, ids=lambda case: f"{case['kind']}-{case['note']}")
def test_a_reply_gets_the_verdict_of_a_careful_reader(case):
    assert verdict(case["reply"], case["kind"], case["gold"]) == case["verdict"], case["reply"]


def test_the_corpus_holds_every_kind_and_verdict():
    assert len(REPLIES) >= 220
    assert {case["kind"] for case in REPLIES} == set(get_args(Kind))
    assert {case["verdict"] for case in REPLIES} == {
        "solved",
        "wrong",
        "wrong_format",
        "malformed",
        "refused",
    }


# Every form of docs/answers.md in which an answer counts as given.
FORMS = (
    "Answer: {}",
    "Some working first.\nAnswer: {}",
    "**Answer:** {}",
    "**Answer: {}**",
    "> Answer: {}",
    "Final answer: {}",
    "**Final Answer**\n\n{}",
    "Answer:\n{}",
    "<answer>{}</answer>",
    "<think>Answer: no</think>\nAnswer: {}",
    "Answer: {}\nLet me know if you need more.",
    "{}",
)
INTEGERS = st.integers(-(10**30), 10**30)
WORD = st.text("bcdfghjklmnpqrstvwxz", min_size=4, max_size=9)
GOLDS = st.one_of(
    st.tuples(st.just("integer"), INTEGERS.map(str)),
    st.tuples(st.just("number"), st.fractions().map(str)),
    st.tuples(st.just("word"), WORD),
    st.tuples(st.just("words"), st.lists(WORD, min_size=2, max_size=8).map(", ".join)),
    st.tuples(st.just("choice"), st.sampled_from("ABCDEFGH")),
    st.tuples(
        st.just("json"),
        st.dictionaries(WORD, st.integers() | st.booleans() | WORD, min_size=1).map(json.dumps),
    ),
    st.tuples(st.just("text"), WORD.map("{} it is, then".format)),
)
CHATTER = (
    "\nLet me know if you need anything else!",
    "\n\nI hope this helps.",
    " I hope it is correct.",
    "\n\nThis is what the rules say.",
    "\n\n**Explanation:** each step follows from the one before.",
    "\nThe answer is correct.",
    "\n\n---",
)


@given(GOLDS, st.sampled_from(FORMS))
def test_the_gold_is_read_back_from_every_form(case, form):
    kind, gold = case
    found = final_answer(form.format(gold), kind)
    assert found is not None
    assert found.explicit
    assert same(found.value, gold, kind)


@given(GOLDS)
def test_a_value_is_the_same_as_itself(case):
    kind, gold = case
    assert same(gold, gold, kind)


@given(st.fractions(), st.lists(WORD, min_size=2, max_size=8), st.sampled_from("ABCDEFGH"))
def test_sameness_has_no_direction_between_plain_forms(value, words, letter):
    pairs = [
        ("number", str(value), f"{value.numerator * 3}/{value.denominator * 3}"),
        ("integer", f"{value.numerator:,}", f"{value.numerator}.0"),
        ("word", words[0], words[0].upper()),
        ("words", ", ".join(words), " and ".join(words)),
        ("choice", letter, letter.lower()),
        ("json", json.dumps({"a": words, "b": 1}), json.dumps({"b": 1.0, "a": words}, indent=2)),
    ]
    for kind, one, other in pairs:
        assert same(one, other, kind), kind
        assert same(other, one, kind), kind


SHOWN = (
    str,
    "{:,}".format,
    "{:_}".format,
    "{}.0".format,
    "${}$".format,
    "\\boxed{{{}}}".format,
    "{} pens".format,
    "{:+}".format,
)


@given(INTEGERS, st.sampled_from(SHOWN), INTEGERS, st.sampled_from(FORMS))
def test_an_integer_however_written_is_itself_and_no_other(value, show, other, form):
    found = final_answer(form.format(show(value)), "integer")
    assert found is not None
    assert same(found.value, str(value), "integer")
    assert same(found.value, str(other), "integer") == (value == other)


@given(INTEGERS, INTEGERS.filter(bool), st.sampled_from(FORMS))
def test_two_guesses_are_none(value, step, form):
    for guesses in (f"{value} or {value + step}", f"{value + step}, {value}"):
        found = final_answer(form.format(guesses), "integer")
        assert found is None or not same(found.value, str(value), "integer")


@pytest.mark.parametrize("chatter", CHATTER)
def test_chatter_never_makes_a_failure_a_success(chatter):
    for case in REPLIES:
        if case["verdict"] != "solved" and "<think>" not in case["reply"]:
            after = verdict(case["reply"] + chatter, case["kind"], case["gold"])
            assert after != "solved", case


@pytest.mark.parametrize("chatter", CHATTER)
def test_chatter_behind_an_answer_line_does_no_harm(chatter):
    if chatter.startswith("\n"):
        assert verdict(f"7 + 5 = 12\nAnswer: 12{chatter}", "integer", "12") == "solved"
        assert verdict(f"So.\nAnswer: kodu{chatter}", "word", "kodu") == "solved"


FRAGMENTS = st.lists(
    st.sampled_from(
        (
            *(
                "Answer:",
                "answer is",
                "\\boxed{",
                "{",
                "}",
                "<answer>",
                "</answer>",
                "<think>",
                "####",
            ),
            *("</think>", "\n", "12", "or", " ", "**", "$", "```", '"', "[", "\x00", "\u202e", "½"),
            *("\\frac", "1,", "=", "(", ")", "e999", "/0", "A)", "I'm sorry", "\ud800", "٣", "İ"),
        )
    ),
    max_size=30,
).map("".join)


@given(st.text() | FRAGMENTS, st.sampled_from(get_args(Kind)))
def test_nothing_a_model_writes_raises(reply, kind):
    assert isinstance(refusal(reply), bool)
    assert isinstance(same(reply, "12", kind), bool)
    if found := final_answer(reply, kind):
        assert isinstance(same(found.value, "12", kind), bool)


MEGABYTE = 1_000_000
HOSTILE = (
    *("0", "a", "<", "[", "{", "(", "*", "_", "$", "`", "=", "#", "½", "١", "😀", "\x00", "\u202e"),
    *(
        "\\",
        "|",
        "answer",
        "<think>",
        "</think>",
        "<think></think>",
        "<answer>",
        "\\boxed{",
        "\\text{",
    ),
    *(
        "\\frac{1}",
        "#### ",
        "1, ",
        "1=",
        "a, ",
        "```",
        "I'm sorry, ",
        "the answer is ",
        " and ",
        " is ",
    ),
    *(
        "answer to ",
        " ",
        "\n",
        "Answer: 12\n",
        "answer:\n",
        "- a\n",
        "12 or ",
        "\\boxed{\n",
        "==",
        "\ud800",
    ),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_read_at_once(piece):
    """Below 50 ms of CPU: in one of three trials, since other work on the machine slows some."""
    for size in (MEGABYTE, 45_000):
        for opening in ("", "Answer: ", "Answer:\n", "<think>"):
            reply = opening + piece * (size // len(piece))
            for kind in get_args(Kind):
                assert any(seconds(reply, kind) < 0.05 for _ in range(3)), (size, opening, kind)


def seconds(reply, kind):
    start = time.thread_time()
    found = final_answer(reply, kind)
    same(found.value if found else reply, "12", kind)
    refusal(reply)
    return time.thread_time() - start


def test_braces_ten_thousand_deep_are_no_answer():
    deep = "\\boxed" + "{" * 10_000 + "12" + "}" * 10_000
    assert verdict(deep, "integer", "12") != "solved"
    assert verdict("Answer: " + "[" * 10_000 + "]" * 10_000, "json", "[]") == "wrong"


def test_ordinary_replies_are_checked_in_a_fifth_of_a_millisecond():
    working = "The tin holds 5 more than the red box, which holds 34 pens: 34 + 5 = 39.\n" * 50
    for reply in (
        "Answer: 39",
        working + "Answer: 39",
        f"<think>{working}</think>\n**Answer: 39**",
    ):
        assert min(seconds(reply, "integer") for _ in range(50)) < 0.0002


def test_numbers_too_large_to_be_meant_are_no_value():
    assert not same("1" + "0" * 5000, "1" + "0" * 5000 + "1", "integer")
    assert not same("1e999999999", "1", "number")
    assert same("9" * 1000, "9" * 1000, "integer")


PAGE = Path(__file__).parents[2] / "docs" / "answers.md"
TABLE = [
    (kind, re.findall("`([^`]+)`", gold)[0], re.findall("`([^`]+)`", given), passes)
    for row in re.findall(r"^\| (\w+) \| (`[^`]+`) \|(.*)\|(.*)\|$", PAGE.read_text(), re.MULTILINE)
    for kind, gold, given, passes in ((*row[:3], True), (*row[:2], row[3], False))
]


@pytest.mark.parametrize(("kind", "gold", "given_as", "passes"), TABLE)
def test_the_page_says_what_is_accepted(kind, gold, given_as, passes):
    assert given_as
    for shown in given_as:
        reason = verdict(f"Some working.\nAnswer: {shown}", kind, gold)
        assert reason == ("solved" if passes else "wrong"), shown


def test_in_a_talk_a_value_in_passing_is_no_answer():
    class Talking(Alone):
        def hear(self, text):
            return f"You said: {text}"

    @dataclass(frozen=True, kw_only=True)
    class Talk(Asked):
        max_turns: int = 3

        def world(self):
            return Talking()

    asked = family_of(lambda *_: Talk(answer="12", kind="integer"), "integer")
    episode = Episode(asked.probe(Coordinate(doses=()), 1), dialect="chat", family=asked)
    episode.feed(Reply(text="I have found 3 of them so far."))
    episode.feed(Reply(text="I'm sorry, but I can't help with that."))
    assert not episode.done
    episode.feed(Reply(text="Answer: 12"))
    assert episode.outcome.reason is Reason.SOLVED
