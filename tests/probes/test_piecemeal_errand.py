"""The family piecemeal_errand, beyond the common contract."""

import re
from dataclasses import replace

import pytest
from office_reader import Reader, ask

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["piecemeal_errand"]
END = "That is all."

_RECORD = r"([a-z]+) ([a-z]{3}-\d{4})"
VALUE = r"'[a-z]+'|\d+ euros|\d+ hours?|20\d\d-\d\d-\d\d"
_TOLD = (
    rf"Set the (?P<field>.+) of {_RECORD} to (?P<value>.+)\.",
    rf"Give {_RECORD} the (?P<field>[a-z -]+?) (?P<value>{VALUE})\.",
    rf"Change the (?P<field>.+) of {_RECORD} to (?P<value>.+)\.",
    rf"Put the (?P<field>.+) of {_RECORD} at (?P<value>.+)\.",
)
_LATER = r"the (?P<field>[a-z -]+?) of the (?P<noun>[a-z]+): (?P<said>.*)"


def note(lines, wishes, *, heed=True):
    """Write down by noun and field what record and value ``lines`` say; without heed the first."""
    for line in lines:
        if told := next((m for form in _TOLD if (m := re.fullmatch(form, line))), None):
            noun, record = re.search(_RECORD, line).groups()
            wishes[noun, told["field"]] = [record, told["value"]]
        elif (later := re.search(_LATER, line)) and heed:
            meant = re.split(r", not |, as ", later["said"])[0]
            wish = wishes[later["noun"], later["field"]]
            if record := re.search(_RECORD, meant):
                wish[0] = record[2]
            else:
                wish[1] = re.search(VALUE, meant)[0]
    return wishes


def play(episode, *, heed=True, wait=True):
    """Hear the user out, make the changes, report; the outcome."""
    reader, wishes = Reader(episode), {}
    opening = episode.request().messages[0].content
    noun_field = re.search(r"changing the (.+) of the ([a-z]+) gives", opening).groups()
    told = opening.split("\n\n")[1]
    while True:
        note(told.splitlines(), wishes, heed=heed)
        if END in told or not wait:
            break
        told = reader.say("OK")
        assert not episode.done
    receipts = {
        (noun, field): reader.use(noun, record, field, value)
        for (noun, field), (record, value) in wishes.items()
    }
    asked = receipts.get((noun_field[1], noun_field[0]), "")
    found = re.search(r'"receipt": "(\d+)"', asked)
    return reader.answer(found[1] if found else "0")


def played(key, seeds, **how):
    return [
        play(ask("piecemeal_errand", key, child_seed("piecemeal", key, s)), **how).score
        for s in range(seeds)
    ]


def test_a_reader_of_the_messages_alone_reaches_the_gold_everywhere():
    for at in FAMILY.grid:
        assert played(at.key, 6) == [1.0] * 6, at.key


def test_who_does_not_heed_corrections_solves_the_centre_alone():
    """But for the rare correction that is itself taken back."""
    assert played("shards=8", 20, heed=False) == [1.0] * 20
    for corrections in (1, 2, 5, 10):
        assert sum(played(f"corrections={corrections}", 20, heed=False)) <= 1


def test_who_begins_before_all_is_said_solves_the_centre_alone():
    assert played("corrections=5", 20, wait=False) == [1.0] * 20
    for shards in (2, 4, 8, 16):
        assert sum(played(f"shards={shards}", 20, wait=False)) == 0


def test_spread_over_more_messages_the_same_words_are_said():
    for seed in range(5):
        task = ask("piecemeal_errand", "corrections=5", seed).task
        for shards in range(1, 17):
            messages = replace(task, shards=shards).messages
            assert len(messages) == shards
            assert "\n".join(messages) == task.messages[0]


def test_a_change_made_early_and_then_put_right_is_wrong():
    """Nothing may change before all is said, not even for a while."""
    for seed in range(10):
        episode = ask("piecemeal_errand", "corrections=1,shards=16", seed)
        taken_back = next(r.before for r in episode.task.remarks if r.corrects)
        Reader(episode).use(
            taken_back.service.noun,
            taken_back.record,
            taken_back.field.phrase,
            taken_back.said("value"),
        )
        assert play(episode).reason is Reason.WRONG


def test_the_user_goes_on_whatever_is_said_and_then_has_nothing_to_add():
    episode = ask("piecemeal_errand", "shards=2")
    reader = Reader(episode)
    assert END in reader.say("Which order do you mean?")
    assert "nothing to add" in reader.say("Is that right?")
    assert not episode.done


@pytest.mark.parametrize("dialect", ["chat", "plain"])
@pytest.mark.parametrize(
    "said",
    [
        "Okay, noted.",
        "**OK**",
        "<think>wait</think>\nOK",
        "```\nOK\n```",
        "\\boxed{OK}",
        "Got it: the status of order ord-1234 is to be 'held'.",
        "OK, 3 changes so far: 123456",
        "OK\n\n1. order ord-1234\n2. event evt-2222: 2 hours",
        "I cannot change anything until you are done.",
    ],
)
def test_what_is_said_on_the_way_is_heard_and_is_no_answer(said, dialect):
    episode = ask("piecemeal_errand", "shards=4", dialect=dialect)
    Reader(episode).say(said)
    assert not episode.done
    assert episode.transcript.messages[-1].role == "user"
