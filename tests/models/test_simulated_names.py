"""``sim:NAME?…``: what is understood, and what is refused with a suggestion."""

import pytest

from falloff.core import UsageError
from falloff.models import load_model
from falloff.models.observers import Bump, Pooled, Product
from falloff.models.simulated_names import RULES, read_name
from falloff.probes import FAMILIES

AXES = FAMILIES["sim_2d"].axes


def test_plain_names_are_as_they_have_always_been():
    teacher, narrow = (read_name(name).observer(AXES) for name in ("teacher", "narrow"))
    assert teacher.rule == Pooled(half=(0.8,), exponent=4.0, pooling=4.0)
    assert narrow.rule == Pooled(half=(0.45,), exponent=4.0, pooling=4.0)
    assert teacher.lapse == narrow.lapse == 0.02
    assert teacher.items == 0
    assert read_name("same").observer(AXES) == teacher


def test_parameters_set_what_they_are_called():
    settings = read_name("teacher?half=0.5,0.7&exponent=6&lapse=0.1&items=1.5&rule=product&cost=2")
    observer = settings.observer(AXES)
    assert observer.rule == Product(half=(0.5, 0.7), exponent=6.0)
    assert (observer.lapse, observer.items, settings.cost) == (0.1, 1.5, 2.0)


def test_a_student_has_its_teachers_parameters():
    settings = read_name("kept-0.8?how=shape&rule=dip&size=-0.4")
    assert (settings.kept, settings.how) == (0.8, "shape")
    assert settings.observer(AXES).rule == Bump(size=-0.4, at=0.35)


@pytest.mark.parametrize("rule", list(RULES))
def test_every_rule_makes_an_observer_on_every_number_of_axes(rule):
    for name in ("sim_1d", "sim_2d", "sim_3d", "sim_4d", "sim_5d"):
        model = load_model(f"sim:teacher?rule={rule}")
        family = FAMILIES[name]
        assert 0 < model.volume(family) < 1
        assert model.competence(family, family.centre) > 0.9


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("teecher", "Did you mean 'teacher'"),
        ("kept", "Did you mean 'kept-0.8'"),
        ("kept-", "above 0 and at most 1"),
        ("kept-1.5", "above 0 and at most 1"),
        ("kept-0", "above 0 and at most 1"),
        ("teacher?hlaf=0.5", "Did you mean 'half'"),
        ("teacher?how=shape", "Unknown parameter of sim:teacher"),
        ("teacher?rule=prodcut", "Did you mean 'product'"),
        ("teacher?rule=step&exponent=3", r"rule step\) 'exponent'"),
        ("kept-0.8?how=scaling", "Did you mean 'scaled'"),
        ("teacher?half", "parameter=value"),
        ("teacher?half=1&half=2", "twice"),
        ("teacher?half=wide", "'wide' is no value for 'half'"),
        ("teacher?half=0.5,-1", "one for each axis"),
        ("teacher?half=", "'' is no value"),
        ("teacher?exponent=0", "above 0"),
        ("teacher?exponent=nan", "above 0"),
        ("teacher?exponent=inf", "above 0"),
        ("teacher?lapse=1", "from 0 to below 1"),
        ("teacher?items=-1", "0 to 3 logits"),
        ("teacher?items=9", "0 to 3 logits"),
        ("teacher?cost=-1", "0 or more"),
        ("teacher?luck=0.5", "whole number"),
        ("teacher?rule=bump&size=3", "-1 to 1"),
        ("teacher?rule=compounding&accuracy=0", "at most 1"),
        ("teacher?rule=compounding&axes=2", "Unknown parameter"),
    ],
)
def test_what_is_not_understood_is_refused(name, message):
    with pytest.raises(UsageError, match=message):
        load_model(f"sim:{name}")
