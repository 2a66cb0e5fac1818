"""Tools that an errand does not need: others of the office, and near-duplicates of its own.

A near-duplicate works on a copy (archive, draft, test), or only shows what would happen; its name
and its description say so. Whoever takes it for the real tool goes wrong, as with real interfaces.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from falloff.probes.task import Observation
from falloff.probes.toolworld.office import TOOLS, Layer, Store, refused, shown
from falloff.probes.toolworld.schema import Tool
from falloff.probes.toolworld.state import receipt

# Name and description of a near-duplicate; {0} is the real tool's name, {1} its description.
_OPENING = {
    "archive": ("{0}_archived", "In the archive of last year, not in today's records: {1}"),
    "draft": ("{0}_draft", "For drafts that are not in force: {1}"),
    "test": ("{0}_in_test", "In the test copy of the office, not in its own records: {1}"),
}
_SETTING = {
    "draft": ("draft_{0}", "Puts a change in the drafts and leaves the record as it is. {1}"),
    "preview": ("preview_{0}", "Only shows what would come of it; changes nothing. {1}"),
    "test": ("{0}_in_test", "In the test copy of the office, not in its own records: {1}"),
    "later": ("plan_{0}", "Puts a change on the list for next month; nothing changes today. {1}"),
}


def _duplicates_of(tool: Tool) -> tuple[Tool, ...]:
    forms = _OPENING if tool.key.startswith("get_") else _SETTING
    return tuple(
        Tool(
            key=f"{copy}:{tool.key}",
            name=name.format(tool.key),
            about=about.format(tool.about[0], tool.about),
            params=tool.params,
        )
        for copy, (name, about) in forms.items()
    )


_COPIED = tuple(tool for key, tool in TOOLS.items() if key.startswith(("get_", "set_")))
DUPLICATES = {tool.key: tool for real in _COPIED for tool in _duplicates_of(real)}


def extra_tools(needed: tuple[Tool, ...], count: int, rng: random.Random) -> tuple[Tool, ...]:
    """``count`` tools beside the needed ones, half of them near-duplicates of those if so many."""
    keys = {tool.key for tool in needed}
    close = [tool for key, tool in DUPLICATES.items() if key.partition(":")[2] in keys]
    first = rng.sample(close, min(len(close), (count + 1) // 2))
    taken = {tool.key for tool in first} | keys
    others = [t for t in (*TOOLS.values(), *DUPLICATES.values()) if t.key not in taken]
    return (*first, *rng.sample(others, count - len(first)))


class Copies:
    """The layer behind the near-duplicates; all other calls pass through."""

    def __init__(self, inner: Layer, store: Store) -> None:
        self.inner = inner
        self.store = store

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Observation:
        copy, colon, key = tool.partition(":")
        if not colon:
            return self.inner.call(tool, arguments)
        record, *value = arguments.values()
        if record not in self.store.rows:
            return refused(f"there is no record {record}")
        old = self.store.earlier(record, copy=copy)
        if not value:
            return shown({"copy": copy} | old)
        changed = {"copy": copy} | old | dict(zip(list(arguments)[1:], value, strict=True))
        if copy == "preview":
            return shown(changed)
        self.store.rows[f"{copy}:{record}"] = {key: value[0], "revision": 1}
        return shown(changed | {"receipt": receipt(self.store.seed + 1, old, record)})
