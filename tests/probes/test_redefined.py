"""The family redefined, beyond the common contract."""

import re

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode
from falloff.probes.novel_instructions.redefined import FAMILIAR, MEANINGS, OPERANDS

FAMILY = FAMILIES["redefined"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def carry_out(prompt, meanings=None):
    """Another way to the gold: read the definitions, and work each out on the written digits."""
    meanings = meanings or dict(re.findall(r"'(\w+)(?: k)?' means: (.*)", prompt))
    value = re.search(r"(?:Start with|starts as|number is) (\d\d)", prompt)[1]
    steps = re.search(r"(?:in turn|Now): ([a-z0-9, ]+)\.", prompt)[1].split(", ")
    for step in steps:
        word, _, k = step.partition(" ")
        if meanings[word] == "n read backwards":
            value = value[::-1]
            continue
        left, sign, right = meanings[word].replace("n", value).replace("k", k).split()
        terms = [int(left)] * int(right) if sign == "*" else [int(left), int(f"{sign}{right}")]
        result = sum(terms)
        value = f"{result + 100 if result < 0 else result:02}"[-2:]
    return value


def test_gold_agrees_with_an_independent_reading():
    for at in FAMILY.grid:
        for index in range(15):
            episode = ask(at.key, child_seed("gold", at.key, index))
            prompt = episode.request().messages[0].content
            assert int(carry_out(prompt)) == int(episode.task.gold)


def test_every_meaning_maps_the_numbers_one_to_one():
    for do in MEANINGS.values():
        for k in OPERANDS:
            assert sorted(do(v, k) % 100 for v in range(100)) == list(range(100))


def test_familiar_meanings_lead_astray_where_all_are_redefined():
    def right(key):
        hits = 0
        for index in range(200):
            episode = ask(key, child_seed("astray", index))
            prompt = episode.request().messages[0].content
            hits += int(carry_out(prompt, FAMILIAR)) == int(episode.task.gold)
        return hits / 200

    assert right("steps=4") == 1
    assert right("steps=4,rule_novelty=1") < 0.06


def test_prompts_are_equally_long_at_any_share():
    lengths = {
        share: sum(
            len(ask(f"rule_novelty={share},steps=8", i).request().messages[0].content.split())
            for i in range(300)
        )
        / 300
        for share in (0, 0.5, 1)
    }
    assert max(lengths.values()) - min(lengths.values()) < 1.5


def test_a_leading_zero_makes_no_difference():
    for index in range(300):
        episode = ask("", index)
        if len(episode.task.gold) == 1:
            episode.feed(Reply(text=f"Answer: 0{episode.task.gold}"))
            assert episode.outcome.reason is Reason.SOLVED


def test_no_answer_is_likelier_than_another():
    golds = [int(ask("steps=16,rule_novelty=0.5", i).task.gold) for i in range(2000)]
    assert all(140 < sum(g // 10 == tens for g in golds) < 260 for tens in range(10))
