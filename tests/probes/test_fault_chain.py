"""The family fault_chain, beyond the common contract."""

import re

import pytest

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode, play_oracle

FAMILY = FAMILIES["fault_chain"]
DOWN, BUSY, ASTRAY, NO_WAY = range(4)


def ask(key="", seed=1, dialect="micro"):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect=dialect)


def at(count, kind):
    return f"fault_count={count},fault_kind={kind}"


def walk(episode, patience=1000):
    """Another way to the end: read the micro prompt, send micro replies, follow what is said.

    ``patience``: how often a busy service is asked again.
    """
    table, question = episode.request().messages[0].content[1:].split("|")
    backup = {entry[0]: entry[1] for entry in table.split(";")}
    item, service = question[0], question[1]
    while not episode.done:
        episode.feed(Reply(text=f"{service}{item}"))
        if episode.done:
            break
        said = episode.transcript.messages[-1].content
        if said[0] == item:
            episode.feed(Reply(text=f"={said[1:]}"))
        elif said == "!" and patience:
            patience -= 1
        elif backup[service] == ".":
            episode.feed(Reply(text="=!"))
        else:
            service = backup[service]
    return episode.outcome


@pytest.mark.parametrize("kind", range(4))
def test_who_does_the_right_thing_about_each_kind_needs_no_call_too_many(kind):
    for count in (1, 2, 7, 32):
        outcome = walk(ask(at(count, kind), child_seed("walk", count)))
        assert outcome.score == 1
        assert outcome.calls == count + (1 if kind == NO_WAY else 2)


def test_only_the_last_kind_is_to_be_reported():
    golds = {kind: {ask(at(3, kind), s).task.gold for s in range(40)} for kind in range(4)}
    assert golds[NO_WAY] == {"FAILED"}
    assert all(re.fullmatch(r"\d\d", g) for kind in (DOWN, BUSY, ASTRAY) for g in golds[kind])


def test_an_answer_that_no_service_gave_is_worth_nothing():
    for kind in (DOWN, NO_WAY):
        episode = ask(at(1, kind))
        right = "=!" if kind == NO_WAY else f"={episode.task.gold}"
        episode.feed(Reply(text=right))
        assert episode.outcome.reason is Reason.WRONG


def test_what_a_silent_fault_gives_is_wrong():
    episode = ask(at(2, ASTRAY))
    service, item = episode.task.path[0], episode.task.item
    episode.feed(Reply(text=f"{service}{item}"))
    said = episode.transcript.messages[-1].content
    assert said[0] != item
    episode.feed(Reply(text=f"={said[1:]}"))
    assert episode.outcome.reason is Reason.WRONG


def test_a_report_while_a_backup_is_left_is_wrong():
    episode = ask(at(2, NO_WAY))
    episode.feed(Reply(text=f"{episode.task.path[0]}{episode.task.item}"))
    episode.feed(Reply(text="=!"))
    assert episode.outcome.reason is Reason.WRONG


def test_asking_again_where_it_does_not_help_ends_without_an_answer():
    episode = ask(at(8, DOWN))
    while not episode.done:
        episode.feed(Reply(text=f"{episode.task.path[0]}{episode.task.item}"))
    assert episode.outcome.reason is Reason.LOOPED


def test_who_never_asks_again_runs_out_of_backups():
    assert walk(ask(at(6, BUSY)), patience=2).reason is Reason.WRONG


def test_the_prompt_does_not_tell_the_kind():
    def look(kind):
        prompts = [ask(at(4, kind), s).request().messages[0].content for s in range(20)]
        return {re.sub(r"[a-zA-Z]", "x", re.sub(r"\|.", "|#", p)).count(".") for p in prompts}, {
            len(p) for p in prompts
        }

    assert look(DOWN) == look(BUSY) == look(ASTRAY) == look(NO_WAY)


@pytest.mark.parametrize("text", ["?#", "a?", "", "=7", "=123", "ab", "=!?", "x" * 10_000])
def test_what_cannot_be_read_is_malformed_or_refused_by_the_desk(text):
    episode = ask(seed=3)
    episode.feed(Reply(text=text))
    if episode.done:
        assert episode.outcome.reason is Reason.MALFORMED
    else:
        assert episode.transcript.messages[-1].content == "?"


def test_in_english_the_same_faults_are_met():
    for kind in range(4):
        probe = ask(at(3, kind)).probe
        calls = [play_oracle(probe, dialect=d).outcome.calls for d in ("micro", "chat", "plain")]
        assert len(set(calls)) == 1
