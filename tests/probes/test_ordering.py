"""The family ordering, beyond the common contract."""

import re
from graphlib import TopologicalSorter
from itertools import pairwise

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode
from falloff.probes.reasoning.ordering import TIERS

FAMILY = FAMILIES["ordering"]
BEFORE = r"^(\w+) (?:is taller than|finished today's race before|stands .* front .*than) (\w+)$"
AFTER = r"^(\w+) (?:is shorter than|finished today's race after|stands .* back .*than) (\w+)$"


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def comparisons(prompt):
    """Pairs (before, after) of all statements that bear on an order of today."""
    for sentence in re.split(r"\.\s", prompt.split("\n\n")[0] + " "):
        if found := re.search(BEFORE, sentence):
            yield found[1], found[2]
        elif found := re.search(AFTER, sentence):
            yield found[2], found[1]


def sort_topologically(prompt):
    """Another way to the gold: the one order of all people that no statement contradicts."""
    graph = {}
    for before, after in comparisons(prompt):
        graph.setdefault(after, set()).add(before)
    asked = re.search(r"^Put these .*: (.*)\.$", prompt, re.MULTILINE)[1].split(", ")
    order = list(TopologicalSorter(graph).static_order())
    return ", ".join(sorted(asked, key=order.index)), graph, asked


def test_gold_agrees_with_an_independent_solver():
    for at in FAMILY.grid:
        for index in range(4):
            episode = ask(at.key, child_seed("gold", at.key, index))
            prompt = episode.request().messages[0].content
            assert sort_topologically(prompt)[0] == episode.task.gold


def test_the_statements_leave_no_other_order():
    """From each of the five the next can be reached, so the order is forced."""
    for index in range(50):
        tier = index % len(TIERS)
        key = f"steps=4,distractors=16,distractor_tier={tier}"
        task = ask(key, child_seed("forced", index))
        _, graph, _ = sort_topologically(task.request().messages[0].content)
        people = task.task.gold.split(", ")
        for first, second in pairwise(people):
            frontier = {second}
            for _ in range(4):
                frontier = {before for name in frontier for before in graph.get(name, ())}
            assert first in frontier


def test_distractors_are_of_the_tier_asked_for_and_none_is_said_twice():
    for number, tier in enumerate(TIERS):
        for index in range(50):
            key = f"distractors=16,distractor_tier={number}"
            episode = ask(key, child_seed("tiers", index))
            assert [s.tier for s in episode.task.statements if s.tier] == [tier] * 16
            prompt = episode.request().messages[0].content.split("\n\n")[0]
            sentences = re.split(r"\.\s", prompt)
            assert len(set(sentences)) == len(sentences) == 20


def test_the_nearer_the_tier_the_more_words_are_shared_with_the_chain():
    def shared(tier):
        task = ask(f"steps=4,distractors=16,distractor_tier={tier}").task
        people = {name for s in task.statements if not s.tier for name in (s.before, s.after)}
        return sum(bool(s.tier) and {s.before, s.after} <= people for s in task.statements)

    assert [shared(tier) for tier in range(4)] == [0, 0, 16, 16]


def test_distractors_never_contradict_one_another():
    for tier in range(len(TIERS)):
        for index in range(50):
            key = f"distractors=16,distractor_tier={tier}"
            graph = {}
            for s in ask(key, child_seed("agree", index)).task.statements:
                if s.tier:
                    graph.setdefault(s.after, set()).add(s.before)
            TopologicalSorter(graph).prepare()


def test_two_names_exchanged_are_wrong():
    episode = ask("", 1)
    first, second, *rest = episode.task.gold.split(", ")
    episode.feed(Reply(text=f"Answer: {', '.join([second, first, *rest])}"))
    assert episode.outcome.reason is Reason.WRONG
