"""The family own_errors, beyond the common contract."""

import re
from itertools import pairwise

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode

FAMILY = FAMILIES["own_errors"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def steps_of(messages):
    return [
        int(amount) if verb in ("add", "plus") else -int(amount)
        for verb, amount in re.findall(
            r"^\d+\. (add|plus|take away|subtract|minus) (\d+)$", messages[0].content, re.MULTILINE
        )
    ]


def from_the_statement(messages):
    """Another way to the gold: the problem alone, the history unread."""
    start = re.search(r"(?:Start with|At first it is|Begin at) (\d+)", messages[0].content)[1]
    return str(int(start) + sum(steps_of(messages)))


def trusting(messages):
    """What comes of going on from the last number in the history."""
    last = int(re.findall(r"= (\d+)$", messages[1].content, re.MULTILINE)[-1])
    return str(last + sum(steps_of(messages)[20:]))


def test_gold_agrees_with_an_independent_solver():
    for at in FAMILY.grid:
        for index in range(15):
            episode = ask(at.key, child_seed("gold", at.key, index))
            assert from_the_statement(episode.request().messages) == episode.task.gold


def test_who_trusts_the_history_is_right_only_where_it_is_right():
    for share in (0, 0.1, 0.25, 0.5):
        for index in range(60):
            episode = ask(f"own_error_prefix={share},steps=4", child_seed("trust", index))
            episode.feed(Reply(text=f"Answer: {trusting(episode.request().messages)}"))
            assert episode.outcome.reason is (Reason.WRONG if share else Reason.SOLVED)


def test_the_share_of_wrong_lines_in_the_history_is_the_dose():
    for share in (0, 0.1, 0.25, 0.3, 0.5):
        for index in range(30):
            messages = ask(f"own_error_prefix={share}", index).request().messages
            lines = re.findall(r"(\d+) ([+-]) (\d+) = (\d+)", messages[1].content)
            wrong = sum(int(a) + int(sign + b) != int(c) for a, sign, b, c in lines)
            assert (wrong, len(lines)) == (round(20 * share), 20)


def test_the_history_goes_on_from_its_own_results():
    lines = re.findall(
        r"(\d+) [+-] \d+ = (\d+)", ask("own_error_prefix=0.5").request().messages[1].content
    )
    assert all(a[1] == b[0] for a, b in pairwise(lines))


def test_the_user_warns_of_mistakes_at_every_level():
    for share in (0, 0.5):
        for seed in range(20):
            said = ask(f"own_error_prefix={share}", seed).request().messages[-1].content
            assert "mistakes" in said or "may be wrong" in said
