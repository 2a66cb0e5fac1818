"""Simulated models: what they do equals what they say they do."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

import numpy as np
import pytest
from tiny_llamas import ask, one_by_one

from falloff.core import (
    Coordinate,
    Message,
    ModelError,
    Reason,
    Request,
    UnknownNameError,
    UsageError,
)
from falloff.models import load_model
from falloff.models.simulated import Simulated, positions
from falloff.models.simulated_play import MOST_PLAYS
from falloff.probes import FAMILIES, Episode
from falloff.probes.agents import solved_examples

# Not what other tests register.
SHIPPED = tuple(FAMILIES)
DIALECTS = [(name, dialect) for name in FAMILIES for dialect in sorted(FAMILIES[name].renderers)]
OTHERS = [
    "kept-0.5",
    "teacher?rule=step&half=0.5",
    "teacher?items=2",
    "narrow?rule=product&lapse=0.2",
    "teacher?rule=dip",
]


async def played(model, probe, dialect=None, *, family=None, shots=(), forgetful=False):
    family = family or FAMILIES[probe.family]
    dialect = dialect or sorted(family.renderers)[-1]
    episode = Episode(probe, dialect=dialect, family=family, shots=shots)
    while not episode.done:
        episode.feed(await model.reply(episode.request()))
        if forgetful:
            model.forget(probe.id)
    model.forget(probe.id)
    return episode


def outcomes(model, family, coordinate, seeds, dialect=None):
    async def main():
        probes = [family.probe(coordinate, seed) for seed in seeds]
        return [(await played(model, probe, dialect)).outcome for probe in probes]

    return asyncio.run(main())


def out_at(family, share):
    """The coordinate with every axis nearest to ``share`` of its scale."""
    doses = {a.name: min(a.levels, key=lambda d, a=a: abs(a.u(d) - share)) for a in family.axes}
    return Coordinate.at(family.axes, doses)


@pytest.mark.parametrize("family", [FAMILIES[name] for name in FAMILIES], ids=list(FAMILIES))
@pytest.mark.parametrize("name", ["teacher", "narrow"])
def test_success_rates_equal_the_known_truth(family, name):
    """Near the centre and far out alike: four standard errors in each place, fewer for long ones.

    An oracle that fails, or a wrong answer that is right, shows in any dozen.
    """
    model = Simulated(name)
    for share in (0.0, 0.45, 1.0):
        at = out_at(family, share)
        count = 100 if family.task(family.probe(at, 0)).max_turns == 1 else 25
        got = sum(o.score for o in outcomes(model, family, at, range(count))) / count
        truth = model.success(family, at)
        assert abs(got - truth) < 4 * math.sqrt(truth * (1 - truth) / count)


@pytest.mark.parametrize(("name", "dialect"), DIALECTS)
def test_failures_are_wrong_answers_in_good_form(name, dialect):
    family = FAMILIES[name]
    model = Simulated("narrow")
    reasons = {
        outcome.reason
        for outcome in outcomes(model, family, out_at(family, 0.6), range(12), dialect)
    }
    assert reasons <= {Reason.SOLVED, Reason.WRONG}
    assert Reason.WRONG in reasons


def test_the_same_probe_gets_the_same_answer_every_time():
    family = FAMILIES["tool_chain"]
    at = out_at(family, 0.5)
    first, second = (outcomes(Simulated("teacher"), family, at, range(40)) for _ in range(2))
    assert [o.answer for o in first] == [o.answer for o in second]


def test_same_has_the_teachers_curve_and_its_own_luck():
    family = FAMILIES["rule_chain"]
    at = out_at(family, 0.7)
    teacher, same = Simulated("teacher"), Simulated("same")
    assert teacher.competence(family, at) == same.competence(family, at)
    scores = [[o.score for o in outcomes(m, family, at, range(60))] for m in (teacher, same)]
    assert scores[0] != scores[1]


@pytest.mark.parametrize(("name", "dialect"), DIALECTS)
def test_what_is_kept_between_turns_changes_no_answer(name, dialect):
    family = FAMILIES[name]
    live, forgetful = Simulated("narrow?items=1"), Simulated("narrow?items=1")

    async def both(probe):
        return [
            (await played(live, probe, dialect)).transcript,
            (await played(forgetful, probe, dialect, forgetful=True)).transcript,
        ]

    for share, seed in [(0.0, 0), (0.2, 1), (0.45, 2), (0.6, 3)]:
        kept, replayed = asyncio.run(both(family.probe(out_at(family, share), seed)))
        assert kept == replayed


def test_a_turn_may_be_asked_again_and_an_earlier_one_as_well():
    family = FAMILIES["ledger"]
    episode = Episode(family.probe(out_at(family, 0.45), 3), dialect="chat")
    model = Simulated("teacher")

    async def main():
        asked = []
        while not episode.done:
            asked.append((episode.request(), await model.reply(episode.request())))
            episode.feed(asked[-1][1])
        return [(await model.reply(request), reply) for request, reply in reversed(asked * 2)]

    assert all(again.text == first.text for again, first in asyncio.run(main()))


def test_two_repeats_under_way_at_once_do_not_disturb_each_other():
    family = FAMILIES["tool_chain"]
    probe = family.probe(out_at(family, 0.6), 3)

    async def main(repeats):
        model = Simulated("teacher?half=0.6")
        episodes = {repeat: Episode(probe, dialect="micro") for repeat in repeats}
        while not all(episode.done for episode in episodes.values()):
            for repeat, episode in episodes.items():
                if not episode.done:
                    request = replace(episode.request(), repeat=repeat)
                    episode.feed(await model.reply(request))
        return {repeat: episode.transcript for repeat, episode in episodes.items()}

    repeats = range(8)
    together = asyncio.run(main(repeats))
    assert together == {r: asyncio.run(main([r]))[r] for r in repeats}
    assert len(set(together.values())) > 1


@pytest.mark.parametrize(("name", "dialect"), DIALECTS)
def test_worked_examples_before_the_prompt_change_no_answer(name, dialect):
    family = FAMILIES[name]
    shots = solved_examples(family, dialect=dialect, count=2)
    probe = family.probe(out_at(family, 0.45), 5)

    async def said(shots):
        model = Simulated("narrow")
        episode = await played(model, probe, dialect, shots=shots)
        opening = Episode(probe, dialect=dialect, shots=shots).transcript.messages
        return episode.transcript.messages[len(opening) :]

    assert asyncio.run(said(shots)) == asyncio.run(said(()))


def test_the_last_prompt_is_meant_where_an_example_is_the_probe_itself():
    family = FAMILIES["tool_chain"]
    probe = family.probe(Coordinate.at(family.axes, {"chain": 4}), 3)
    whole = asyncio.run(played(Simulated("teacher"), probe, "micro"))
    told = asyncio.run(played(Simulated("teacher"), probe, "micro", shots=(whole.transcript,)))
    assert told.outcome.calls == whole.outcome.calls
    assert told.outcome.answer == whole.outcome.answer


def test_few_conversations_are_held_and_none_that_is_forgotten():
    family, model = FAMILIES["sim_1d"], Simulated("teacher")

    async def main():
        for seed in range(MOST_PLAYS + 50):
            episode = Episode(family.probe(family.centre, seed), dialect="micro")
            await model.reply(episode.request())

    asyncio.run(main())
    assert len(model._plays) == MOST_PLAYS
    for seed in range(MOST_PLAYS + 50):
        model.forget(family.probe(family.centre, seed).id)
    assert len(model._plays) == 0


def cut(name, **boxes):
    """The family with only these axes, each with the levels given or all of them."""
    family = FAMILIES[name]
    axes = (axis for axis in family.axes if axis.name in boxes)
    return family.within(tuple(replace(a, levels=boxes[a.name] or a.levels) for a in axes))


CUT = [
    cut("tool_errand", chain=None, schema_shift=None),
    cut("ledger", horizon=(2, 4, 8)),
    cut("ambiguity", records=None),
    cut("sim_3d", a=(6, 10, 15), c=None),
]


@pytest.mark.parametrize("family", CUT, ids=lambda family: family.name)
def test_a_family_cut_to_a_box_has_the_truth_of_the_whole_one(family):
    whole = FAMILIES[family.name]
    model = Simulated("kept-0.8")
    as_whole = [Coordinate.at(whole.axes, dict(at)) for at in family.grid]
    truths = [model.competence(whole, at) for at in as_whole]
    assert model.competence(family, family.grid[-1]) == truths[-1]
    assert model.volume(family) == pytest.approx(sum(truths) / len(truths))


@pytest.mark.parametrize("family", CUT, ids=lambda family: family.name)
def test_probes_of_a_cut_family_are_solved_as_often_as_the_truth_says(family):
    model, at, count = Simulated("narrow?half=0.6"), family.grid[-1], 60

    async def main():
        probes = (family.probe(at, seed) for seed in range(count))
        return [(await played(model, probe, family=family)).outcome for probe in probes]

    got = [outcome.score for outcome in asyncio.run(main())]
    truth = model.success(family, at)
    assert abs(sum(got) / count - truth) < 4 * math.sqrt(truth * (1 - truth) / count)


def test_the_edge_of_a_cut_family_is_sought_in_its_own_box():
    whole, model = FAMILIES["sim_2d"], Simulated("teacher?half=0.5&lapse=0")
    edge = model.edge(whole, "a")
    assert edge == pytest.approx(10.5)
    assert model.edge(cut("sim_2d", a=None), "a") == edge
    assert model.edge(cut("sim_2d", a=(1, 4, 8)), "a") is None
    assert model.edge(cut("sim_2d", a=(14, 20)), "a") == pytest.approx(14)
    # Where the other axis starts farther out, less is left of this one.
    farther = cut("sim_2d", a=None, b=(8, 14))
    assert model.edge(farther, "a") < edge
    at = Coordinate.at(whole.axes, {"b": 8})
    u = positions(whole, [at])
    u[0, 0] = whole.axes[0].u(model.edge(farther, "a"))
    assert model.observer(whole).competence(u)[0] == pytest.approx(0.5)


def test_an_episode_is_taken_up_in_the_middle_by_a_new_instance():
    family = FAMILIES["tool_chain"]
    probe = family.probe(Coordinate.at(family.axes, {"chain": 4}), 3)

    async def relay():
        episode = Episode(probe, dialect="micro")
        while not episode.done:
            episode.feed(await Simulated("teacher").reply(episode.request()))
        return episode

    whole = asyncio.run(played(Simulated("teacher"), probe))
    assert asyncio.run(relay()).transcript == whole.transcript


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("family", ["rule_chain", "sim_yes_no"])
def test_other_rules_and_students_do_what_they_say_as_well(family, name):
    model, at, count = Simulated(name), out_at(FAMILIES[family], 0.45), 400
    got = sum(o.score for o in outcomes(model, FAMILIES[family], at, range(count))) / count
    truth = model.success(FAMILIES[family], at)
    assert abs(got - truth) <= 4 * math.sqrt(truth * (1 - truth) / count)


def test_a_hard_item_is_hard_for_all():
    """With item effects two models agree more often than chance alone would have it."""
    family = FAMILIES["sim_2d"]
    at = out_at(family, 0.6)

    def agreement(items):
        models = [Simulated(f"teacher?items={items}&half=0.7&luck={n}") for n in (1, 2)]
        scores = [[o.score for o in outcomes(m, family, at, range(400))] for m in models]
        return sum(a == b for a, b in zip(*scores, strict=True)) / 400

    assert agreement(3) > agreement(0) + 0.15


def test_luck_tells_twins_apart():
    family = FAMILIES["sim_1d"]
    at = out_at(family, 0.75)
    first, twin = (Simulated(f"teacher?luck={n}") for n in (1, 2))
    assert first.competence(family, at) == twin.competence(family, at)
    scores = [[o.score for o in outcomes(m, family, at, range(60))] for m in (first, twin)]
    assert scores[0] != scores[1]


def test_costs_grow_with_the_level():
    family, model = FAMILIES["sim_3d"], Simulated("teacher?cost=2")
    centre, corner = (outcomes(model, family, out_at(family, u), [1])[0] for u in (0.0, 1.0))
    assert corner.completion_tokens == 3 * centre.completion_tokens


@pytest.mark.parametrize("kept", [1, 0.9, 0.8, 0.5])
def test_a_student_keeps_what_its_name_says_in_every_family(kept):
    teacher, student = Simulated("teacher"), Simulated(f"kept-{kept}")
    for name in SHIPPED:
        family = FAMILIES[name]
        assert student.volume(family) / teacher.volume(family) == pytest.approx(kept, rel=1e-6)


@pytest.mark.parametrize("name", ["sim_2d", "reasoning_steps"])
def test_a_student_may_keep_as_little_as_a_tenth_of_a_fine_grid(name):
    teacher, student = Simulated("teacher"), Simulated("kept-0.1")
    kept = student.volume(FAMILIES[name]) / teacher.volume(FAMILIES[name])
    assert kept == pytest.approx(0.1, rel=1e-6)


def test_a_student_that_would_keep_less_than_the_centre_alone_is_refused():
    with pytest.raises(UsageError, match="No such student"):
        Simulated("kept-0.1").volume(FAMILIES["ambiguity"])


def test_edges_are_told_in_doses():
    family = FAMILIES["sim_2d"]
    model = Simulated("teacher?half=0.5,0.8&lapse=0")
    assert model.edge(family, "a") == pytest.approx(1 + 0.5 * 19)
    assert model.edge(family, "b") == pytest.approx(1 + 0.8 * 19)
    assert Simulated("teacher?half=2").edge(family, "a") is None


@pytest.mark.parametrize(
    "conversation",
    [
        "c",
        "rule_chain@1/steps=2",
        "no_family@1/steps=2/00",
        "rule_chain@99/steps=2/0f",
        "rule_chain@1//0f",
    ],
)
def test_what_is_no_probe_is_refused(conversation):
    with pytest.raises(ModelError, match="own probes only"):
        one_by_one(load_model("sim:teacher"), [ask("ab", conversation=conversation)])


def test_another_prompt_than_the_probes_own_is_refused():
    probe = FAMILIES["rule_chain"].probe(FAMILIES["rule_chain"].centre, 1)
    request = Request(conversation=probe.id, messages=(Message(role="user", content="hello"),))
    with pytest.raises(ModelError, match="not its family's own"):
        one_by_one(Simulated("teacher"), [request])


def test_an_unknown_name_is_met_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'teacher'"):
        load_model("sim:teecher")


def test_a_repeat_has_its_own_luck_on_the_same_item():
    """Within an item repeats are independent; between items they share how hard the item is."""
    family, model = FAMILIES["sim_1d"], Simulated("teacher?items=3")
    at = out_at(family, 0.8)

    def solved(repeat):
        async def main():
            made = []
            for seed in range(400):
                episode = Episode(family.probe(at, seed), dialect="micro")
                episode.feed(await model.reply(replace(episode.request(), repeat=repeat)))
                made.append(episode.outcome.score)
            return np.array(made)

        return asyncio.run(main())

    first, second = solved(1), solved(2)
    assert (solved(0) == [o.score for o in outcomes(model, family, at, range(400))]).all()
    # E p² over items, by the observer's own quadrature; four standard errors.
    u = positions(family, [at])
    nodes = np.linspace(-9, 9, 241)
    weights = np.exp(-0.5 * nodes**2)
    p = np.array([model.observer(family).on_item(u, node)[0] for node in nodes])
    both = float(p**2 @ weights / weights.sum())
    assert abs((first * second).mean() - both) < 4 * math.sqrt(both * (1 - both) / 400)
    assert both - model.success(family, at) ** 2 > 0.1
