"""Simulated models: what they do equals what they say they do."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

import numpy as np
import pytest
from tiny_llamas import ask, one_by_one

from falloff.core import Coordinate, Message, ModelError, Reason, Request, UnknownNameError
from falloff.models import load_model
from falloff.models.simulated import Simulated, positions
from falloff.probes import FAMILIES, Episode

DIALECTS = [(name, dialect) for name in FAMILIES for dialect in sorted(FAMILIES[name].renderers)]
OTHERS = [
    "kept-0.5",
    "teacher?rule=step&half=0.5",
    "teacher?items=2",
    "narrow?rule=product&lapse=0.2",
    "teacher?rule=dip",
]


async def played(model, probe, dialect=None):
    dialects = sorted(FAMILIES[probe.family].renderers)
    episode = Episode(probe, dialect=dialect or dialects[-1])
    while not episode.done:
        episode.feed(await model.reply(episode.request()))
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
    model, count = Simulated(name), 300
    for share in (0.0, 0.45, 1.0):
        at = out_at(family, share)
        got = sum(o.score for o in outcomes(model, family, at, range(count))) / count
        truth = model.success(family, at)
        assert abs(got - truth) < 4 * math.sqrt(truth * (1 - truth) / count)


@pytest.mark.parametrize(("name", "dialect"), DIALECTS)
def test_failures_are_wrong_answers_in_good_form(name, dialect):
    family = FAMILIES[name]
    model = Simulated("narrow")
    reasons = {
        outcome.reason
        for outcome in outcomes(model, family, out_at(family, 0.6), range(40), dialect)
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


@pytest.mark.parametrize("kept", [1, 0.9, 0.8, 0.5, 0.1])
def test_a_student_keeps_what_its_name_says_in_every_family(kept):
    teacher, student = Simulated("teacher"), Simulated(f"kept-{kept}")
    for name in FAMILIES:
        family = FAMILIES[name]
        assert student.volume(family) / teacher.volume(family) == pytest.approx(kept, rel=1e-6)


def test_edges_are_told_in_doses():
    family = FAMILIES["sim_2d"]
    model = Simulated("teacher?half=0.5,0.8&lapse=0")
    assert model.edge(family, "a") == pytest.approx(1 + 0.5 * 19)
    assert model.edge(family, "b") == pytest.approx(1 + 0.8 * 19)
    assert Simulated("teacher?half=2").edge(family, "a") is None


@pytest.mark.parametrize(
    "conversation",
    ["c", "rule_chain@1/steps=2", "no_family@1/steps=2/00", "rule_chain@99/steps=2/0f"],
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
