"""The family ambiguity, beyond the common contract."""

import re

import pytest

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode

FAMILY = FAMILIES["ambiguity"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def answer_for(name, prompt):
    """The rules of the prompt, applied to its text by striking out candidates."""
    rows = re.findall(r"^(\w+), (\w+), desk (\d+), extension (\d+)$", prompt, re.MULTILINE)
    note = re.search(r"^Note: (.*)$", prompt, re.MULTILINE)[1]
    in_use = re.search(r"in use today: (.*)\.$", prompt, re.MULTILINE)[1].split(", ")
    left = [row for row in rows if row[0] == name]
    if not left:
        return "UNKNOWN"
    if len(left) > 1 and re.search(rf"\b{name}\b", note):
        left = [row for row in left if row[1] in note]
    if len(left) > 1:
        left = [row for row in left if row[2] in in_use]
    return left[0][3] if len(left) == 1 else "ASK"


def names_asked(prompt):
    asked = re.search(r"^(What is the ext|I need two|Look up)(.*)$", prompt, re.MULTILINE)[2]
    known = re.findall(r"\b[A-Z][a-z]+\b", asked)
    return [word for word in known if word not in ("First",)]


def test_gold_agrees_with_an_independent_reading():
    for at in FAMILY.grid:
        for index in range(20):
            episode = ask(at.key, child_seed("gold", at.key, index))
            prompt = episode.request().messages[0].content
            names = names_asked(prompt)
            assert len(names) == 2
            assert "; ".join(answer_for(name, prompt) for name in names) == episode.task.gold


@pytest.mark.parametrize(
    ("level", "people"), [(0, {1}), (1, {1, 2}), (2, {1, 2}), (3, {1, 2}), (4, {0, 1})]
)
def test_each_level_has_its_doubt_beside_a_plain_twin(level, people):
    for index in range(30):
        task = ask(f"ambiguity={level}", index).task
        names = [record.name for record in task.records]
        assert {names.count(name) for name in task.asked} == people
        marks = [answer for answer in task.answers if not answer.isdigit()]
        assert marks == {3: ["ASK"], 4: ["UNKNOWN"]}.get(level, [])


def test_to_ask_always_or_never_earns_nothing():
    for level in range(5):
        for seed in range(10):
            for text in ("ASK; ASK", "UNKNOWN; UNKNOWN", "ASK", "ASK; UNKNOWN"):
                episode = ask(f"ambiguity={level}", seed)
                episode.feed(Reply(text=f"Answer: {text}"))
                assert episode.outcome.reason is Reason.WRONG


def test_the_form_of_a_right_answer_is_read_kindly():
    for seed in range(40):
        episode = ask("ambiguity=3", seed)
        said = episode.task.gold.replace("ASK", "ask which Nadia").replace("; ", ", ")
        episode.feed(Reply(text=f"Answer: {said}"))
        assert episode.outcome.reason is Reason.SOLVED


def test_prompts_of_all_levels_are_alike_in_length():
    lengths = [
        sum(len(ask(f"ambiguity={level}", i).request().messages[0].content) for i in range(100))
        for level in range(5)
    ]
    assert max(lengths) < 1.01 * min(lengths)


def test_the_plain_question_comes_first_as_often_as_second():
    first = sum(ask("ambiguity=4", i).task.answers[0] == "UNKNOWN" for i in range(400))
    assert 150 < first < 250
