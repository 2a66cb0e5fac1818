"""The family recall, beyond the common contract."""

import re

import pytest

from falloff.core import Coordinate, child_seed
from falloff.probes import FAMILIES, Episode
from falloff.probes.long_horizon import asides
from falloff.probes.vocabulary import NAMES, NOUNS

FAMILY = FAMILIES["recall"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def look_up(messages):
    """Another way to the gold: whose word is asked for, and the sentence that names both."""
    who = re.search(r"(?:word of|does|word for) (\w+)", messages[-1].content)[1]
    said = next(s for s in messages[0].content.split(".") if re.search(rf"\b{who}\b", s))
    return said.split()[-1]


def test_gold_agrees_with_an_independent_solver():
    for at in FAMILY.grid:
        for index in range(4):
            episode = ask(at.key, child_seed("gold", at.key, index))
            assert look_up(episode.request().messages) == episode.task.gold


def test_nothing_but_the_fact_holds_a_name_a_code_word_or_a_number():
    pools = [*asides._WHO, *asides._DID, *asides._WHAT, *asides._WHEN]
    text = " ".join([*pools, *(part for aside in asides.ASIDES for part in aside)])
    words = set(re.findall(r"\w+", text.lower()))
    assert not words & {word.lower() for word in (*NAMES, *NOUNS)}
    assert not re.search(r"\d", text)


def test_the_fact_stands_once_and_so_does_its_word():
    for index in range(20):
        task = ask("interference=32,context_load=2048", child_seed("once", index))
        said = " ".join(m.content for m in task.request().messages)
        assert len(re.findall(rf"\b{task.task.gold}\b", said)) == 1


@pytest.mark.parametrize(("depth", "share"), [(0, 0), (1, 0.5), (2, 1)])
def test_the_fact_stands_where_the_depth_says(depth, share):
    for load in (0, 2048):
        task = ask(f"context_load={load},needle_depth={depth}", 7).task
        parts = len(task.before), len(task.after)
        assert parts[0] / sum(parts) == pytest.approx(share, abs=0.02)


def test_the_load_is_what_the_axis_says():
    """A token of English prose is about four characters."""
    for load in (512, 2048, 8192, 32768):
        text = ask(f"context_load={load}", 3).request().messages[0].content
        assert len(text) / 4 == pytest.approx(load + 40, abs=40)


def test_filler_hardly_repeats_itself():
    sentences = ask("context_load=8192", 2).task.after
    assert len(set(sentences)) > 0.99 * len(sentences)
