"""Every number that is shown is defined, and every label leads to its definition."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from test_likeness import asked
from test_null_table import nulled
from test_stressor_table import stressed
from test_wording_effects import worded
from tests.made_up_novelty import novelty_for

from falloff.report import comparison_as_dict, html_report, profile_as_dict
from falloff.report.contents import ReportContents
from falloff.report.definitions import DEFINITIONS
from falloff.report.geometry import Cloud
from falloff.report.novelty_export import with_novelty

INTERVAL = {"estimate", "low", "high", "censored"}
# Keys under which stand names that the data give: axes, reasons.
BY_NAME = {
    "edges",
    "steepness",
    "cliff",
    "monotone",
    "compounding",
    "coordinate",
    "reasons",
}
DEFINED = {key for definition in DEFINITIONS for key in definition.keys}


@pytest.fixture
def whole(contents: ReportContents) -> ReportContents:
    """With everything that is only there on request."""
    comparison = worded(nulled(stressed(asked())))
    cloud = Cloud(
        model="m", zone="edge", points=9, participation_ratio=1, effective_rank=1, two_nn=1, cka=1
    )
    novelty = novelty_for(comparison)
    return replace(contents, comparison=comparison, novelty=novelty, geometry=(cloud,))


def numbers(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every number and every interval, without the names that the data give."""
    if isinstance(value, list):
        for item in value:
            yield from numbers(item, path)
    elif isinstance(value, dict) and set(value) != INTERVAL:
        for key, item in value.items():
            below = item.values() if key in BY_NAME and isinstance(item, dict) else [item]
            for inner in below:
                yield from numbers(inner, (*path, key))
    elif not isinstance(value, str | bool | None):
        yield path


def names(path: tuple[str, ...]) -> set[str]:
    """What a definition may call it: by its own name, in its group, or a group as a whole."""
    return {path[-1], ".".join(path[-2:]), *(f"{group}.*" for group in path[:-1])}


@pytest.mark.parametrize("mode", ["compare", "measure"])
def test_every_number_of_the_json_is_defined(whole: ReportContents, mode: str) -> None:
    comparison = whole.comparison
    said = (
        comparison_as_dict(comparison, run="", calls=0)
        if mode == "compare"
        else profile_as_dict(comparison.teacher, run="", calls=0)
    )
    found = set(numbers(with_novelty(said, whole.novelty)))
    assert len(found) > 20
    assert not {path for path in found if not names(path) & DEFINED}


def test_every_defined_key_is_in_the_json(whole: ReportContents) -> None:
    comparison = whole.comparison
    said = with_novelty(comparison_as_dict(comparison, run="", calls=0), whole.novelty)
    alone = profile_as_dict(comparison.teacher, run="", calls=0)
    assert set().union(*map(names, [*numbers(said), *numbers(alone)])) >= DEFINED


def test_every_link_to_a_definition_resolves_and_every_definition_is_linked(
    whole: ReportContents, alone: ReportContents
) -> None:
    pages = [html_report(whole), html_report(alone)]
    anchors = {definition.anchor for definition in DEFINITIONS}
    linked = set().union(*(re.findall(r'href="#def-([\w-]+)"', page) for page in pages))
    for page in pages:
        assert set(re.findall(r'id="def-([\w-]+)"', page)) == anchors
    assert linked == anchors


def test_every_column_of_numbers_leads_to_its_definition(whole: ReportContents) -> None:
    """Heads without a link name rows, models or places, never a number."""
    heads = re.findall(r'<th scope="col">(.*?)</th>', html_report(whole), re.DOTALL)
    unlinked = {re.sub(r"<.*?>", "", head).strip() for head in heads if "#def-" not in head}
    models = {profile.model for profile in every_profile(whole)}
    rows = {"Student", "Model", "Axis", "Family", "Capability", "Where", "Transcripts", "Reason"}
    rows |= {"Stressor"}
    assert unlinked - models <= rows | {"Against the teacher", "Scaled copy?"}


def every_profile(contents: ReportContents) -> list[Any]:
    comparison = contents.comparison
    return [comparison.teacher, *(student.profile for student in comparison.students)]


def test_every_definition_says_its_limits_and_its_source() -> None:
    for definition in DEFINITIONS:
        assert definition.limits.endswith(".")
        assert definition.source
        assert not definition.source.endswith(".")
    assert len({d.anchor for d in DEFINITIONS}) == len(DEFINITIONS)
