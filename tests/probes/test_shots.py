"""Worked examples before a question: the same for all, unlike each other, never what is asked."""

from dataclasses import replace

import pytest

from falloff.core import UsageError
from falloff.probes import FAMILIES, Episode, Shots, public_families, solved_examples

SPOKEN = [(f.name, dialect) for f in public_families() for dialect in f.renderers]


@pytest.mark.parametrize(("name", "dialect"), SPOKEN)
def test_examples_stand_before_the_question_and_not_in_the_transcript(name, dialect):
    family = FAMILIES[name]
    probe = family.probe(family.grid[-1], 3)
    shots = Shots(family, dialect=dialect, count=2).before(probe)
    bare = Episode(probe, dialect=dialect)
    shown = Episode(probe, dialect=dialect, shots=shots)
    said = "".join(message.content for message in shown.request().messages)
    assert len(shots) == 2
    assert shown.transcript == bare.transcript
    assert said.endswith(bare.request().messages[-1].content)
    assert all(shot.messages[-1].content in said for shot in shots)


def test_examples_are_the_same_for_every_probe():
    family = FAMILIES["reasoning_steps"]
    shots = Shots(family, dialect="chat", count=4)
    assert shots.before(family.probe(family.centre, 1)) == shots.before(
        family.probe(family.grid[-1], 2)
    )


def few(items):
    """reasoning_steps with so many items and two wordings of each."""
    whole = FAMILIES["reasoning_steps"]
    tasks = [whole.task(whole.probe(whole.centre, seed)) for seed in range(items)]

    def generate(at, rng):
        del at
        return replace(rng.choice(tasks), template=rng.randrange(2))

    return replace(whole, generate=generate)


def test_what_is_asked_is_none_of_its_own_examples_in_whatever_words():
    family = few(4)
    shots = Shots(family, dialect="chat", count=3)
    golds = set()
    for seed in range(60):
        probe = family.probe(family.centre, seed)
        task = family.task(probe)
        before = shots.before(probe)
        prompts = {
            family.renderer("chat").prompt(replace(task, template=template)) for template in (0, 1)
        }
        assert len(before) == 3
        assert not prompts & {shot.messages[:-1] for shot in before}
        golds.add(task.gold)
    assert len(golds) == 4


def test_too_few_items_for_so_many_examples_is_said():
    with pytest.raises(UsageError, match="has 4 different items at its centre"):
        Shots(few(4), dialect="chat", count=4)


def test_no_two_examples_are_the_same():
    assert len(set(solved_examples(few(6), dialect="chat", count=6))) == 6
