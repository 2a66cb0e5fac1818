"""The tool world by itself: schemas, store, layers, users, routes."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.core import Coordinate, Reason, ToolSpec, child_rng
from falloff.probes import SUITES, Episode, play_oracle
from falloff.probes.toolworld import (
    TOOLS,
    Copies,
    Cuts,
    Fault,
    Faults,
    Front,
    Known,
    Notices,
    Stale,
    Store,
    User,
    backup_tools,
    diff,
    extra_tools,
    lay_route,
    make_rows,
    shifted,
    snapshot,
    spread,
)
from falloff.probes.toolworld.extras import DUPLICATES
from falloff.probes.toolworld.faults import BACKUPS, KINDS
from falloff.probes.toolworld.schema import MOST_EUROS, violation
from falloff.probes.toolworld.services import SERVICES, service_of
from falloff.probes.toolworld.shifts import SHIFTS

ROWS = make_rows(child_rng("office"))
ALL = (*TOOLS.values(), *DUPLICATES.values())
SHOWN = {tool.shown: tool for tool in ALL}
STORE = Store(ROWS, 1)
FRONT = Front(Copies(STORE, STORE), ALL)
AGENTIC = SUITES["agentic"].families
ODD = [
    "x" * 1_000_000,
    10**5000,
    math.nan,
    math.inf,
    1e308,
    True,
    None,
    [[[[]]]],
    {"a": {"b": {}}},
    -1,
    "",
    "\ud800",
]
ODD_ANSWERS = ["", "x" * 1_000_000, "\x00", "[" * 5000, "MISSING", "FAILED", "\ud800", "9" * 5000]
odd = st.sampled_from(ODD) | st.text() | st.integers() | st.floats() | st.lists(st.integers())


def of(service, index=0):
    """The id of a record of that service."""
    return [record for record in ROWS if service_of(record).name == service][index]


def row(observation):
    assert not observation.error, observation.value
    return json.loads(observation.value.splitlines()[0])


def test_there_are_six_services_with_tools_to_read_and_to_write():
    assert len(SERVICES) == 6
    for service in SERVICES.values():
        keys = [key for key in TOOLS if service.noun in key]
        assert sum(key.startswith(("get_", "list_")) for key in keys) >= 2
        assert sum(key.startswith("set_") for key in keys) >= 2


@pytest.mark.parametrize("shift", SHIFTS)
def test_schemas_are_plain_json_schema_as_providers_take_it(shift):
    tools = shifted(ALL, shift, seed=1)
    assert len({tool.spec.name for tool in tools}) == len(ALL)
    for tool in tools:
        spec = tool.spec
        assert isinstance(spec, ToolSpec)
        assert spec.name.isascii()
        assert 0 < len(spec.name) <= 64
        assert spec.name.replace("_", "").isalnum()
        assert spec.parameters["type"] == "object"
        assert spec.parameters["additionalProperties"] is False
        assert set(spec.parameters["required"]) <= set(spec.parameters["properties"])
        assert json.loads(json.dumps(spec.parameters)) == spec.parameters
        assert bool(spec.description) == (shift != "bare")


@pytest.mark.parametrize("shift", SHIFTS)
def test_what_a_shifted_tool_is_told_comes_back_as_it_was_meant(shift):
    rng = random.Random(4)
    values = {"money": 420, "hours": 3, "date": "2026-03-14", "count": 7, "text": "hello"}
    for tool in shifted(ALL, shift, seed=1):
        meant = {
            param.key: rng.choice(param.choices)
            if param.kind == "choice"
            else f"{param.prefix or 'ord'}-0123"
            if param.kind == "id"
            else values[param.kind]
            for param in tool.params
        }
        assert tool.decode(tool.encode(meant)) == meant


def test_a_unit_that_comes_to_no_whole_number_is_refused():
    (limit,) = shifted((TOOLS["set_account_daily_limit"],), "units", seed=1)
    assert limit.decode({"account_id": 1234, "daily_limit": 4200})["daily_limit"] == 42
    assert "whole number" in limit.decode({"account_id": 1234, "daily_limit": 4250})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"account_id": "acc-1234"}, "daily_limit is missing"),
        ({"account_id": "acc-1234", "daily_limit": 1, "x": 1}, "there is no argument x"),
        ({"account_id": "acc-1234", "daily_limit": "1"}, "must be an integer, not 1"),
        ({"account_id": "acc-1234", "daily_limit": True}, "must be an integer, not True"),
        ({"account_id": "acc-1234", "daily_limit": math.nan}, "must be an integer, not nan"),
        ({"account_id": "acc-1234", "daily_limit": 1.5}, "must be an integer, not 1.5"),
        ({"account_id": "acc-1234", "daily_limit": -1}, f"must be from 0 to {MOST_EUROS}"),
        ({"account_id": "ord-1234", "daily_limit": 1}, "must have the form ^acc"),
        ({"account_id": ["acc-1234"], "daily_limit": 1}, "must be a string, not a list"),
    ],
)
def test_a_violation_says_what_is_wrong(arguments, said):
    assert said in violation(TOOLS["set_account_daily_limit"].spec.parameters, arguments)


def test_a_whole_number_written_as_a_float_is_a_whole_number():
    assert TOOLS["set_account_daily_limit"].decode({"account_id": "acc-1", "daily_limit": 3.0})
    store, account = Store(ROWS, 1), of("bank")
    store.call("set_account_daily_limit", {"account_id": account, "daily_limit": 3.0})
    assert store.rows[account]["daily_limit"] == 3


@settings(max_examples=300, deadline=None)
@given(
    tool=st.sampled_from([*SHOWN, "", "nothing", "x" * 100_000]),
    given_arguments=st.dictionaries(st.text(max_size=8), odd, max_size=3),
    keep=st.booleans(),
    value=odd,
)
def test_no_call_raises_whatever_it_says(tool, given_arguments, keep, value):
    """Odd arguments under odd names, or under the tool's own."""
    known = SHOWN.get(tool)
    own = {param.shown: value for param in known.params} if known and keep else {}
    for layer in (STORE, FRONT):
        said = layer.call(tool, given_arguments | own)
        assert len(said.value) < 5000


