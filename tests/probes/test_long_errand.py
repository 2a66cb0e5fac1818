"""The family long_errand, beyond the common contract."""

import re

from office_reader import LETTERS, NOUNS, Reader, ask, prompt_of, row_of

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["long_errand"]


def rules_of(prompt):
    """By noun: field and value to be set, or None, and the link to follow."""
    rules = {}
    for noun in NOUNS:
        does, link = re.search(rf"^- {noun}: (.*); next is .* \((\w+)\)$", prompt, re.M).groups()
        change = re.match(r"set its (.+) to (.+)", does)
        rules[noun] = (change and change.groups(), link)
    return rules


def go_round(episode):
    reader, prompt = Reader(episode), prompt_of(episode)
    rules = rules_of(prompt)
    record = re.search(r"[a-z]{3}-\d{4}", prompt)[0]
    rows = []
    while not rows or not rows[-1]["last"]:
        noun = next(noun for noun, letters in LETTERS.items() if record.startswith(letters))
        change, link = rules[noun]
        rows.append(row_of(reader.use(noun, record, *(change or ()))))
        record = rows[-1][link]
    return rows, reader.answer(f"{rows[0]['ticket']} {rows[-1]['receipt']}")


def test_a_reader_of_the_prompt_alone_reaches_the_gold_in_as_many_calls_as_the_horizon():
    for at in FAMILY.grid:
        for index in range(8):
            episode = ask("long_errand", at.key, child_seed("gold", at.key, index))
            rows, outcome = go_round(episode)
            assert outcome.reason is Reason.SOLVED, at.key
            assert len(rows) == at["horizon"]


def test_the_prompt_is_as_long_for_one_call_as_for_many():
    lengths = [
        sum(len(prompt_of(ask("long_errand", f"horizon={h}", s))) for s in range(50)) / 50
        for h in (1, 64)
    ]
    assert abs(lengths[0] - lengths[1]) < 10


def test_the_two_numbers_are_read_in_order_whatever_stands_between():
    task = ask("long_errand").task
    ticket, receipt = task.gold.split()
    assert task.accepts(f"TICKET {ticket}, RECEIPT {receipt}.")
    assert not task.accepts(f"{receipt} {ticket}")
    assert not task.accepts(f"{ticket} {receipt} {receipt}")


def test_notices_never_name_what_has_to_be_reported():
    for index in range(50):
        episode = ask("long_errand", "horizon=8,interference=32", child_seed("apart", index))
        ticket, receipt = episode.task.gold.split()
        lines = [line for said in episode.task.notices.values() for line in said]
        assert len(lines) == 32
        assert not any(receipt in line or ticket in line for line in lines)


def test_a_round_that_leaves_out_a_change_or_stops_early_is_wrong():
    for index in range(20):
        episode = ask("long_errand", "horizon=8", child_seed("early", index))
        reader = Reader(episode)
        assert reader.answer(episode.task.gold).reason is Reason.WRONG


def test_it_takes_a_record_from_every_result_so_that_no_record_is_visited_twice():
    for index in range(20):
        rows, _ = go_round(ask("long_errand", "horizon=64", child_seed("twice", index)))
        assert len({next(iter(row.values())) for row in rows}) == 64
