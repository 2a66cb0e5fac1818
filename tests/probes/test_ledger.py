"""The family ledger, beyond the common contract."""

import re

import pytest

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode, play_oracle

FAMILY = FAMILIES["ledger"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def talk(episode, say="OK"):
    """Say the same until the user asks; what the user has said by then."""
    while "Finish with one line" not in episode.request().messages[-1].content:
        episode.feed(Reply(text=say))
    return [m.content for m in episode.request().messages if m.role == "user"]


def count(lines):
    """Another way to the gold: the numbers in the user's lines, by the words beside them."""
    total = 0
    for line in lines:
        for amount in re.findall(r"\d+", line):
            leaves = re.search(r"go out|give away|taken away", line) is not None
            total += -int(amount) if leaves else int(amount)
    return str(total)


def test_gold_agrees_with_an_independent_count():
    for at in FAMILY.grid:
        for index in range(10):
            episode = ask(at.key, child_seed("gold", at.key, index))
            assert count(talk(episode)) == episode.task.gold
            episode.feed(Reply(text=f"Answer: {episode.task.gold}"))
            assert episode.outcome.reason is Reason.SOLVED


def test_every_change_comes_in_a_turn_of_its_own():
    episode = ask("horizon=8,interference=2")
    assert len(talk(episode)) == 1 + 8 + 2 + 1
    played = play_oracle(episode.probe, dialect="chat")
    assert played.outcome.calls == 8 + 2 + 2 == played.task.max_turns - 1


def test_a_model_that_chats_instead_of_saying_ok_is_heard_all_the_same():
    episode = ask("horizon=4")
    talk(episode, say="Noted! The store now holds 999 lemons, I think.")
    episode.feed(Reply(text=f"So:\n**Answer: {episode.task.gold}**"))
    assert episode.outcome.reason is Reason.SOLVED


def test_an_answer_before_the_question_is_wrong():
    episode = ask("horizon=1")
    episode.feed(Reply(text=f"Answer: {episode.task.gold}"))
    assert episode.outcome.reason is Reason.WRONG


def test_who_gives_no_answer_line_is_asked_once_more_and_is_then_malformed():
    episode = ask("horizon=1")
    talk(episode)
    episode.feed(Reply(text="OK"))
    assert not episode.done
    assert "Please give the number" in episode.request().messages[-1].content
    episode.feed(Reply(text="OK"))
    assert episode.outcome.reason is Reason.MALFORMED


@pytest.mark.parametrize("said", ["999", "The store now holds 999.", "**OK**", "", "lemons: 9"])
def test_whatever_is_said_on_the_way_is_no_answer(said):
    episode = ask("horizon=4,interference=2")
    talk(episode, say=said)
    episode.feed(Reply(text=said))
    episode.feed(Reply(text=f"Answer: {episode.task.gold}"))
    assert episode.outcome.reason is Reason.SOLVED


def test_asides_stand_anywhere_among_the_changes():
    first = last = 0
    for index in range(200):
        lines = talk(ask("horizon=4,interference=2", child_seed("places", index)))
        first += "Something else" in lines[1]
        last += "Something else" in lines[-2]
    assert 20 < first < 120
    assert 20 < last < 120
