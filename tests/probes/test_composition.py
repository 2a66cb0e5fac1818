"""The family composition, beyond the common contract."""

import re
from collections import deque

import pytest

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode
from falloff.probes.reasoning.composition import SAID

FAMILY = FAMILIES["composition"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def swapped(words):
    words = list(words)
    for i in range(0, len(words) - 1, 2):
        words[i], words[i + 1] = words[i + 1], words[i]
    return words


def turned(words, by):
    ring = deque(words)
    ring.rotate(by)
    return list(ring)


# What each sentence asks for, told by words of it that no other has.
BY_PHRASE = {
    r"alphabetical|from A to Z": sorted,
    r"reverse the list|last word first|backwards": lambda w: [w.pop() for _ in range(len(w))],
    r"first word to the end|first word away|first word become": lambda w: turned(w, -1),
    r"last word to the front|last word away|last word become": lambda w: turned(w, 1),
    r"hal(f|ves)": lambda w: turned(w, len(w) // 2),
    r"first with second|trade places|words 1 and 2": swapped,
    r"every second|odd places|words 1, 3, 5": lambda w: [
        w[i] for i in sorted(range(len(w)), key=lambda i: (i % 2, i))
    ],
}


def work_out(prompt):
    """Another way to the gold: read list and sentences, and do as each says."""
    words = re.search(r"list(?: of words| is)*: ([a-z, ]+)\.", prompt)[1].split(", ")
    for sentence in re.findall(r"[^.]+\.(?=\s)", prompt.replace(", ".join(words), "")):
        for phrase, do in BY_PHRASE.items():
            if re.search(phrase, sentence, re.IGNORECASE):
                words = list(do(list(words)))
                break
    return ", ".join(words)


def test_gold_agrees_with_an_independent_reading():
    for at in FAMILY.grid:
        for index in range(20):
            episode = ask(at.key, child_seed("gold", at.key, index))
            assert work_out(episode.request().messages[0].content) == episode.task.gold


def test_each_sentence_names_one_primitive():
    for texts in SAID.values():
        found = {p for p in BY_PHRASE for text in texts if re.search(p, text)}
        assert len(found) == 1


def test_no_step_is_vain():
    for index in range(200):
        lists = ask("composition=4", child_seed("vain", index)).task.lists
        assert len(set(lists)) == len(lists)
        assert "sort" not in ask("composition=4", index).task.primitives[1:]


@pytest.mark.parametrize("length", [5, 7, 63])
def test_a_list_of_odd_length_has_no_halves(length):
    for index in range(100):
        task = ask(f"composition=3,length={length}", index).task
        assert "halves" not in task.primitives
        assert len(set(task.lists)) == 5


def test_every_primitive_comes_at_the_centre():
    first = [ask("", child_seed("spread", i)).task.primitives[0] for i in range(700)]
    assert all(60 < first.count(name) < 140 for name in SAID)


def test_the_list_as_it_was_is_no_answer():
    episode = ask("", 3)
    episode.feed(Reply(text=f"Answer: {', '.join(episode.task.words)}"))
    assert episode.outcome.reason is Reason.WRONG
