"""Error recovery, composed with a new rule: payments that fail, and what is then right.

    On a failed transfer go over to the next account on the list and stay with it; the fee doubles.

A failed transfer moves nothing and would work if simply tried again: only the rule, given once at
the start, says from which account and with which fee it is to be made, and every later one too.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from falloff.core import Axis, Coordinate
from falloff.probes.dialects import dialects_of
from falloff.probes.family import family
from falloff.probes.toolworld.errand import Errand, NotedAnswer, NotedCall, Play
from falloff.probes.toolworld.faults import as_row
from falloff.probes.toolworld.layers import Cuts
from falloff.probes.toolworld.office import TOOLS, TRANSFER, Layer, Store
from falloff.probes.toolworld.route import by_service
from falloff.probes.toolworld.shifts import Front
from falloff.probes.toolworld.state import Rows, make_rows
from falloff.probes.toolworld.wording import TEMPLATES, OfficeWords, limits

HORIZON = Axis(
    name="horizon",
    unit="dependent payments",
    levels=(1, 2, 4, 8, 16, 32),
    description="orders to be paid, each named by the one before; two calls each",
)
FAULT_COUNT = Axis(
    name="fault_count",
    unit="faults",
    levels=(0, 1, 2, 4, 8),
    role="shift",
    description="transfers that fail and have to be made anew by the rule",
)
ACCOUNTS = 3
_BALANCE = 100_000
# The amounts have two digits, and so has the fee at the start.
_FEES = range(2, 9)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """``accounts`` are taken in turn; the fee begins at ``fee`` and doubles, or rises by ``by``."""

    accounts: tuple[str, ...]
    fee: int
    by: int | None

    def after(self, failures: int) -> tuple[str, int]:
        """The account to pay from and the fee, after so many failed transfers."""
        fee = self.fee * 2**failures if self.by is None else self.fee + self.by * failures
        return self.accounts[failures % len(self.accounts)], fee


@dataclass(frozen=True, kw_only=True)
class Payments(Errand):
    """Pay ``horizon`` orders from ``start`` on by ``rule``; ``cuts`` fail before each payment."""

    start: str
    horizon: int
    rule: Rule
    cuts: tuple[int, ...]

    @property
    def least_calls(self) -> int:
        return 2 * self.horizon + sum(self.cuts)

    def layers(self, store: Store) -> Layer:
        cuts = Cuts(store, self.cuts, tool=TRANSFER.key, seed=self.seed)
        return Front(cuts, self.tools)

    def carry_out(self, store: Store) -> str:
        order, failures, said = self.start, 0, ""
        for cut in self.cuts:
            failures += cut
            row = store.rows[order]
            payer, fee = self.rule.after(failures)
            transfer = _transfer(payer, row["seller_account"], row["amount"] + fee)
            paid = store.call(TRANSFER.key, transfer)
            said, order = as_row(paid)["receipt"], row["next_order"]
        return said

    def solve(self) -> Play:
        order, failures, said = self.start, 0, ""
        while order != "none":
            opened = {"order_id": order}
            note = f"The next order is {order}."
            row = as_row((yield NotedCall(tool="get_order", arguments=opened, note=note)))
            note = "Pay it."
            while True:
                payer, fee = self.rule.after(failures)
                amount = row["amount"] + fee
                note = f"{note} From {payer}: {row['amount']} + {fee} = {amount}."
                transfer = _transfer(payer, row["seller_account"], amount)
                paid = yield NotedCall(tool=TRANSFER.key, arguments=transfer, note=note)
                if not paid.error:
                    break
                failures += 1
                note = f"Failed transfers so far: {failures}."
            said, order = as_row(paid)["receipt"], row["next_order"]
        yield NotedAnswer(value=said, note="All orders are paid.")


def _transfer(payer: str, payee: str, amount: int) -> dict[str, str | int]:
    return {"from_account": payer, "to_account": payee, "amount": amount}


class Words(OfficeWords):
    """Four ways to say the same, drawn by the seed."""

    hint = "RECEIPT"
    _begin = (
        "Pay a row of orders with the tools. The first is {0}; each order names the next one in"
        " next_order, and the last one says none.",
        "There are orders to be paid, one after the other: begin with {0}, go on with the order"
        " in its next_order, until next_order is none.",
        "Starting with {0}, pay each order and then the one it names in next_order. An order whose"
        " next_order is none is the last.",
        "Please pay order after order. {0} comes first, then always the one in next_order; none"
        " there means that it was the last.",
    )

    def ask(self, task: Payments) -> str:
        rule = task.rule
        first, *others = rule.accounts
        rises = "doubles" if rule.by is None else f"rises by {rule.by} euros"
        return (
            f"{self._begin[task.template].format(task.start)}\n\n"
            "To pay an order, open it and transfer its amount plus the fee, in one sum, to its"
            " seller_account.\n\n"
            "Rule of the house, for the whole row:\n"
            f"- The paying account is {first} and the fee is {rule.fee} euros, until a transfer"
            " fails.\n"
            f"- Each time a transfer fails, the paying account changes to the next one in the list"
            f" {first}, {', '.join(others)} (after the last comes {first} again), and the fee"
            f" {rises}. Both stay so for all that follows, until the next failure.\n"
            "- A failed transfer moves no money. The order is then still to be paid: at once, from"
            " the new account and with the new fee.\n"
            "- A transfer has failed when the tool says 'transfer failed'. A call that is refused"
            " for its form does not count.\n\n"
            f"At the end report the receipt number of the last transfer. {limits(task.max_calls)}"
        )


def _facts(task: Payments) -> Mapping[str, float]:
    return {
        "payments": task.horizon,
        "faults": sum(task.cuts),
        "doubles": task.rule.by is None,
        "tools": len(task.tools),
        "records": len(task.rows),
    }


@family(
    "faults_under_rule",
    capability="error_recovery",
    version=1,
    axes=(HORIZON, FAULT_COUNT),
    renderers=dialects_of(Words(), single=False),
    facts=_facts,
    moves={"horizon": ("payments",), "fault_count": ("faults",)},
    most_tokens=12_000,
)
def faults_under_rule(at: Coordinate, rng: random.Random) -> Payments:
    """Pay a row of orders; when a transfer fails, a rule given at the start says what is right."""
    horizon, faults = (int(dose) for _, dose in at)
    rows = make_rows(rng, per_service=6, more={"orders": 36, "bank": 40})
    free = by_service(rows, rng)
    payers = tuple(free["bank"].pop() for _ in range(ACCOUNTS))
    orders = _lay(rows, horizon, free, rng)
    for payer in payers:
        rows[payer]["balance"] = _BALANCE + rng.randrange(10_000)
    tools = [TOOLS["get_order"], TOOLS["get_account"], TRANSFER]
    rng.shuffle(tools)
    by = None if rng.random() < 0.5 else rng.randrange(3, 10)
    return Payments(
        template=rng.randrange(TEMPLATES),
        rows=rows,
        seed=rng.getrandbits(60),
        tools=tuple(tools),
        start=orders[0],
        horizon=horizon,
        rule=Rule(accounts=payers, fee=rng.choice(_FEES), by=by),
        cuts=_spread(horizon, faults, rng),
    )


def _lay(rows: Rows, horizon: int, free: dict[str, list[str]], rng: random.Random) -> list[str]:
    """Write the row of orders into ``rows``: each with an amount, and an account to be paid to."""
    orders = [free["orders"].pop() for _ in range(horizon)]
    for record in orders + free["orders"]:
        rows[record]["amount"] = rng.randrange(10, 100)
        rows[record]["seller_account"] = rng.choice(free["bank"])
    for order, following in zip(orders, [*orders[1:], "none"], strict=True):
        rows[order]["next_order"] = following
    return orders


def _spread(horizon: int, faults: int, rng: random.Random) -> tuple[int, ...]:
    """How many transfers fail before each payment, as evenly as can be."""
    each, rest = divmod(faults, horizon)
    more = set(rng.sample(range(horizon), rest))
    return tuple(each + (i in more) for i in range(horizon))
