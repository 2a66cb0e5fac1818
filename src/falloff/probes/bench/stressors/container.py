"""container: the same content as Markdown, JSON, XML or a table; it parses back to the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from falloff.probes.bench.benchmark import Benchmark
from falloff.probes.bench.stressor import Stressor, labels
from falloff.probes.bench.variant import RejectedError, Variant

Content = dict[str, str | list[str]]

_LEAD = "The task is in this {}:\n\n"


def stress(variant: Variant, dose: int, rng: random.Random, bench: Benchmark) -> Variant:
    del rng, bench
    name, write, read = CONTAINERS[dose - 1]
    try:
        same = read(write(content(variant))) == content(variant)
    except (ValueError, ElementTree.ParseError):
        same = False
    if not same:
        raise RejectedError("does not come back out of the container as it went in")
    boxed = replace(variant, container=lambda shown: write(content(shown)))
    return boxed.within(_LEAD.format(name))


def content(variant: Variant) -> Content:
    """What is to be carried: the task, its options, what stands after them."""
    parts: Content = {"task": variant.stem}
    if variant.lines:
        parts["options"] = list(variant.lines)
    if variant.tail:
        parts["after"] = variant.tail
    return parts


def write_json(parts: Content) -> str:
    return json.dumps(parts, ensure_ascii=False, indent=2)


def read_json(text: str) -> Content:
    return dict(json.loads(text))


def write_xml(parts: Content) -> str:
    lines = ["<item>"]
    for name, value in parts.items():
        values = [value] if isinstance(value, str) else value
        lines += [f"<{name}>{escape(v)}</{name}>" for v in values]
    return "\n".join([*lines, "</item>"])


def read_xml(text: str) -> Content:
    # Written by write_xml just now, with all mark-up escaped: there is no entity in it.
    root = ElementTree.fromstring(text)  # noqa: S314
    parts: Content = {}
    for child in root:
        value = child.text or ""
        if child.tag == "options":
            listed = parts.setdefault("options", [])
            if isinstance(listed, list):
                listed.append(value)
        else:
            parts[child.tag] = value
    return parts


_HEADS = {"task": "# Task", "options": "# Options", "after": "# After the options"}


def write_markdown(parts: Content) -> str:
    blocks = []
    for name, value in parts.items():
        body = value if isinstance(value, str) else "\n".join(f"- {line}" for line in value)
        blocks.append(f"{_HEADS[name]}\n\n{body}")
    return "\n\n".join(blocks)


def read_markdown(text: str) -> Content:
    names = {head: name for name, head in _HEADS.items()}
    parts: Content = {}
    name, lines = "", list[str]()
    for line in [*text.split("\n"), ""]:
        if line in names:
            if name:
                parts[name] = _block(name, lines[:-1])
            name, lines = names[line], []
        else:
            lines.append(line)
    parts[name] = _block(name, lines[:-1])
    return parts


def _block(name: str, lines: list[str]) -> str | list[str]:
    if name == "options":
        return [line.removeprefix("- ") for line in lines[1:]]
    return "\n".join(lines[1:])


_ROW = "| {} | {} |"


def write_table(parts: Content) -> str:
    rows = [("part", "content"), ("---", "---")]
    for name, value in parts.items():
        values = [value] if isinstance(value, str) else value
        rows += [(name, _cell(v)) for v in values]
    return "\n".join(_ROW.format(*row) for row in rows)


def _cell(text: str) -> str:
    if "<br>" in text or "\\|" in text or "\r" in text:
        raise ValueError("means something in a table")
    return text.replace("|", "\\|").replace("\n", "<br>")


def read_table(text: str) -> Content:
    parts: Content = {}
    for line in text.split("\n")[2:]:
        name, _, rest = line.removeprefix("| ").partition(" | ")
        value = rest.removesuffix(" |").replace("<br>", "\n").replace("\\|", "|")
        if name == "options":
            listed = parts.setdefault("options", [])
            if isinstance(listed, list):
                listed.append(value)
        else:
            parts[name] = value
    return parts


CONTAINERS: tuple[tuple[str, Callable[[Content], str], Callable[[str], Content]], ...] = (
    ("Markdown", write_markdown, read_markdown),
    ("JSON", write_json, read_json),
    ("XML", write_xml, read_xml),
    ("table", write_table, read_table),
)
CONTAINER = Stressor(
    axis=labels(
        "container", "container", "what the task comes in",
        "plain", "Markdown", "JSON", "XML", "table",
    ),
    stress=stress,
    order=40,
    gold="INV",
    rule="it parses back to the same task and options",
)  # fmt: skip
