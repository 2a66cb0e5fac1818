"""A card's metadata: results as Hugging Face's ``model-index``, and how they get into a README.

YAML is written, never read: a README's own front matter stays as it is, but for the lines that an
earlier card wrote, which stand between marks.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from falloff.analysis.estimates import Interval, Status
from falloff.analysis.pair_estimates import Comparison
from falloff.report.card import BEGIN, END
from falloff.report.visible import one_line

_OPEN, _CLOSE = "# falloff:begin", "# falloff:end"
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_OURS = re.compile(rf"^{_OPEN}\n.*?^{_CLOSE}\n", re.DOTALL | re.MULTILINE)
_THEIRS = re.compile(r"^[\"']?model-index[\"']?[ \t]*:", re.MULTILINE)
_SECTION = re.compile(rf"{re.escape(BEGIN)}.*?{re.escape(END)}\n?", re.DOTALL)
_TASK = "text-generation"


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A README with the card in it. ``kept_out``: it has a model-index of its own, left alone."""

    text: str
    kept_out: bool


def model_index(comparison: Comparison, name: str) -> list[dict[str, Any]]:
    """The results of the card's model, as ``huggingface_hub`` reads and writes them."""
    student = next(iter(comparison.students), None)
    found: list[tuple[str, str, Interval]] = []
    if student:
        found += [
            ("retention", "Retention of the teacher's capability volume", student.retention),
            ("centre_ratio", "Competence at the centre, to the teacher's", student.centre_ratio),
            ("benchmark_illusion", "Centre ratio less retention", student.illusion),
        ]
        found += [
            ("retention", f"Retention of {one_line(of.capability)}", of.retention)
            for of in student.capabilities
        ]
        pairs = [(f.family, f.status, f.retention, "Retention") for f in student.families]
    else:
        found.append(("capability_volume", "Capability volume", comparison.teacher.volume))
        pairs = [(f.family, f.status, f.volume, "Volume") for f in comparison.teacher.families]
    found += [
        (what.lower() if student else "capability_volume", f"{what} of {one_line(family)}", of)
        for family, status, of, what in pairs
        if status in (Status.OK, Status.SATURATED)
    ]
    metrics = [_metric(*row) for row in found if _known(row[2].estimate)]
    if not metrics:
        return []
    suite = one_line(comparison.suite)
    args = {"probes": comparison.probes, "measure": one_line(comparison.measure)}
    if student:
        args["teacher"] = one_line(comparison.teacher.model)
    result = {
        "task": {"type": _TASK, "name": "Stress test from the centre outward"},
        "dataset": {"name": f"falloff {suite}", "type": "falloff", "args": args},
        "metrics": metrics,
    }
    return [{"name": one_line(name), "results": [result]}]


def place(readme: str, section: str, index: list[dict[str, Any]]) -> Placed:
    """The section and its metadata in a README, in place of an earlier card's if there is one."""
    front = _FRONT.match(readme)
    body = readme[front.end() :] if front else readme
    matter = _OURS.sub("", front.group(1)) if front else ""
    theirs = bool(_THEIRS.search(matter))
    ours = ""
    if index and not theirs:
        ours = "\n".join([_OPEN, *_yaml({"model-index": index}), _CLOSE]) + "\n"
    matter += ours if not matter or matter.endswith("\n") else f"\n{ours}"
    if _SECTION.search(body):
        body = _SECTION.sub(lambda _: section, body, count=1)
    else:
        body = f"{body.rstrip()}\n\n{section}" if body.strip() else section
    opened = f"---\n{matter}---\n" if matter.strip() else ""
    gap = "\n" if opened and not front and not body.startswith("\n") else ""
    return Placed(text=f"{opened}{gap}{body}", kept_out=bool(index) and theirs)


def _metric(kind: str, name: str, of: Interval) -> dict[str, Any]:
    """Bounds of the 90 % interval go with it as arguments."""
    metric: dict[str, Any] = {"type": kind, "name": name, "value": round(of.estimate or 0.0, 4)}
    bounds = {"low": of.low, "high": of.high}
    known = {key: round(value, 4) for key, value in bounds.items() if value is not None}
    if known:
        metric["args"] = {"interval": 0.9, **known}
    return metric


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _yaml(value: Any) -> Iterator[str]:
    """Lines of block YAML; scalars as JSON writes them, which YAML reads alike."""
    items = value.items() if isinstance(value, Mapping) else ((None, item) for item in value)
    for key, item in items:
        head = "-" if key is None else f"{key}:"
        if not isinstance(item, Mapping | list):
            yield f"{head} {json.dumps(item, ensure_ascii=False)}"
        elif key is None:
            first, *rest = _yaml(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
        else:
            yield head
            yield from (f"  {line}" for line in _yaml(item))
