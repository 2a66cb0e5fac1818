"""The family faults_under_rule, beyond the common contract."""

import re

from office_reader import Reader, ask, prompt_of, row_of

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["faults_under_rule"]


def pay(episode, *, keep_rule=True):
    """Pay as the prompt says; without the rule, simply try again when a transfer fails."""
    reader, prompt = Reader(episode), prompt_of(episode)
    accounts = re.search(r"in the list (.+?) \(after", prompt)[1].split(", ")
    fee = int(re.search(r"the fee is (\d+) euros", prompt)[1])
    rise = re.search(r"fee rises by (\d+) euros", prompt)
    order = re.search(r"ord-\d{4}", prompt)[0]
    assert rise or "fee doubles" in prompt
    while order != "none":
        row = row_of(reader.call("get_order", {"order_id": order}))
        while True:
            said = reader.call(
                "transfer",
                {
                    "from_account": accounts[0],
                    "to_account": row["seller_account"],
                    "amount": row["amount"] + fee,
                },
            )
            if not said.startswith("error: transfer failed"):
                break
            if keep_rule:
                accounts = accounts[1:] + accounts[:1]
                fee = fee + int(rise[1]) if rise else 2 * fee
        order = row["next_order"]
    return reader.answer(row_of(said)["receipt"])


def test_a_reader_of_the_prompt_alone_pays_right():
    for at in FAMILY.grid:
        for index in range(8):
            episode = ask("faults_under_rule", at.key, child_seed("gold", at.key, index))
            assert pay(episode).reason is Reason.SOLVED, at.key


def test_who_simply_tries_again_is_right_only_without_faults():
    for at in FAMILY.grid:
        for index in range(3):
            episode = ask("faults_under_rule", at.key, child_seed("naive", at.key, index))
            assert pay(episode, keep_rule=False).score == (at["fault_count"] == 0), at.key


def test_paying_an_order_twice_is_wrong():
    episode = ask("faults_under_rule", "", 1)
    reader, rule = Reader(episode), episode.task.rule
    row = row_of(reader.call("get_order", {"order_id": episode.task.start}))
    transfer = {
        "from_account": rule.accounts[0],
        "to_account": row["seller_account"],
        "amount": row["amount"] + rule.fee,
    }
    receipt = row_of(reader.call("transfer", transfer))["receipt"]
    reader.call("transfer", transfer)
    assert reader.answer(receipt).reason is Reason.WRONG


def test_a_call_refused_for_its_form_is_no_failed_transfer():
    episode = ask("faults_under_rule", "fault_count=1", 1)
    said = Reader(episode).call("transfer", {"amount": "ten"})
    assert said.startswith("error")
    assert "transfer failed" not in said
