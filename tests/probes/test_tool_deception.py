"""The family tool_deception, beyond the common contract."""

from office_reader import Reader, ask, prompt_of, row_of, walk

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["tool_deception"]


def bill(episode, *, by_lines):
    """Walk to the order and bill it: by its lines, or by its summary."""
    reader = Reader(episode)
    row = walk(reader, prompt_of(episode))[-1]
    order = {"order_id": row["order_id"]}
    figures = {"total": row["total"], "pieces": row["pieces"]}
    if by_lines:
        lines = row_of(reader.call("list_order_lines", order))["lines"]
        figures["total"] = sum(line["euros"] for line in lines)
        figures["pieces"] = sum(line["pieces"] for line in lines)
    return reader.answer(row_of(reader.call("bill_order", order | figures))["receipt"])


def test_who_adds_up_the_lines_is_always_right():
    for at in FAMILY.grid:
        for index in range(15):
            episode = ask("tool_deception", at.key, child_seed("gold", at.key, index))
            assert bill(episode, by_lines=True).reason is Reason.SOLVED


def test_who_trusts_the_summary_is_right_only_where_nothing_is_false():
    for at in FAMILY.grid:
        for index in range(10):
            episode = ask("tool_deception", at.key, child_seed("trust", at.key, index))
            assert bill(episode, by_lines=False).score == (at["deception"] == 0)


def test_an_order_is_billed_only_once():
    episode = ask("tool_deception", "", 1)
    reader = Reader(episode)
    order = {"order_id": episode.task.order, "total": 1, "pieces": 1}
    assert not reader.call("bill_order", order).startswith("error")
    assert "billed already" in reader.call("bill_order", order)


def test_two_false_figures_agree_with_each_other():
    for index in range(50):
        task = ask("tool_deception", "deception=2", child_seed("agree", index)).task
        row = task.rows[task.order]
        missing = (row["total"] - task.false["total"], row["pieces"] - task.false["pieces"])
        assert missing in [(line["euros"], line["pieces"]) for line in row["lines"]]
