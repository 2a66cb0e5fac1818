"""Every stressor keeps its rule on 1,200 items of all kinds, at every level, and its gold."""

import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.core import Reply, child_rng
from falloff.probes import Episode, play_oracle
from falloff.probes.bench import (
    STRESSORS,
    RejectedError,
    StressFamily,
    Variant,
    read_benchmark,
    stressed,
)
from falloff.probes.bench.dictionary import english
from falloff.probes.bench.protect import NUMBER_WORDS, all_words, protected_spans
from falloff.probes.bench.stressors.context import BEFORE, TASK

DIGITS = re.compile(r"\d+")


def variants(bench, name, seed=3, every=1):
    """(original, dose, variant) of all items at all levels, without those that are rejected."""
    stressor = STRESSORS[name]
    for item in bench.items[::every]:
        for dose in stressor.axis_for(bench).levels[1:]:
            try:
                variant = stressed(item, bench, [(stressor, dose)], seed)
            except RejectedError:
                continue
            yield Variant.original(item), int(dose), variant


def words(text):
    return text.split()


# Of the 1,200 items, so many at the least can be put under each: a rule that nothing meets is none.
LEAST = {
    "typos": 900, "case_space_punctuation": 900, "framing": 1200, "register": 1200,
    "distractors": 1200, "distractors_same_topic": 500, "needle_depth": 1200, "container": 1200,
    "answer_format": 1200, "options": 200, "extra_options": 100, "name_swap": 400,
    "number_swap": 100, "added_instructions": 1000, "turns": 500, "examples": 1200,
    "system_load": 1200, "paraphrase": 900,
}  # fmt: skip


@pytest.mark.parametrize("name", STRESSORS)
def test_most_items_that_fit_are_admitted_and_the_others_counted(bench, name):
    pool = StressFamily.of(bench, (STRESSORS[name],)).pool
    assert len(pool.eligible) >= LEAST[name]
    assert len(pool.eligible) + sum(pool.rejected.values()) == len(bench.items) == 1200


@pytest.mark.parametrize("name", STRESSORS)
def test_dose_0_is_the_item_byte_for_byte(bench, name):
    family = StressFamily.of(bench, (STRESSORS[name],))
    for number in family.pool.eligible[::7]:
        item = bench.items[number]
        episode = Episode(
            family.probe(family.centre, family.pool.seed(99, number)), dialect="chat", family=family
        )
        *before, last = episode.request().messages
        listed = "\n".join(Variant.original(item).lines)
        end = f"\n{listed}" if item.options and item.options.listed else ""
        assert (tuple(before), last.content) == (item.before, item.prompt + end)


@pytest.mark.parametrize("name", STRESSORS)
def test_the_oracle_answers_correctly_at_every_level(bench, name):
    family = StressFamily.of(bench, (STRESSORS[name],))
    for at in family.grid:
        for number in family.pool.eligible[::11]:
            probe = family.probe(at, family.pool.seed(2**40 + number, number))
            episode = play_oracle(probe, dialect="chat", family=family)
            assert episode.outcome.score == 1, (probe.id, episode.transcript)


