"""The family tool_recovery, beyond the common contract."""

import pytest
from office_reader import Reader, ask, named_in, prompt_of, row_of, steps_of

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES, play_oracle

FAMILY = FAMILIES["tool_recovery"]
KINDS = range(5)


class Careful:
    """Tries every line in turn, looks at each result, audits it, and gives up only when told to."""

    def __init__(self, episode):
        self.reader = Reader(episode)
        self.prompt = prompt_of(episode)

    def play(self):
        row = None
        for noun, record, field, value, _ in steps_of(self.prompt):
            record = record or named_in(row, noun)
            row = self.step(noun, record, field, value)
            if row is None:
                return self.reader.answer(f"FAILED {record}")
        return self.reader.answer(row["receipt"])

    def step(self, noun, record, field, value):
        tool = self.reader.tool(noun, field)
        lines = [(tool, self.reader.arguments(tool, record, value))] * 2
        plain = value and value.strip("'").split()[0]
        over = {"tool": tool, "record_id": record} | ({"value": plain} if field else {})
        lines += [(f"backup_{n}", over) for n in range(1, 9)]
        for name, arguments in lines:
            result = self.reader.call(name, arguments)
            if "closed on all lines" in result:
                return None
            if not result.startswith("error") and self.good(record, row_of(result)):
                return row_of(result)
        raise AssertionError("no way was left")

    def good(self, record, row):
        audit = row_of(self.reader.call("audit_record", {"record_id": record}))
        return record == next(iter(row.values())) and audit["revision"] == row["revision"]


def test_a_careful_reader_of_the_prompt_alone_solves_everything():
    for at in FAMILY.grid:
        for index in range(2):
            episode = ask("tool_recovery", at.key, child_seed("gold", at.key, index))
            assert Careful(episode).play().reason is Reason.SOLVED, at.key


def retry_and_trust(episode):
    """Repeats a call that fails, and trusts every result."""
    reader, row = Reader(episode), None
    for noun, record, field, value, _ in steps_of(prompt_of(episode)):
        record = record or named_in(row, noun)
        tool = reader.tool(noun, field)
        result = "error"
        while result.startswith("error"):
            result = reader.call(tool, reader.arguments(tool, record, value))
            if episode.done:
                return episode.outcome
        row = row_of(result)
    return reader.answer(row["receipt"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_naive_retry_helps_against_faults_that_pass_and_say_so_alone(kind, count):
    for chain in (1, 2, 4):
        key = f"fault_kind={kind},fault_count={count},chain={chain}"
        for index in range(10):
            score = retry_and_trust(ask("tool_recovery", key, child_seed(key, index))).score
            assert score == (count == 0 or kind == 0), key


def test_without_faults_all_kinds_are_one_errand_with_the_same_prompt():
    for kind in KINDS:
        episode = ask("tool_recovery", f"fault_kind={kind}", 1)
        assert not episode.task.plan
        assert episode.task.gold.isdigit()


def test_the_prompt_does_not_tell_the_kind():
    said = {
        prompt_of(ask("tool_recovery", f"fault_kind={kind},fault_count=4", 1)).partition(
            "The lines to the records"
        )[2]
        for kind in KINDS
    }
    assert len(said) == 1


@pytest.mark.parametrize("kind", [0, 1])
def test_so_many_faults_are_met_as_the_axis_says(kind):
    for count in (0, 1, 2, 4, 8):
        for chain in (1, 2, 16):
            key = f"fault_kind={kind},fault_count={count},chain={chain}"
            episode = play_oracle(ask("tool_recovery", key, 5).probe, dialect="chat")
            said = [m.content for m in episode.transcript.messages if m.role == "tool"]
            assert sum(text.startswith("error") for text in said) == count


def test_silent_faults_never_look_like_errors():
    for kind in (2, 3):
        key = f"fault_kind={kind},fault_count=8,chain=4"
        for seed in range(20):
            episode = play_oracle(ask("tool_recovery", key, seed).probe, dialect="chat")
            said = [m.content for m in episode.transcript.messages if m.role == "tool"]
            assert not any(text.startswith("error") for text in said)


def test_reporting_failure_where_it_can_be_done_is_wrong_and_so_is_naming_another_record():
    episode = ask("tool_recovery", "fault_kind=1,fault_count=1", 1)
    assert Reader(episode).answer(f"FAILED {episode.task.route.start}").score == 0
    episode = ask("tool_recovery", "fault_kind=4,fault_count=1", 1)
    other = next(r for r in episode.task.rows if r != episode.task.gold.split()[1])
    assert Reader(episode).answer(f"FAILED {other}").score == 0


@pytest.mark.parametrize(
    ("form", "score"),
    [("FAILED {}", 1), ("**failed** ({})", 1), ("FAILED order {}.", 1), ("{}", 0), ("FAILED", 0)],
)
def test_failure_is_read_in_whatever_form_but_names_its_record(form, score):
    episode = ask("tool_recovery", "fault_kind=4,fault_count=1", 1)
    assert Reader(episode).answer(form.format(episode.task.gold.split()[1])).score == score


@pytest.mark.parametrize(
    "arguments",
    [
        {"tool": "get_order", "record_id": "x"},
        {"tool": "audit_record", "record_id": "ord-1111"},
        {"tool": 1, "record_id": None, "value": [1]},
        {},
    ],
)
def test_a_backup_line_refuses_what_it_cannot_read(arguments):
    episode = ask("tool_recovery", "chain=16", 1)
    assert Reader(episode).call("backup_1", arguments).startswith("error")


def test_a_backup_line_refuses_a_value_of_the_wrong_kind():
    for seed in range(30):
        episode = ask("tool_recovery", "", seed)
        stop, record = episode.task.route.stops[0], episode.task.route.start
        said = {"tool": stop.key, "record_id": record, "value": "many " * 10}
        assert Reader(episode).call("backup_2", said).startswith("error")
