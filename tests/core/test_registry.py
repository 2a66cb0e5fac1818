"""The registry and the error tree."""

import pytest

from falloff.core import (
    ModelError,
    Outcome,
    Reason,
    Registry,
    RunFileError,
    SetupError,
    UnknownNameError,
    UsageError,
    missing_extra,
)


def test_a_registered_thing_keeps_name_version_and_parameters():
    table: Registry[int] = Registry("thing")
    table.register("one", version=3, colour="red")(1)
    entry = table.entry("one")
    assert (entry.name, entry.version, entry.parameters) == ("one", 3, {"colour": "red"})
    assert table["one"] == 1
    assert list(table) == ["one"]


def test_a_name_taken_twice_is_refused():
    table: Registry[int] = Registry("thing")
    table.register("one")(1)
    with pytest.raises(UsageError, match="registered twice"):
        table.register("one")(2)


def test_an_unknown_name_is_answered_with_a_suggestion_and_the_list():
    table: Registry[int] = Registry("thing")
    table.register("reasoning")(1)
    with pytest.raises(UnknownNameError) as caught:
        table["resoning"]
    assert str(caught.value) == (
        "Unknown thing 'resoning'.\nDid you mean 'reasoning'? Available: reasoning."
    )


@pytest.mark.parametrize(
    ("error", "code"), [(UsageError, 2), (RunFileError, 2), (ModelError, 3), (SetupError, 3)]
)
def test_each_kind_of_error_has_its_exit_code(error, code):
    assert error("what", remedy="how").exit_code == code


def test_a_missing_extra_names_the_command_that_installs_it():
    assert "pip install 'falloff[hf]'" in str(missing_extra("torch", "hf", "hf: models"))


@pytest.mark.parametrize(
    ("score", "reason"), [(None, Reason.WRONG), (0.0, Reason.ERROR), (2, Reason.SOLVED)]
)
def test_an_outcome_without_sense_cannot_be_made(score, reason):
    with pytest.raises(ValueError, match="score"):
        Outcome(score=score, reason=reason)