@pytest.mark.parametrize("pair", list(itertools.combinations(STRESSORS, 2))[::6])
def test_two_at_once_are_still_right(bench, pair):
    family = StressFamily.of(bench, tuple(STRESSORS[name] for name in pair))
    for at in family.grid[:: max(1, len(family.grid) // 5)]:
        for number in family.pool.eligible[::97]:
            probe = family.probe(at, family.pool.seed(number * 77, number))
            assert play_oracle(probe, dialect="chat", family=family).outcome.score == 1


def test_typos_touch_plain_words_alone_and_give_no_other_word(bench):
    changed = 0
    for original, dose, variant in variants(bench, "typos"):
        before, after = words(original.stem), words(variant.stem)
        assert len(before) == len(after)
        slipped = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
        for a, b in slipped:
            one, other = a.strip(".,;:?!()"), b.strip(".,;:?!()")
            assert one.islower()
            assert one.isascii()
            assert one in english()
            assert other not in english()
            assert one not in NUMBER_WORDS
            assert one.casefold() not in {
                w.casefold() for answer in variant.item.answers for w in all_words(answer)
            }
        assert len(slipped) <= dose / 100 * len(before) + 1
        assert DIGITS.findall(original.plain) == DIGITS.findall(variant.plain)
        assert original.lines == variant.lines
        kept = protected_spans(original.stem, variant.item.protected)
        assert all(original.stem[low:high] in variant.stem for low, high in kept)
        changed += bool(slipped)
    assert changed > 1000


def test_the_dose_of_typos_is_kept_on_average(bench):
    """Also where 2 % of a prompt's words are a fifth of a word."""
    from falloff.probes.bench.protect import answer_words
    from falloff.probes.bench.stressors.typos import eligible

    for dose in (2, 20):
        slips = places = 0
        for original, at, variant in variants(bench, "typos"):
            if at == dose:
                item = variant.item
                places += len(eligible(original.stem, item.protected, answer_words(item)))
                pairs = zip(words(original.stem), words(variant.stem), strict=True)
                slips += sum(a != b for a, b in pairs)
        assert slips / places == pytest.approx(dose / 100, rel=0.15)


def test_case_and_space_leave_every_letter_in_its_place(bench):
    def letters(text):
        return re.sub(r"([?!])\1", r"\1", re.sub(r"\s+", "", text)).casefold()

    for original, dose, variant in variants(bench, "case_space_punctuation"):
        assert variant.plain != original.plain
        assert letters(variant.plain) == letters(original.plain)
        if dose == 1:
            assert re.sub(" +", " ", variant.plain) == re.sub(" +", " ", original.plain)
        for code in re.findall(r"```.*?```|`[^`]+`", original.plain, re.DOTALL):
            assert code in variant.plain
        assert DIGITS.findall(original.plain) == DIGITS.findall(variant.plain)
        names = [w for w in all_words(original.stem) if w[0].isupper() and len(w) > 7]
        assert all(name in variant.stem for name in names)


@pytest.mark.parametrize(
    "name", ["framing", "register", "distractors", "distractors_same_topic", "needle_depth",
             "answer_format", "added_instructions"],
)  # fmt: skip
def test_the_question_stands_verbatim_inside(bench, name):
    for original, _, variant in variants(bench, name, every=3):
        assert original.plain in variant.text != original.plain
        assert variant.messages[:-1] == original.messages[:-1]


def test_distractors_are_as_long_as_their_dose_and_share_nothing(bench):
    for original, dose, variant in variants(bench, "distractors", every=3):
        added = variant.prefix.removeprefix(BEFORE).removesuffix(TASK)
        assert dose - 25 <= len(added) / 4 <= dose
        assert not re.search(r"[\d?!]", added)
        assert not {w for w in all_words(added) if w.casefold() in NUMBER_WORDS}
        meaning = {w.casefold() for w in all_words(original.plain) if len(w) > 4}
        assert not meaning & {w.casefold() for w in all_words(added)}
        sentences = added.split(". ")
        assert len(set(sentences)) == len(sentences)


def test_distractors_of_the_same_topic_share_no_name_quantity_or_answer(bench):
    for original, dose, variant in variants(bench, "distractors_same_topic", every=3):
        added = variant.prefix.removeprefix(BEFORE).removesuffix(TASK)
        assert len(added) / 4 <= dose
        assert not set(DIGITS.findall(added)) & set(DIGITS.findall(original.stem))
        assert not re.search(r"\b(?:it|he|she|they|them|this|there)\b", added, re.IGNORECASE)
        names = {w for w in all_words(original.stem) if w[0].isupper() and len(w) > 5}
        assert not names & set(all_words(added))
        for answer in variant.item.answers:
            assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", added)


def test_the_needle_moves_through_a_text_of_one_length(bench):
    by_item = {}
    for original, dose, variant in variants(bench, "needle_depth", every=3):
        by_item.setdefault(variant.item.id, {})[dose] = (
            len(variant.text) - len(original.plain),
            len(variant.prefix),
        )
    for found in by_item.values():
        lengths = [length for length, _ in found.values()]
        assert max(lengths) - min(lengths) < 120
        assert 2020 * 4 < min(lengths) <= max(lengths) <= 2049 * 4
        for dose, (length, before) in found.items():
            assert abs(before / length - (dose - 1) / 4) < 0.02


def test_what_is_in_a_container_comes_out_of_it(bench):
    for original, dose, variant in variants(bench, "container"):
        body = variant.text.split(":\n\n", 1)[1]
        task, options, after = original.stem, list(original.lines), original.tail
        if dose == 2:
            parts = json.loads(body)
            assert parts.get("options", []) == options
            assert (parts["task"], parts.get("after", "")) == (task, after)
        elif dose == 3:
            root = ElementTree.fromstring(body)  # noqa: S314 - our own
            assert [o.text for o in root.findall("options")] == options
            assert (root.findtext("task"), root.findtext("after") or "") == (task, after)
        elif dose == 1:
            assert task in body
            assert all(f"- {line}" in body for line in options)
        else:
            rows = body.split("\n")[2:]
            assert len(rows) == 1 + len(options) + bool(after)
            assert all(re.fullmatch(r"\| \w+ \| .* \|", row) for row in rows)


def test_options_change_places_and_labels_and_nothing_else(bench):
    for original, dose, variant in variants(bench, "options"):
        before, after = original.shown, variant.shown
        assert sorted(o.text for o in before) == sorted(o.text for o in after)
        assert [o.text for o in before if o.right] == [o.text for o in after if o.right]
        if dose == 1:
            assert [o.lead for o in before] == [o.lead for o in after]
            assert [o.text for o in before] != [o.text for o in after]
        else:
            assert [o.text for o in before] == [o.text for o in after]
            assert not {o.lead.lower() for o in before} & {o.lead.lower() for o in after}
        for i, option in enumerate(before):
            if "of the above" in option.text:
                assert after[i].text == option.text
        assert (variant.stem, variant.tail) == (original.stem, original.tail)


def test_further_options_are_other_numbers_and_one_stays_right(bench):
    for original, dose, variant in variants(bench, "extra_options"):
        texts = [o.text for o in variant.shown]
        assert len(set(texts)) == len(texts) == len(original.shown) + dose
        assert len({o.lead for o in variant.shown}) == len(texts)
        assert [o.text for o in variant.shown if o.right] == [variant.item.answer]


def test_names_are_swapped_everywhere_and_for_none_that_is_there(bench):
    for original, dose, variant in variants(bench, "name_swap"):
        before, after = all_words(original.plain), all_words(variant.plain)
        swaps = {a: b for a, b in zip(before, after, strict=True) if a != b}
        assert swaps
        assert all(swaps.get(a, a) == b for a, b in zip(before, after, strict=True))
        assert len(set(swaps.values())) == len(swaps)
        assert not set(swaps.values()) & set(before)
        if dose == 1:
            assert len({a.partition("'")[0] for a in swaps}) == 1
        assert DIGITS.findall(original.plain) == DIGITS.findall(variant.plain)


def test_an_answer_that_is_a_name_goes_with_it(bench):
    item = next(i for i in bench.items if i.prompt.startswith("Emma"))
    item = replace(item, answers=("Emma",), scoring=type(item.scoring)(rule="normalised"))
    variant = stressed(item, bench, [(STRESSORS["name_swap"], 2)], 1)
    assert variant.answers[0] != "Emma"
    assert variant.stem.startswith(variant.answers[0])


def test_other_numbers_have_the_solvers_answer(bench):
    for original, _dose, variant in variants(bench, "number_swap"):
        digits = DIGITS.findall(variant.stem.replace(",", ""))
        assert variant.answers == (str(sum(map(int, digits))),)
        assert variant.stem != original.stem
        assert re.sub(r"\d+", "#", variant.stem) == re.sub(r"\d+", "#", original.stem)


def test_turns_say_the_same_words_in_the_same_order(bench):
    for original, dose, variant in variants(bench, "turns"):
        assert words(" ".join(variant.shards)) == words(original.text)
        assert len(variant.shards) == {1: 1, 2: 2, 3: 4, 4: 8}[dose]
        assert all(part.strip() for part in variant.shards)


@pytest.mark.parametrize("name", ["examples", "system_load"])
def test_what_stands_before_leaves_the_question_alone(bench, name):
    for original, dose, variant in variants(bench, name, every=5):
        assert variant.text == original.text
        added = variant.messages[: -len(original.messages)]
        if name == "examples":
            assert [m.role for m in added] == ["user", "assistant"] * (2 if dose == 1 else 8)
        else:
            assert [m.role for m in added] == ["system"]
            assert dose - 40 < len(added[0].content) / 4 < dose + 20


def test_examples_of_the_files_own_are_taken_away_as_a_whole_or_replaced(tmp_path):
    shots = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is 2 and 2?"},
        {"role": "assistant", "content": "4"},
    ]
    rows = [
        {"messages": [*shots, {"role": "user", "content": f"What is {n} and 5?"}], "answer": n + 5}
        for n in range(1000)
    ]
    file = tmp_path / "shots.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    shown = read_benchmark(file)
    seen = {1: 0, 2: 4, 3: 16}
    made = list(variants(shown, "examples"))
    assert len(made) == 3 * 1000
    for original, dose, variant in made:
        system, *turns = variant.before
        assert (system.role, system.content) == ("system", "Be brief.")
        assert len(turns) == seen[dose]
        assert "What is 2 and 2?" not in [turn.content for turn in turns]
        assert variant.text == original.text


def reply(family, at, number, text):
    """What a reply is worth on one item."""
    probe = family.probe(family.grid[at], family.pool.seed(5, number))
    episode = Episode(probe, dialect="chat", family=family)
    episode.feed(Reply(text=text))
    return episode


def test_value_and_form_are_scored_apart(bench):
    family = StressFamily.of(bench, (STRESSORS["answer_format"],))
    number = next(i for i in family.pool.eligible if bench.items[i].scoring.rule == "numeric")
    gold = bench.items[number].answer
    forms = (f"<answer>{gold}</answer>", f'So: {{"answer": {gold}}}', f"Well.\n{gold}")
    for at, right in enumerate(forms, 1):
        assert reply(family, at, number, right).outcome.reason == "solved"
        assert reply(family, at, number, f"The answer is {gold}.\nBye").outcome.reason in (
            "wrong_format", "malformed",
        )  # fmt: skip
    assert reply(family, 1, number, f"The answer is {gold}.").outcome.reason == "wrong_format"
    assert reply(family, 1, number, "<answer>-1</answer>").outcome.reason == "wrong"
    assert reply(family, 0, number, f"The answer is {gold}.").outcome.reason == "solved"


def test_a_broken_instruction_is_wrong_format_and_a_wrong_value_is_wrong(bench):
    family = StressFamily.of(bench, (STRESSORS["added_instructions"],))
    numbers = [i for i in family.pool.eligible if bench.items[i].scoring.rule == "numeric"][:40]
    reasons = set()
    for number in numbers:
        gold = bench.items[number].answer
        assert reply(family, 3, number, "The answer is -1!").outcome.reason == "wrong"
        reasons.add(reply(family, 3, number, f"The answer is {gold}!").outcome.reason)
    assert reasons == {"wrong_format"}


def test_a_talk_goes_on_to_the_last_part_whatever_is_replied(bench):
    family = StressFamily.of(bench, (STRESSORS["turns"],))
    number = next(i for i in family.pool.eligible if bench.items[i].scoring.rule == "numeric")
    probe = family.probe(family.grid[3], family.pool.seed(5, number))
    episode = Episode(probe, dialect="chat", family=family)
    for said in ("Answer: 1", "I see.", "What is it?"):
        episode.feed(Reply(text=said))
        assert not episode.done
    episode.feed(Reply(text=bench.items[number].answer))
    assert (episode.outcome.reason, episode.outcome.calls) == ("solved", 4)


FINGERPRINTS = """
import hashlib, json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from falloff.probes.bench import STRESSORS, RejectedError, read_benchmark, stressed
bench = read_benchmark(Path(sys.argv[2]), solver=sys.argv[3])
for name, stressor in STRESSORS.items():
    said = []
    for item in bench.items[::17]:
        for dose in stressor.axis_for(bench).levels[1:]:
            try:
                v = stressed(item, bench, [(stressor, dose)], 12345)
                said.append([[m.content for m in v.messages], v.shards, v.answers, v.demands])
            except RejectedError as no:
                said.append(no.reason)
    print(name, hashlib.sha256(json.dumps(said).encode()).hexdigest())
"""


def test_variants_are_the_same_in_every_process(bench, tmp_path):
    from benchmark_rows import write

    file = write(tmp_path / "mixed.jsonl", 300)
    said = [
        subprocess.run(
            [sys.executable, "-c", FINGERPRINTS, str(Path(__file__).parent), str(file),
             f"{bench.solver.path}:solve"],
            env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1]
    assert said[0].count("\n") == len(STRESSORS)


def test_another_seed_is_another_variant(bench):
    for name in ("typos", "case_space_punctuation", "distractors", "options", "name_swap"):
        one, other = (
            [hashlib.sha256(v.text.encode()).digest() for _, _, v in variants(bench, name, seed, 9)]
            for seed in (1, 2)
        )
        assert sum(a != b for a, b in zip(one, other, strict=True)) > len(one) / 3


@settings(max_examples=60)
@given(
    text=st.text(min_size=1, max_size=300).filter(str.strip),
    name=st.sampled_from(sorted(set(STRESSORS) - {"number_swap", "distractors_same_topic"})),
    seed=st.integers(0, 2**62),
)
def test_any_text_at_all_is_stressed_and_solved_or_rejected(bench, text, name, seed):
    item = replace(bench.items[0], id="odd", prompt=text, group="odd")
    stressor = STRESSORS[name]
    for dose in stressor.axis_for(bench).levels[1:]:
        try:
            variant = stressed(item, bench, [(stressor, dose)], seed)
        except RejectedError:
            continue
        assert variant.answers == item.answers
        assert DIGITS.findall(text) == [
            d for d in DIGITS.findall(text) if d in "".join([*variant.shards, variant.text])
        ]


@pytest.mark.parametrize(
    "piece", ["汉字的文本", "a", "{ ", "\n", "$x ", '"', "1,", "A ", " ", "<", "``", "\\a{", "ab. "]
)
def test_no_text_takes_long(bench, piece, cpu_seconds):
    """A hundred thousand characters under every stressor; twice as many take twice as long."""

    def stress_all():
        item = replace(bench.items[0], id=piece, prompt=f"x{piece * (100_000 // len(piece))}x")
        for name, stressor in STRESSORS.items():
            with suppress(RejectedError):
                if name != "number_swap":
                    stressed(item, bench, [(stressor, stressor.axis_for(bench).levels[-1])], 1)

    assert cpu_seconds(stress_all) < 6


def test_a_generator_per_item_stressor_dose_and_seed():
    seeds = {
        child_rng("stress", item, name, dose, seed).random()
        for item in "ab" for name in "xy" for dose in (1, 2) for seed in (0, 1)
    }  # fmt: skip
    assert len(seeds) == 16
