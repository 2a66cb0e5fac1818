"""The office's own tools, and the store that carries them out.

Every tool gives back the record as JSON; a change adds a receipt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from falloff.probes.task import Observation
from falloff.probes.toolworld.schema import Param, Tool, Value
from falloff.probes.toolworld.services import SERVICES, Field, Service
from falloff.probes.toolworld.state import Row, Rows, earlier, receipt, snapshot


def refused(why: str) -> Observation:
    """A call that is not carried out, and why."""
    return Observation(value=why, error=True)


def shown(value: Mapping[str, Any]) -> Observation:
    return Observation(value=json.dumps(value))


class Layer(Protocol):
    """Anything that answers calls: the store, or something between it and the agent.

    The outermost is a front, so that those within get calls that are sound in form.
    """

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        """What comes of the call."""
        ...


class Store:
    """The records of one episode, and the tools upon them under their own names.

    No earlier version of a record names one of ``secluded``: to those only the errand leads.
    """

    def __init__(self, rows: Rows, seed: int, secluded: frozenset[str] = frozenset()) -> None:
        self.rows = snapshot(rows)
        self.seed = seed
        self.secluded = secluded
        self.audits = 0

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        if tool not in TOOLS:
            return refused("there is no such tool")
        meant = TOOLS[tool].decode(arguments)
        if isinstance(meant, str):
            return refused(meant)
        for param in TOOLS[tool].params:
            if param.kind == "id" and param.key in meant and meant[param.key] not in self.rows:
                return refused(f"there is no record {meant[param.key]}")
        return _ACTIONS[tool](self, meant)

    def set(self, record: str, changes: Mapping[str, Any]) -> Row:
        """Change a record; its revision rises, but not where nothing changes."""
        row = self.rows[record]
        if any(row.get(name) != value for name, value in changes.items()):
            row.update(changes)
            row["revision"] += 1
        return row | {"receipt": receipt(self.seed, row, record)}

    def earlier(self, record: str, *, copy: str) -> Row:
        """An earlier version of a record, the one that ``copy`` names."""
        return earlier(self.rows, record, self.seed, copy=copy, avoid=self.secluded)


def get_tool(service: Service) -> Tool:
    about = f"Opens {a(service.noun)}: gives its fields and the records it names."
    return Tool(key=f"get_{service.noun}", about=about, params=(id_param(service),))


def set_tool(service: Service, field: Field) -> Tool:
    about = (
        f"Sets the {field.phrase} of {a(service.noun)}; gives the {service.noun} as it then is,"
        " and a receipt."
    )
    return Tool(
        key=f"set_{service.noun}_{field.name}",
        about=about,
        params=(id_param(service), value_param(field)),
    )


def list_tool(service: Service) -> Tool:
    link = service.link(service.listed_by)
    about = f"Lists the ids of the {service.noun}s whose {link.name} is a given record."
    key = Param(
        key=link.name,
        kind="id",
        about=f"id of the {SERVICES[link.to].noun}",
        prefix=SERVICES[link.to].prefix,
    )
    return Tool(key=f"list_{service.noun}s", about=about, params=(key,))


def id_param(service: Service) -> Param:
    return Param(
        key=service.id_key,
        kind="id",
        about=f"id of the {service.noun}, such as {service.prefix}-1234",
        prefix=service.prefix,
    )


def value_param(field: Field) -> Param:
    unit = {"money": ", in euros", "hours": ", in hours", "date": ", such as 2026-03-14"}
    return Param(
        key=field.name,
        kind=field.kind,
        about=f"the new {field.phrase}{unit.get(field.kind, '')}",
        choices=field.choices,
    )


def a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


_ACCOUNT = SERVICES["bank"].prefix
TRANSFER = Tool(
    key="transfer",
    about="Moves money from one account to another; gives the paying account and a receipt.",
    params=(
        Param(key="from_account", kind="id", about="id of the paying account", prefix=_ACCOUNT),
        Param(key="to_account", kind="id", about="id of the account that gets it", prefix=_ACCOUNT),
        Param(key="amount", kind="money", about="how much, in euros"),
    ),
)
SEND = Tool(
    key="send_message",
    about="Sends a new message to a contact.",
    params=(
        id_param(SERVICES["contacts"]),
        Param(key="text", kind="text", about="what the message says"),
    ),
)
AUDIT = Tool(
    key="audit_record",
    about="Gives the true revision of any record. Never out of date.",
    params=(Param(key="record_id", kind="id", about="id of the record"),),
)
BILL = Tool(
    key="bill_order",
    about="Bills an order: puts down its total and its number of pieces; gives a receipt.",
    params=(
        id_param(SERVICES["orders"]),
        Param(key="total", kind="money", about="the order's total, in euros"),
        Param(key="pieces", kind="count", about="the order's number of pieces"),
    ),
)
LINES = Tool(
    key="list_order_lines",
    about="Lists the lines of an order: for each article its pieces and the euros they come to.",
    params=(id_param(SERVICES["orders"]),),
)


def _get(store: Store, meant: Mapping[str, Value]) -> Observation:
    (record,) = meant.values()
    return shown(_without_lines(store.rows[str(record)]))


def _set(store: Store, meant: Mapping[str, Value]) -> Observation:
    (_, record), (field, value) = meant.items()
    return shown(_without_lines(store.set(str(record), {field: value})))


def _without_lines(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "lines"}


def _list(store: Store, meant: Mapping[str, Value], *, service: Service) -> Observation:
    ((link, record),) = meant.items()
    found = [r for r, row in store.rows.items() if service.id_key in row and row[link] == record]
    return shown({"found": found})


def _audit(store: Store, meant: Mapping[str, Value]) -> Observation:
    """Entries are numbered, so that asking again after each try is no loop."""
    record = str(meant["record_id"])
    store.audits += 1
    revision = store.rows[record]["revision"]
    return shown({"record_id": record, "revision": revision, "audit": store.audits})


def _transfer(store: Store, meant: Mapping[str, Value]) -> Observation:
    payer, payee = str(meant["from_account"]), str(meant["to_account"])
    amount = int(meant["amount"])
    if payer == payee:
        return refused("the two accounts must differ")
    if store.rows[payer].get("balance", 0) < amount:
        return refused(f"the balance of {payer} is too low")
    store.set(payee, {"balance": store.rows[payee].get("balance", 0) + amount})
    return shown(store.set(payer, {"balance": store.rows[payer]["balance"] - amount}))


def _send(store: Store, meant: Mapping[str, Value]) -> Observation:
    record = f"out-{len(store.rows):04}"
    store.rows[record] = {"to": meant["contact_id"], "text": meant["text"], "revision": 1}
    return shown({"message": record})


def _lines(store: Store, meant: Mapping[str, Value]) -> Observation:
    return shown({"lines": store.rows[str(meant["order_id"])].get("lines", [])})


def _bill(store: Store, meant: Mapping[str, Value]) -> Observation:
    if "billed_total" in store.rows[str(meant["order_id"])]:
        return refused("this order is billed already")
    billed = {"billed_total": meant["total"], "billed_pieces": meant["pieces"]}
    row = store.set(str(meant["order_id"]), billed)
    return shown({"order_id": meant["order_id"], "receipt": row["receipt"]} | billed)


def _catalogue() -> tuple[dict[str, Tool], dict[str, Callable[..., Observation]]]:
    made: list[tuple[Tool, Callable[..., Observation]]] = []
    for service in SERVICES.values():
        made.append((get_tool(service), _get))
        made += [(set_tool(service, field), _set) for field in service.fields]
        made.append(
            (list_tool(service), lambda s, m, service=service: _list(s, m, service=service))
        )
    made += [(TRANSFER, _transfer), (SEND, _send), (AUDIT, _audit), (LINES, _lines), (BILL, _bill)]
    return {tool.key: tool for tool, _ in made}, {tool.key: act for tool, act in made}


# The office's tools under their own names, and what carries each out.
TOOLS, _ACTIONS = _catalogue()
