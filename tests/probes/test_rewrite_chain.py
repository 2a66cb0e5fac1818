"""The family rewrite_chain, beyond the common contract."""

import re

from falloff.core import Coordinate, Reason, Reply, child_seed
from falloff.probes import FAMILIES, Episode

FAMILY = FAMILIES["rewrite_chain"]


def ask(key="", seed=1, dialect="micro"):
    return Episode(FAMILY.probe(Coordinate.parse(FAMILY.axes, key), seed), dialect=dialect)


def go(prompt):
    """Another way to the gold: do what the English prompt says, letter by letter."""
    here = {before: after for after, before in re.findall(r"- (\w) follows (\w)", prompt)}
    letter, times = re.search(
        r"Start with (\w) and take the successor (\d+) times", prompt
    ).groups()
    for _ in range(int(times)):
        first = ord("a") if letter.islower() else ord("A")
        letter = here.get(letter, chr(first + (ord(letter) - first + 1) % 26))
    return letter


def test_gold_agrees_with_an_independent_walk():
    for at in FAMILY.grid:
        for index in range(5):
            episode = ask(at.key, child_seed("gold", at.key, index), dialect="chat")
            assert go(episode.request().messages[0].content) == episode.task.gold


def redefinitions(task):
    return {
        a: b for a, b in task.table if b != go(f"Start with {a} and take the successor 1 times")
    }


def test_so_many_letters_are_redefined_and_the_first_of_them_is_met():
    for redefined in (0, 1, 3, 44):
        for applications in (1, 5, 16):
            key = f"applications={applications},redefined={redefined}"
            for seed in range(10):
                task = ask(key, seed).task
                assert len(redefinitions(task)) == redefined
                assert bool(set(task.letters[:-1]) & set(redefinitions(task))) == (redefined > 0)


def test_about_every_other_letter_on_the_way_is_redefined_where_there_are_enough():
    tasks = [ask("applications=8,redefined=16", seed).task for seed in range(100)]
    met = sum(letter in redefinitions(t) for t in tasks for letter in t.letters[:-1])
    assert 0.4 < met / 800 < 0.65


def test_small_and_great_letters_are_different_answers():
    for dialect, form in (("micro", "={}"), ("chat", "Answer: {}")):
        right, wrong = ask(dialect=dialect), ask(dialect=dialect)
        right.feed(Reply(text=form.format(right.task.gold)))
        wrong.feed(Reply(text=form.format(wrong.task.gold.swapcase())))
        assert (right.outcome.reason, wrong.outcome.reason) == (Reason.SOLVED, Reason.WRONG)


def test_no_answer_is_much_likelier_than_another():
    for key in ("", "redefined=1", "applications=16,redefined=44"):
        golds = [ask(key, child_seed("spread", i)).task.gold for i in range(2000)]
        assert max(map(golds.count, set(golds))) < 80


def test_what_gives_no_letter_is_malformed():
    for text in ("", "=", "=7", "3ab2bc1cd", "=ab"):
        episode = ask()
        episode.feed(Reply(text=text))
        assert episode.outcome.reason is Reason.MALFORMED
