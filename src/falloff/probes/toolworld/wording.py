"""How errands are said: the steps of a route, and the rules of the office."""

from __future__ import annotations

from typing import Any

from falloff.core import ToolSpec
from falloff.probes.answers import Kind
from falloff.probes.dialects import Wording
from falloff.probes.task import Action
from falloff.probes.toolworld.errand import note_of
from falloff.probes.toolworld.route import Route, Stop, said_value
from falloff.probes.toolworld.services import SERVICES

_OPEN = ("Open {}.", "Look up {}.", "Read {}.", "Get {}.")
_SET = (
    "Set the {0} of {1} to {2}.",
    "Give {1} the {0} {2}.",
    "Change the {0} of {1} to {2}.",
    "Put the {0} of {1} at {2}.",
)
_ERRAND = (
    "Please carry out this errand with the office tools, one step after the other:",
    "You work in an office, with tools for its records. Do these steps in order:",
    "Here is something to be done with the tools. Each step goes on from the one before.",
    "I need this done in our records, step by step:",
)
TEMPLATES = len(_ERRAND)


class OfficeWords(Wording):
    """Words of the families in the tool world; subclasses give :meth:`ask`."""

    kind: Kind = "words"

    def tools(self, task: Any) -> tuple[ToolSpec, ...]:
        return tuple(tool.spec for tool in task.tools)

    def working(self, task: Any, action: Action) -> str:
        del task
        return note_of(action)

    def room(self, task: Any) -> int:
        """Thinking aloud before a call included."""
        del task
        return 2048


def said_route(
    route: Route,
    template: int,
    *,
    named_tools: bool = False,
    without_start: bool = False,
    without_value: bool = False,
) -> str:
    """The steps as a numbered list; ``named_tools``: each with the tool that does it.

    ``without_start`` leaves out the id of the first record, ``without_value`` what is to be set.
    """
    lines = [_ERRAND[template]]
    noun = SERVICES[route.stops[0].service].noun
    target = f"the {noun}" if without_start else f"{noun} {route.start}"
    for number, stop in enumerate(route.stops, start=1):
        if number > 1:
            before = SERVICES[route.stops[number - 2].service]
            target = f"the {before.link(stop.link).phrase} (named by that {before.noun})"
        tool = f" ({stop.key})" if named_tools else ""
        lines.append(f"{number}. {said_stop(stop, target, template, without_value)}{tool}")
    return "\n".join(lines)


def said_stop(stop: Stop, target: str, template: int, without_value: bool = False) -> str:
    """What is to be done at one stop, upon ``target``."""
    if not stop.field:
        return _OPEN[template].format(target)
    field = SERVICES[stop.service].field(stop.field)
    if without_value:
        return f"Change the {field.phrase} of {target}."
    return _SET[template].format(field.phrase, target, said_value(field, stop.value))


def limits(max_calls: int) -> str:
    """What holds in every errand."""
    return f"Change nothing else. You may make at most {max_calls} calls."
