"""Paraphrases that a model writes: on disk before they are asked, and only what keeps the rule."""

import asyncio
import json

import pytest

from falloff import paraphrasing
from falloff.core import ModelError, UsageError
from falloff.probes.bench import Bench, RejectedError, read_benchmark
from falloff.probes.bench.rewording import check_rewording, rewording_in

ASKED = "Ann Lee had 12 pens in 3 boxes and did not lend any. How many pens does Ann Lee have?"
GOOD = "In 3 boxes Ann Lee kept 12 pens, and did not lend any: how many pens are hers?"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = (
        {
            "id": f"i{i}",
            "prompt": f"Box {i} holds {i + 3} red pens. What is in it?",
            "answer": "pens",
        }
        for i in range(20)
    )
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path / "b.jsonl"


@pytest.fixture
def item(tmp_path):
    row = {"prompt": ASKED, "answer": "12", "protected": ["in 3 boxes"]}
    (tmp_path / "one.jsonl").write_text(json.dumps(row) + "\n")
    return read_benchmark(tmp_path / "one.jsonl").items[0]


def test_a_rewording_that_keeps_all_is_taken(item):
    check_rewording(ASKED, GOOD.replace("In 3", "Note: in 3"), item)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD.replace("12", "13"), "numbers"),
        (GOOD.replace("12 pens", "12 pens, a dozen,"), "numbers"),
        (GOOD.replace("did not lend", "lent"), "negates"),
        (GOOD.replace("hers?", "hers."), "asks no question"),
        (f"<task>{GOOD}</task>", "repeats our tags"),
        (GOOD.replace("Ann Lee", "Sue Lee"), "lost a name"),
        (GOOD, "protected span"),
        (ASKED.lower(), "same"),
        ("12 in 3: pens not?", "shorter"),
        ("I'm sorry, but I can't help with that request about the pens of Ann Lee.", "declined"),
    ],
)
def test_one_that_does_not_is_rejected_by_reason(item, text, why):
    with pytest.raises(RejectedError) as found:
        check_rewording(ASKED, text, item)
    assert why in found.value.reason


def test_a_reply_is_read_from_its_tags_alone():
    assert rewording_in("<think>x</think>Sure!\n<rewording>\nA?\n</rewording> Done.") == "A?"
    for reply, why in (
        ("A?", "to be read"),
        ("I'm sorry, but I can't help with that.", "declined"),
    ):
        with pytest.raises(RejectedError) as found:
            rewording_in(reply)
        assert why in found.value.reason


def reworder(messages):
    """Loses the number of box 4, and keeps to the rule else."""
    task = messages[-1]["content"].partition("<task>\n")[2].partition("\n</task>")[0]
    text = task.replace("holds", "has got").replace("What is in it", "So what does it hold")
    return f"<rewording>{text.replace('Box 4', 'A box')}</rewording>"


def test_what_was_written_is_asked_and_what_broke_the_rule_is_counted(file):
    def write(bench, _):
        return paraphrasing.paraphrases(bench, reworder)

    prepared = Bench(file, paraphraser="function:reworder", stressors="paraphrase").prepare(write)
    (family,) = prepared.families
    assert family.pool.rejected == {"the rewording has other numbers": 1}
    probe = family.probe(family.grid[2], 7)
    text = family.task(probe).variant.text
    assert "has got" in text
    assert "So what does it hold?" in text
    assert prepared.stamp["paraphraser"] == "function:reworder"
    assert prepared.bench.digest != read_benchmark(file).digest


def test_it_is_never_asked_unless_a_paraphraser_is_named(file):
    prepared = Bench(file).prepare()
    assert "paraphrase" not in [family.name for family in prepared.families]
    assert "paraphrase" not in prepared.left_out
    with pytest.raises(UsageError, match="--paraphraser"):
        Bench(file, stressors="paraphrase").prepare()
    with pytest.raises(UsageError, match="nothing for the paraphraser to write"):
        Bench(file, stressors="framing", paraphraser="micro:broad").prepare()


def test_nothing_is_asked_twice_and_a_run_that_broke_off_goes_on(file):
    bench = read_benchmark(file)
    asked = []

    def breaks(messages):
        asked.append(messages[-1]["content"])
        if broken and len(asked) > 15:
            raise OSError("gone")
        return reworder(messages)

    broken = True
    with pytest.raises(ModelError, match="gone"):
        paraphrasing.paraphrases(bench, breaks)
    (kept,) = (file.parent / "runs").glob("paraphrases-b-*.jsonl")
    said = len(kept.read_text().splitlines())
    assert said >= 15 - 8
    kept.write_bytes(kept.read_bytes()[:-20])
    assert len(paraphrasing.paraphrases(bench, breaks, ask=False)) == said - 1
    broken = False
    asked.clear()
    assert len(paraphrasing.paraphrases(bench, breaks)) == 2 * 20
    assert len(asked) == 2 * 20 - (said - 1)
    asked.clear()
    assert len(paraphrasing.paraphrases(bench, breaks)) == 2 * 20
    assert asked == []


def test_inside_a_running_loop_it_is_written_too(file):
    async def notebook():
        return paraphrasing.paraphrases(read_benchmark(file), reworder)

    assert len(asyncio.run(notebook())) == 2 * 20


def test_a_model_is_not_asked_in_its_own_words(file):
    bench = Bench(file, paraphraser="micro:broad")
    with pytest.raises(UsageError, match="its own words"):
        paraphrasing.check_paraphraser(bench, ["micro:teacher", "micro:broad"])
