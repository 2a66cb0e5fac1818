"""What all families of the text suite share, beyond the common contract."""

import time

import pytest

from falloff.core import Coordinate, Reply, child_seed
from falloff.probes import FAMILIES, SUITES, Episode, play_oracle

NAMES = SUITES["text"].family_names
SPOKEN = [(name, dialect) for name in NAMES for dialect in FAMILIES[name].renderers]
ODD = (
    "",
    "\0",
    "Answer:",
    "Answer: " + "9" * 10_000,
    "Answer: -",
    "Answer: ²³",
    "Answer: ٣٤",
    'Answer: {"a": ' * 2000,
    "Answer: " + "[" * 5000,
    "Answer: ; ; ;",
    "Answer: 1) , 2) ; ASK",
    "Answer: \ud83d\ude00\u202e abc",
    "I cannot help with that.",
    "Answer: X",
    "Answer: word, word, …",
    "Answer: FIRST; SECOND",
)


def middle(family):
    return Coordinate.at(family.axes, {a.name: a.levels[len(a.levels) // 2] for a in family.axes})


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_an_odd_reply_scores_nothing_and_raises_nothing(name, dialect):
    family = FAMILIES[name]
    for text in ODD:
        episode = Episode(family.probe(middle(family), 1), dialect=dialect)
        while not episode.done:
            episode.feed(Reply(text=text))
        assert episode.outcome.score == 0


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_the_solution_is_solved_after_shots_too(name, dialect):
    """The words before the question do not change what a reply is worth."""
    family = FAMILIES[name]
    shots = tuple(
        play_oracle(family.probe(family.centre, seed), dialect=dialect).transcript
        for seed in range(4)
    )
    probe = family.probe(middle(family), 9)
    said = [
        m.content
        for m in play_oracle(probe, dialect=dialect).transcript.messages
        if m.role == "assistant"
    ]
    episode = Episode(probe, dialect=dialect, shots=shots)
    history = sum(m.role == "assistant" for m in family.renderer(dialect).prompt(episode.task))
    for text in said[history:]:
        episode.feed(Reply(text=text))
    assert episode.outcome.score == 1


@pytest.mark.parametrize("name", NAMES)
def test_three_templates_or_more_are_drawn_alike(name):
    family = FAMILIES[name]
    seeds = [child_seed("template", index) for index in range(300)]
    drawn = [family.task(family.probe(family.centre, seed)).template for seed in seeds]
    assert len(set(drawn)) >= 3
    assert all(drawn.count(t) > 0.6 * len(drawn) / len(set(drawn)) for t in set(drawn))


@pytest.mark.parametrize("name", NAMES)
def test_a_thousand_probes_are_made_within_seconds(name):
    """Two seconds of a core is what is aimed at; ten leave room for a busy machine."""
    family = FAMILIES[name]
    began = time.process_time()
    for seed in range(200):
        Episode(family.probe(middle(family), seed), dialect="chat").request()
    assert time.process_time() - began < 10 / 5
