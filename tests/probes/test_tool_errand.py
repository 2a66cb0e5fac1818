"""The family tool_errand, beyond the common contract."""

import re

from office_reader import Reader, ask, prompt_of, row_of, steps_of, walk

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["tool_errand"]


def test_a_reader_of_the_prompt_alone_reaches_the_gold_in_every_form_of_the_tools():
    for at in FAMILY.grid:
        for index in range(3):
            episode = ask("tool_errand", at.key, child_seed("gold", at.key, index))
            reader = Reader(episode)
            receipt = walk(reader, prompt_of(episode))[-1]["receipt"]
            assert receipt == episode.task.gold, at.key
            assert reader.answer(receipt).score == 1, at.key


def test_the_chain_cannot_be_cut_short():
    """No record on the way but the first stands in the prompt."""
    for index in range(50):
        episode = ask("tool_errand", "chain=8", child_seed("short", index))
        prompt = prompt_of(episode)
        rows = walk(Reader(episode), prompt)
        ids = [next(iter(row.values())) for row in rows]
        assert len(set(ids)) == 8
        assert ids[0] in prompt
        assert not any(record in prompt for record in ids[1:])


def test_near_duplicates_lead_astray_whoever_takes_them():
    solved = 0
    for index in range(50):
        episode = ask("tool_errand", "tool_set_size=16", child_seed("near", index))
        reader = Reader(episode)
        ((noun, record, field, value, _),) = steps_of(prompt_of(episode))
        real = reader.tool(noun, field)
        (near, *_) = [name for name in reader.specs if real in name and name != real]
        result = row_of(reader.call(near, reader.arguments(real, record, value)))
        solved += reader.answer(result.get("receipt", "none")).score
    assert solved == 0


def test_doing_the_errand_and_one_thing_more_is_wrong():
    for seed in range(10):
        episode = ask("tool_errand", "tool_set_size=64", seed)
        reader = Reader(episode)
        rows = walk(reader, prompt_of(episode))
        more = next(
            n for n in reader.specs if re.match(r"draft_set_\w+_(status|state|group|label)", n)
        )
        ((record, about), (field, choices)) = reader.specs[more].parameters["properties"].items()
        other = next(r for r in episode.task.rows if re.fullmatch(about["pattern"], r))
        change = {record: other, field: choices["enum"][0]}
        assert not reader.call(more, change).startswith("error")
        assert reader.answer(rows[-1]["receipt"]).reason is Reason.WRONG


def test_doing_a_step_twice_is_harmless():
    episode = ask("tool_errand", "", 3)
    reader, prompt = Reader(episode), prompt_of(episode)
    for _ in range(2):
        rows = walk(reader, prompt)
    assert reader.answer(rows[-1]["receipt"]).score == 1


def test_a_receipt_without_the_change_is_wrong():
    episode = ask("tool_errand", "", 3)
    assert Reader(episode).answer(episode.task.gold).reason is Reason.WRONG


def test_a_change_without_its_receipt_is_wrong():
    episode = ask("tool_errand", "", 3)
    reader = Reader(episode)
    walk(reader, prompt_of(episode))
    assert reader.answer("123456").reason is Reason.WRONG


def test_after_the_switch_the_old_form_is_refused_and_the_new_one_told():
    episode = ask("tool_errand", "chain=2,schema_shift=5", 4)
    reader = Reader(episode)
    walk(reader, prompt_of(episode))
    errors = [m.content for m in episode.transcript.messages if m.content.startswith("error")]
    assert len(errors) == 1
    assert "it now takes: p1 (" in errors[0]
