"""The family extract_json, beyond the common contract."""

import json
import re

import pytest

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode

FAMILY = FAMILIES["extract_json"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def extract(prompt):
    """Another way to the gold: for each key of the question, the word after it in the record."""
    keys = re.search(r"(?:keys|fields|exactly): ([a-z]+(?:, [a-z]+)*)\.", prompt)[1].split(", ")
    found = {}
    for key in keys:
        pattern = rf"The {key} is (\w+)\.|(?:\. |^){key}: (\w+)\.|the {key} (\w+)\."
        found[key] = next(filter(None, re.search(pattern, prompt).groups()))
    return found


def test_gold_agrees_with_an_independent_reading():
    for at in FAMILY.grid:
        for index in range(15):
            episode = ask(at.key, child_seed("gold", at.key, index))
            prompt = episode.request().messages[0].content
            assert extract(prompt) == json.loads(episode.task.gold)


def changed(gold, how):
    value = json.loads(gold)
    keys = list(value)
    match how:
        case "less":
            del value[keys[0]]
        case "more":
            value["extra"] = "thing"
        case "exchanged":
            value[keys[0]], value[keys[1]] = value[keys[1]], value[keys[0]]
        case "empty":
            value = {}
    return json.dumps(value)


@pytest.mark.parametrize("how", ["less", "more", "exchanged", "empty"])
def test_another_object_is_wrong(how):
    for index in range(30):
        episode = ask("fields=4,distractors=2", index)
        episode.feed(Reply(text=f"Answer: {changed(episode.task.gold, how)}"))
        assert episode.outcome.reason is Reason.WRONG


def test_no_value_stands_twice_in_a_record():
    for index in range(50):
        record = ask("fields=16,distractors=16", index).task.record
        assert len({value for _, value in record}) == len({key for key, _ in record}) == 32