@pytest.mark.parametrize("family", AGENTIC, ids=lambda family: family.name)
def test_no_world_and_no_check_raises_whatever_is_said(family):
    for at in family.grid[:: max(1, len(family.grid) // 9)]:
        episode = Episode(family.probe(at, 1), dialect="chat")
        world = episode.task.world()
        for spec in episode.request().tools:
            names = list(spec.parameters["properties"])
            for thing in ODD:
                said = world.call(spec.name, dict.fromkeys(names, thing))
                assert said.error
                assert len(said.value) < 2000
        for text in ODD_ANSWERS:
            assert episode.task.check(text, world) is Reason.WRONG
        assert diff(episode.task.rows, world.store.rows) == ()


@pytest.mark.parametrize("family", AGENTIC, ids=lambda family: family.name)
def test_doses_between_the_levels_can_be_asked_too(family):
    rng = random.Random(5)
    for seed in range(40):
        doses = {
            axis.name: rng.choice(axis.levels)
            if axis.kind == "nominal"
            else rng.randint(int(axis.centre), int(axis.top))
            for axis in family.axes
        }
        probe = family.probe(Coordinate.at(family.axes, doses), seed)
        assert play_oracle(probe, dialect="chat").outcome.score == 1


def test_a_fresh_world_is_the_same_each_time_and_leaves_the_task_alone():
    for family in AGENTIC:
        task = family.task(family.probe(family.grid[-1], 3))
        before = snapshot(task.rows)
        first = task.world()
        for tool in task.tools:
            meant = {p.key: p.choices[0] for p in tool.params if p.kind == "choice"}
            for param in tool.params:
                if param.kind == "id":
                    meant[param.key] = next(r for r in task.rows if r.startswith(param.prefix))
            first.call(tool.shown, tool.encode(meant))
        assert task.rows == before
        assert task.world().store.rows == before


def test_diff_names_each_field_that_changed_and_each_record_that_is_new():
    store, order, contact = Store(ROWS, 1), of("orders"), of("contacts")
    assert diff(ROWS, store.rows) == ()
    status = next(s for s in ("open", "held") if s != ROWS[order]["status"])
    store.call("set_order_status", {"order_id": order, "status": status})
    store.call("send_message", {"contact_id": contact, "text": "hello"})
    changed = {(change.record, change.field) for change in diff(ROWS, store.rows)}
    (sent,) = [record for record in store.rows if record not in ROWS]
    assert changed == {
        (order, "status"),
        (order, "revision"),
        (sent, "to"),
        (sent, "text"),
        (sent, "revision"),
    }


def test_a_change_raises_the_revision_once_and_a_repeat_gives_the_same_receipt():
    store, event = Store(ROWS, 1), of("calendar")
    change = {"event_id": event, "duration": 99}
    first, second = (row(store.call("set_event_duration", change)) for _ in range(2))
    assert first == second
    assert first["revision"] == ROWS[event]["revision"] + 1


def test_a_transfer_keeps_the_sum_and_is_refused_where_there_is_too_little():
    rows = snapshot(ROWS)
    a, b = of("bank", 0), of("bank", 1)
    rows[a]["balance"] = 100
    store = Store(rows, 1)
    move = {"from_account": a, "to_account": b, "amount": 60}
    assert not store.call("transfer", move).error
    assert (store.rows[a]["balance"], store.rows[b]["balance"]) == (40, 60)
    assert "too low" in store.call("transfer", move).value
    assert store.call("transfer", move | {"to_account": a, "amount": 1}).error


def test_listing_finds_all_records_that_name_one():
    store, contact = Store(ROWS, 1), of("contacts")
    found = row(store.call("list_orders", {"ordered_by": contact}))["found"]
    assert found == [r for r in ROWS if ROWS[r].get("ordered_by") == contact]


@pytest.mark.parametrize("count", [0, 4, 16, 64])
def test_extra_tools_are_so_many_and_none_of_them_is_needed(count):
    needed = (TOOLS["get_order"], TOOLS["set_file_access"])
    extra = extra_tools(needed, count, random.Random(1))
    names = [tool.shown for tool in (*needed, *extra)]
    assert len(extra) == count
    assert len(set(names)) == len(names)
    near = [tool for tool in extra if tool.key.endswith((":get_order", ":set_file_access"))]
    assert len(near) == min(7, (count + 1) // 2)


def test_near_duplicates_never_change_or_show_the_record_itself():
    for key, tool in DUPLICATES.items():
        store = Store(ROWS, 1)
        record = next(r for r in ROWS if r.startswith(tool.params[0].prefix))
        meant = {tool.params[0].key: record}
        for param in tool.params[1:]:
            meant[param.key] = param.choices[0] if param.choices else 5
            meant[param.key] = "2026-03-14" if param.kind == "date" else meant[param.key]
        given_back = row(Front(Copies(store, store), (tool,)).call(tool.shown, tool.encode(meant)))
        assert given_back["copy"] == key.partition(":")[0]
        assert {k: store.rows[k] for k in ROWS} == ROWS


def test_a_switch_refuses_the_old_form_tells_the_new_and_takes_it():
    tools, order = (TOOLS["get_order"],), of("orders")
    front = Front(Store(ROWS, 1), tools, later=shifted(tools, "arguments", seed=1), switch_after=1)
    assert not front.call("get_order", {"order_id": order}).error
    assert "now takes: p1 (id of the order" in front.call("get_order", {"order_id": order}).value
    assert "p1 must have the form" in front.call("get_order", {"p1": "x"}).value
    assert not front.call("get_order", {"p1": order}).error


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 3, 8])
@pytest.mark.parametrize("calls", [1, 3, 16])
def test_faults_are_spread_evenly_and_as_many_as_asked(kind, count, calls):
    struck = [("get_order", str(i)) for i in range(calls)]
    plan = spread(struck, kind, count, random.Random(1))
    assert sum(fault.count for fault in plan) == count
    assert max((fault.count for fault in plan), default=0) <= -(-count // calls)
    assert sum(fault.kind == "closed" for fault in plan) == (kind == "closed" and count > 0)


def struck(kind, count, tool="get_order"):
    """The world with one struck call, and how to make it on a line."""
    store, record = Store(ROWS, 1), of("orders")
    plan = (Fault(tool=tool, record=record, kind=kind, count=count),)
    tools = (TOOLS[tool],)
    front = Front(Faults(store, store, plan), (*tools, *backup_tools(tools)))

    def call(line=0, value=None):
        change = {} if value is None else {"status": value}
        if line == 0:
            return front.call(tool, {"order_id": record} | change)
        over = {} if value is None else {"value": value}
        return front.call(f"backup_{line}", {"tool": tool, "record_id": record} | over)

    return store, record, call


def test_explicit_faults_pass_or_stay_or_close():
    _, record, call = struck("refuses_once", 2)
    assert [call().error for _ in range(3)] == [True, True, False]
    _, record, call = struck("refuses", 2)
    assert [call(line).error for line in (0, 0, 1, 2, 0)] == [True, True, True, False, True]
    _, record, call = struck("closed", 1)
    assert all(call(line).error for line in range(BACKUPS + 1))
    assert record in ROWS


def test_silent_faults_give_an_old_revision_or_another_record_never_the_true_one():
    for seed in range(40):
        rows = make_rows(child_rng("silent", seed))
        store, record = Store(rows, seed), next(iter(rows))
        plan = (Fault(tool="get_order", record=record, kind="deceives", count=1),)
        shown = row(Faults(store, store, plan).call("get_order", {"order_id": record}))
        assert shown["order_id"] != record or shown["revision"] < rows[record]["revision"]
        assert all(shown[link.name] != rows[record][link.name] for link in SERVICES["orders"].links)


def test_a_change_that_is_confirmed_but_not_made_shows_in_the_audit_alone():
    store, record, call = struck("deceives_once", 1, tool="set_order_status")
    value = next(s for s in ("open", "held") if s != ROWS[record]["status"])
    claimed = row(call(value=value))
    assert claimed["status"] == value
    assert diff(ROWS, store.rows) == ()
    true = row(store.call("audit_record", {"record_id": record}))["revision"]
    assert true < claimed["revision"]
    made = row(call(value=value))
    assert (store.rows[record]["status"], made["revision"]) == (value, true + 1)
    assert made["receipt"] != claimed["receipt"]


def test_a_backup_line_sets_what_the_tool_would():
    store, record, call = struck("refuses", 1, tool="set_order_status")
    assert not call(line=1, value="returned").error
    assert store.rows[record]["status"] == "returned"


def test_notices_come_once_and_only_with_results():
    store, order = Store(ROWS, 1), of("orders")
    layer = Notices(store, {order: ("Notice to desk 3: hello.",)})
    said = [layer.call("get_order", {"order_id": order}).value for _ in range(2)]
    assert ["hello" in text for text in said] == [True, False]


def test_stale_summaries_stand_in_what_one_tool_shows_and_nowhere_else():
    store, order = Store(ROWS, 1), of("orders")
    layer = Stale(store, tool="get_order", false={order: {"ticket": "0"}})
    assert row(layer.call("get_order", {"order_id": order}))["ticket"] == "0"
    assert row(layer.call("get_order", {"order_id": of("orders", 1)}))["ticket"] != "0"
    assert store.rows == ROWS


def test_cuts_fall_before_the_transfers_they_are_meant_for():
    rows = snapshot(ROWS)
    a, b = of("bank", 0), of("bank", 1)
    rows[a]["balance"] = 100
    layer = Cuts(Store(rows, 1), (1, 0, 2), tool="transfer", seed=1)
    move = {"from_account": a, "to_account": b, "amount": 1}
    failed = [layer.call("transfer", move).error for _ in range(6)]
    assert failed == [True, False, False, True, True, False]


def test_the_user_answers_by_keyword_for_so_many_turns():
    user = User((Known(words=("colour",), says="Red."), Known(words=("size",), says="Large.")))
    assert user.hear("What COLOUR, and what size?") == "Red. Large."
    assert "nothing to add" in user.hear("Shall I go on?")
    assert user.hear("colour" + "x" * 1_000_000) is not None
    assert user.hear("colour?") is None


@settings(max_examples=50, deadline=None)
@given(length=st.integers(1, 16), seed=st.integers(0, 10**6))
def test_a_route_leads_through_records_that_nothing_else_names(length, seed):
    rng = random.Random(seed)
    rows = make_rows(rng)
    route = lay_route(rows, length, rng)
    assert len(set(route.records)) == length
    rows_seen = route.walk(Store(rows, 1))
    assert [next(iter(r.values())) for r in rows_seen] == list(route.records)
    named = [r[link.name] for rec, r in rows.items() for link in service_of(rec).links]
    assert all(named.count(record) == (i > 0) for i, record in enumerate(route.records))
    old = Store(rows, 1, frozenset(route.records)).earlier(route.start, copy="line")
    assert not set(old.values()) & set(route.records[1:])
