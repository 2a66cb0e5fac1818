"""The family rule_chain, beyond the common contract."""

import re

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode
from falloff.probes.reasoning.rule_chain import OPERATIONS

FAMILY = FAMILIES["rule_chain"]


def ask(key, seed, dialect="chat"):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect=dialect)


def solve_by_substitution(prompt):
    """Another way to the gold: evaluate whatever rule can be, until the question is answered."""
    rules = re.findall(r"^(\w) = (\w) ([+*]) (\d)$", prompt, re.MULTILINE)
    start, value, asked = re.search(r"If (\w) is (\d), what is (\w)\?", prompt).groups()
    known = {start: int(value)}
    while asked not in known:
        for target, source, op, operand in rules:
            if source in known and target not in known:
                a, b = known[source], int(operand)
                known[target] = int(str(sum([a] * b) if op == "*" else a + b)[-1])
    return str(known[asked])


def test_gold_agrees_with_an_independent_solver():
    for at in FAMILY.grid:
        for index in range(5):
            episode = ask(at.key, child_seed("gold", at.key, index))
            prompt = episode.request().messages[0].content
            assert solve_by_substitution(prompt) == episode.task.gold


def test_distractors_never_touch_the_chain():
    for index in range(50):
        task = ask("steps=4,distractors=8", child_seed("apart", index)).task
        on_path = {rule.source for rule in task.chain} | {task.asked}
        others = [rule for rule in task.rules if rule not in task.chain]
        assert len(others) == 8
        assert not on_path & {name for r in others for name in (r.source, r.target)}


def test_distractors_leave_chain_and_gold_size_alone():
    for distractors in (0, 16):
        task = ask(f"steps=4,distractors={distractors}", 3).task
        assert len(task.chain) == 4
        assert all(rule.sign in OPERATIONS for rule in task.rules)


def test_no_answer_is_likelier_than_another():
    for key in ("", "steps=16"):
        golds = [ask(key, child_seed("spread", i)).task.gold for i in range(2000)]
        assert all(150 < golds.count(digit) < 250 for digit in "0123456789")


def test_each_kind_of_reply_has_its_reason():
    wrong = str((int(ask("", 1).task.gold) + 1) % 10)
    replies = {
        f"so\nAnswer: {ask('', 1).task.gold}": Reason.SOLVED,
        f"**Answer: {ask('', 1).task.gold}**": Reason.SOLVED,
        f"Answer: {wrong}": Reason.WRONG,
        "I do not know.": Reason.MALFORMED,
        "": Reason.MALFORMED,
    }
    for text, reason in replies.items():
        episode = ask("", 1)
        episode.feed(Reply(text=text))
        assert episode.outcome.reason is reason, text


def test_an_answer_that_was_cut_off_is_truncated_not_wrong():
    episode = ask("", 1)
    episode.feed(Reply(text="Answer: 3", finish="length"))
    assert episode.outcome.reason is Reason.TRUNCATED
    assert episode.outcome.score == 0
