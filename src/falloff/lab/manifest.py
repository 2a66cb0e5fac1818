"""What a corpus turned out to be: its dials, and what they gave, counted."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from falloff.core import format_dose
from falloff.lab.corpus import Corpus, Item

# Items of an endless corpus that are looked at.
LOOKED_AT = 2000


def manifest(corpus: Corpus) -> dict[str, Any]:
    """The corpus as JSON has it: ``dials``; ``items`` counted (of an endless one, the first 2,000);
    ``distinct_prompts`` and ``spoiled`` of them; items by ``families``, by ``templates``, and by
    ``doses`` of each family's axes; ``sha256`` of every prompt and whether its answer is spoiled,
    which two corpora share only if they are the same.
    """
    items = list(itertools.islice(corpus.items(), corpus.size or LOOKED_AT))
    prompts = [item.prompt for item in items]
    content = hashlib.sha256()
    for item, prompt in zip(items, prompts, strict=True):
        content.update(json.dumps([prompt, item.probe.seed, item.spoiled]).encode())
    return {
        "dials": asdict(corpus),
        "items": len(items),
        "endless": corpus.size is None,
        "distinct_prompts": len(set(prompts)),
        "spoiled": sum(item.spoiled for item in items),
        "families": Counter(item.probe.family for item in items),
        "templates": _by_number(Counter(item.template for item in items)),
        "doses": {family: _doses(items, family) for family in sorted(corpus.mix.reach)},
        "sha256": content.hexdigest(),
    }


def _doses(items: list[Item], family: str) -> dict[str, dict[str, int]]:
    coordinates = [dict(item.probe.coordinate) for item in items if item.probe.family == family]
    axes = list(coordinates[0]) if coordinates else []
    return {axis: _by_number(Counter(at[axis] for at in coordinates)) for axis in axes}


def _by_number(counts: Mapping[float, int]) -> dict[str, int]:
    return {format_dose(number): counts[number] for number in sorted(counts)}
