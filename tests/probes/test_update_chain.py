"""The family update_chain, beyond the common contract."""

import re

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode, play_oracle

FAMILY = FAMILIES["update_chain"]


def ask(key="", seed=1, dialect="micro"):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect=dialect)


def listen(episode, reply):
    """All that the user says, whatever is said to it."""
    said = [episode.request().messages[0].content]
    while "What is" not in said[-1] and not said[-1].endswith("?"):
        episode.feed(Reply(text=reply))
        said.append(episode.transcript.messages[-1].content)
    return said


def worked_out(said):
    """Another way to the gold: keep the books on what the user says in English."""
    values = {name: int(value) for name, value in re.findall(r"(\w) is (\d)[,.]", said[0])}
    for line in said:
        if change := re.search(r"Add (\d) to (\w)\.", line):
            values[change[2]] += int(change[1])
        elif change := re.search(r"Multiply (\w) by (\d)\.", line):
            values[change[1]] *= int(change[2])
    (asked,) = re.findall(r"What is (\w) now", said[-1])
    return str(values[asked])[-1]


def test_gold_agrees_with_independent_bookkeeping():
    for at in FAMILY.grid:
        episode = ask(at.key, child_seed("gold", at.key), dialect="chat")
        assert worked_out(listen(episode, "noted")) == episode.task.gold


def test_the_axes_count_the_changes_of_each_sort():
    for index in range(20):
        task = ask("horizon=7,interference=5", child_seed("counts", index)).task
        names = [name for _, name in task.changes]
        assert (len(names), names.count(task.asked)) == (12, 7)


def test_a_change_a_turn_then_the_question():
    played = play_oracle(ask("horizon=5,interference=3").probe, dialect="micro")
    assert played.outcome.calls == 9
    assert len(played.request().messages) == 18


def test_only_what_is_said_to_the_question_counts():
    episode = ask("horizon=2")
    wrong = (int(episode.task.gold) + 1) % 10
    episode.feed(Reply(text=f"={wrong}"))
    episode.feed(Reply(text="anything"))
    assert not episode.done
    episode.feed(Reply(text=f"={episode.task.gold}"))
    assert episode.outcome.reason is Reason.SOLVED


def test_each_kind_of_last_word_has_its_reason():
    for dialect, said, reason in (
        ("micro", "=", Reason.MALFORMED),
        ("micro", "9", Reason.MALFORMED),
        ("chat", "no idea", Reason.MALFORMED),
        ("chat", "Answer: 10", Reason.WRONG),
    ):
        episode = ask(dialect=dialect)
        episode.feed(Reply(text="OK"))
        episode.feed(Reply(text=said))
        assert episode.outcome.reason is reason, said


def test_no_answer_is_likelier_than_another():
    golds = [ask("horizon=8", child_seed("spread", i)).task.gold for i in range(2000)]
    assert all(150 < golds.count(digit) < 250 for digit in "0123456789")
