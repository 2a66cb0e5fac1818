"""Simulated models: what they do equals what they say they do."""

from __future__ import annotations

import asyncio
import math

import pytest
from tiny_llamas import ask, one_by_one

from falloff.core import Coordinate, Message, ModelError, Reason, Request, UnknownNameError
from falloff.models import load_model
from falloff.models.simulated import CURVES, Curve, Simulated
from falloff.probes import FAMILIES, Episode

DIALECTS = [(name, dialect) for name in FAMILIES for dialect in sorted(FAMILIES[name].renderers)]


async def played(model, probe, dialect="micro"):
    episode = Episode(probe, dialect=dialect)
    while not episode.done:
        episode.feed(await model.reply(episode.request()))
    return episode


def outcomes(model, family, coordinate, seeds, dialect="micro"):
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


def test_the_curve_is_the_documented_formula():
    curve = Curve(half=0.5, exponent=2.0, lapse=0.1, pooling=2.0)
    assert curve.competence([0.0, 0.0]) == pytest.approx(0.9)
    assert curve.competence([0.5, 0.0]) == pytest.approx(0.45)
    # Odds add when pooling equals the exponent.
    assert curve.competence([0.5, 0.5]) == pytest.approx(0.3)
    assert CURVES["narrow"].competence([0.45]) == pytest.approx(0.49)


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
