"""The family tool_reasoning, beyond the common contract."""

import re

from office_reader import NOUNS, Reader, ask, prompt_of, walk

from falloff.core import Reason, child_seed
from falloff.probes import FAMILIES

FAMILY = FAMILIES["tool_reasoning"]


def work_out(prompt, rows):
    number = int(re.search(r"Begin with (\d+)", prompt)[1])
    for verb, figure, step in re.findall(r"; ([a-z ]+) ([a-d]) of step (\d+)", prompt):
        sign = 1 if verb in ("add", "increase it by") else -1
        number += sign * rows[int(step) - 1][figure]
        assert 100 <= number <= 999
    return number


def test_a_reader_of_the_prompt_alone_reaches_the_gold():
    for at in FAMILY.grid:
        for index in range(9):
            episode = ask("tool_reasoning", at.key, child_seed("gold", at.key, index))
            reader, prompt = Reader(episode), prompt_of(episode)
            rows = walk(reader, prompt)
            number = work_out(prompt, rows)
            field, noun = re.search(r"Set the (.+?) of the (\w+) of step", prompt).groups()
            assert noun in NOUNS
            reader.use(noun, next(iter(rows[-1].values())), field, f"{number} euros")
            assert reader.answer(f"{number}").reason is Reason.SOLVED, at.key


def test_the_number_alone_without_setting_it_is_wrong():
    episode = ask("tool_reasoning", "", 1)
    assert Reader(episode).answer(episode.task.gold).reason is Reason.WRONG


def test_a_wrong_number_is_wrong_though_it_is_set():
    episode = ask("tool_reasoning", "", 1)
    reader, prompt = Reader(episode), prompt_of(episode)
    rows = walk(reader, prompt)
    field, noun = re.search(r"Set the (.+?) of the (\w+) of step", prompt).groups()
    wrong = work_out(prompt, rows) + 1
    reader.use(noun, next(iter(rows[-1].values())), field, f"{wrong} euros")
    assert reader.answer(episode.task.gold).reason is Reason.WRONG


def test_every_record_counts_before_one_counts_twice():
    for index in range(30):
        task = ask("tool_reasoning", "chain=4,steps=8", child_seed("even", index)).task
        assert sorted(one.step for one in task.sums) == [1, 1, 2, 2, 3, 3, 4, 4]
