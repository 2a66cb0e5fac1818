"""The family constraints, beyond the common contract."""

import itertools
import re

import pytest

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode
from falloff.probes.novel_instructions.line_rules import RULES
from falloff.probes.novel_instructions.line_writer import write_line

FAMILY = FAMILIES["constraints"]


def ask(key="", seed=1):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect="chat")


def outcome(line, key, seed):
    episode = ask(key, seed)
    episode.feed(Reply(text=f"Answer: {line}"))
    return episode.outcome.reason


# What a sentence of the prompt forbids, told by words of it, as a test of three names in order.
FORBIDS = {
    r"must be (\w+)\.": lambda names, x: x not in names,
    r"Do not choose (\w+)": lambda names, x: x in names,
    r"has the letter (\w) in": lambda names, x: x in "".join(names),
    r"have (\d+) letters together\.$": lambda names, x: len("".join(names)) != int(x),
    r"in (alphabetical) order": lambda names, _: list(names) != sorted(names),
    r"(reverse) alphabetical": lambda names, _: list(names) != sorted(names)[::-1],
    r"the (fewest) first": lambda names, _: [*map(len, names)] != sorted(map(len, names)),
    r"by their (last) letters": lambda names, _: (
        [n[-1] for n in names] != sorted(n[-1] for n in names)
    ),
}


def letters(name, rules):
    if "in capital letters" in rules:
        return name.upper()
    if "a capital first" in rules:
        return name.title()
    if "but for its last letter" in rules:
        return name[::-1].capitalize()[::-1]
    if "write the vowels" in rules:
        return re.sub("[aeiou]", lambda m: m[0].upper(), name)
    return name


def dressed(name, rules):
    text = letters(name, rules)
    if "square brackets" in rules:
        return f"[{text}]"
    if "a hyphen" in rules:
        return f"-{text}-"
    if "in parentheses" in rules:
        return f"{text}({len(name)})"
    if "two slashes" in rules:
        return f"{text}/{name[1]}/"
    return text


def follow(prompt):
    """Another way to a line: read the sentences of the prompt, and try all names in all orders."""
    colour = re.search(r"(?:three of the|that are|names of) (\w+)", prompt)[1]
    things = [name for name, is_ in re.findall(r"(\w+) \((\w+)\)", prompt) if is_ == colour]
    sentences = re.findall(r"^\d\. (.*)$", prompt, re.MULTILINE)
    rules = "\n".join(sentences)
    bans = [
        (found[1], forbids)
        for sentence in sentences
        for pattern, forbids in FORBIDS.items()
        if (found := re.search(pattern, sentence))
    ]
    names = next(
        names
        for names in itertools.permutations(things, 3)
        if not any(forbids(names, x) for x, forbids in bans)
    )
    marks = re.findall(r"(\w+)\)", " ".join(s for s in sentences if re.match("Number|Letter", s)))
    items = [dressed(name, rules) for name in names]
    if marks:
        items = [f"{mark}) {item}" for mark, item in zip(marks, items, strict=True)]
    joint = next((s for said, s in JOINTS.items() if said in rules), " & ")
    twice = "~~" if "~" in joint else joint
    line = f"{items[0]} {joint} {items[1]} {twice} {items[2]}"
    first, last = names[0], names[2]
    for said, before in {
        "the word 'Result'": "Result:",
        "three plus signs": "+++",
        "with the first letters": "".join(n[0] for n in names) + ":",
        "with the last letter of": last[-1] * 3 + ":",
    }.items():
        line = f"{before} {line}" if said in rules else line
    for said, after in {
        "the word 'done'": "done",
        "three exclamation": "!!!",
        "End with the number": str(len("".join(names))),
        "End with the last letters": (last[-1] + names[1][-1] + first[-1]).upper(),
    }.items():
        line = f"{line} {after}" if said in rules else line
    return line


JOINTS = {"a comma between": ",", "a semicolon": ";", "the sign =>": "=>", "one sign ~": "~"}


def test_a_line_that_follows_the_prompt_is_right():
    for at in FAMILY.grid:
        for index in range(25):
            seed = child_seed("follow", at.key, index)
            line = follow(ask(at.key, seed).request().messages[0].content)
            assert outcome(line, at.key, seed) is Reason.SOLVED, line


@pytest.mark.parametrize("novelty", range(4))
@pytest.mark.parametrize("matter", [m for m in RULES if m != "choice"])
def test_each_rule_that_is_broken_alone_makes_the_form_wrong(matter, novelty):
    key = f"constraint_load=8,constraint_novelty={novelty}"
    reasons = []
    for seed in range(40):
        task = ask(key, seed).task
        others = tuple(m for m in task.matters if m != matter)
        names = tuple(reversed(write_order(task))) if matter == "order" else task.chosen
        reasons.append(outcome(write_line(names, others, novelty), key, seed))
    # Names in reverse may still be in order where two are alike in what they are ordered by.
    least = 20 if matter == "order" else 40
    assert reasons.count(Reason.WRONG_FORMAT) >= least
    assert set(reasons) <= {Reason.WRONG_FORMAT, Reason.SOLVED}


def write_order(task):
    """The chosen names as the gold has them."""
    return [w for w in re.findall("[a-z]+", task.gold.lower()) if w in task.chosen]


@pytest.mark.parametrize("novelty", range(4))
def test_a_choice_against_the_rule_makes_the_form_wrong_and_one_of_another_colour_is_wrong(novelty):
    key = f"constraint_load=8,constraint_novelty={novelty}"
    against = 0
    for seed in range(40):
        task = ask(key, seed).task
        fitting = [name for name, colour in task.things if colour == task.colour]
        other = next(name for name, colour in task.things if colour != task.colour)
        for names in itertools.combinations(fitting, 3):
            reason = outcome(write_line(names, task.matters, novelty), key, seed)
            assert reason in (Reason.SOLVED, Reason.WRONG_FORMAT)
            against += reason is Reason.WRONG_FORMAT
        names = (*task.chosen[:2], other)
        assert outcome(write_line(names, task.matters, novelty), key, seed) is Reason.WRONG
    assert against > 40


def test_without_rules_any_form_will_do():
    for seed in range(20):
        a, b, c = ask("", seed).task.chosen
        assert outcome(f"the {a}, the {b} and the {c.upper()}!", "", seed) is Reason.SOLVED
        assert outcome(f"{a}, {b}", "", seed) is Reason.WRONG
        assert outcome(f"{a}, {b}, {a}", "", seed) is Reason.WRONG


@pytest.mark.parametrize("text", ["", ":", "x" * 100_000, "1) " * 20_000, "~" * 50_000, "\0[[[["])
def test_an_odd_line_is_judged_without_fuss(text):
    for novelty in range(4):
        task = ask(f"constraint_load=8,constraint_novelty={novelty}", 1).task
        assert task.check(text, task.world()) is Reason.WRONG
        assert task.check(f"{text} " + " ".join(task.chosen), task.world()) is Reason.WRONG_FORMAT
