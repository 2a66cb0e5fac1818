"""From a run file to the arrays that repeats and tokens are measured from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from falloff.run.reader import RunReader

if TYPE_CHECKING:
    from falloff.analysis import Repeats, Tokens


def repeats_of(reader: RunReader, family: str) -> dict[str, Repeats]:
    """By role, the answers to a family's probes that are decoded alike; empty without repeats."""
    from falloff.analysis import Repeats  # here, since it loads scipy, and asking needs none

    count, models = reader.manifest.repeats, reader.manifest.models
    if count < 2:
        return {}
    known = [reader.evidence(family, repeat) for repeat in range(count + 1)]
    firsts = {role: stamp.first_repeat for role, stamp in models.items()}
    return {
        role: Repeats(
            scores=np.array([answers.scores[role] for answers in known[first : first + count]]),
            answers=tuple(answers.answers[role] for answers in known[first : first + count]),
        )
        for role, first in firsts.items()
    }


def tokens_of(reader: RunReader, family: str) -> dict[str, Tokens]:
    """By role, replies against the teacher's, of students and null; empty without them."""
    teacher, *students = reader.manifest.roles
    if not reader.manifest.logprobs:
        return {}
    return {student: _tokens(reader, family, teacher, student) for student in students}


def _tokens(reader: RunReader, family: str, teacher: str, student: str) -> Tokens:
    from falloff.analysis import Tokens, compare_tokens

    rows = []
    for left, right in reader.tokens(family, teacher, student):
        pair = compare_tokens(left or (), right or ())
        given = left is not None, right is not None
        rows.append((*given, pair.positions, pair.kl, pair.same_top, pair.named))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    return Tokens(
        teacher=columns[0] > 0,
        student=columns[1] > 0,
        positions=columns[2],
        kl=columns[3],
        same_top=columns[4],
        named=columns[5],
    )
