"""Mined examples of an experiment: where a student lost what its teacher has, and what is dug up.

Both are jobs of their own: the comparison of the two, which several digs may share, and the dig.
``falloff compare`` and ``falloff mine`` do the work, so what is trained on is what they write.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from falloff.core import ModelError
from falloff.lab.folders import verify
from falloff.models.micro import load_folder

if TYPE_CHECKING:
    from falloff.models import Model

# Beside the examples: what of each family was asked, new, and right.
FOUND = "found.json"
_SUITE = 'name = "lab"\nversion = "1"\ndialect = "micro"\n'


@dataclass(frozen=True, kw_only=True)
class Dig:
    """What an experiment wants mined: ``count`` examples of ``families`` that ``teacher`` solves,
    at the "edge" of the ``student``, all over the "box", or at the "centre". A comparison of the
    two on ``budget`` probes tells where that is, on these families alone."""

    name: str
    teacher: str
    student: str
    families: tuple[str, ...]
    where: str
    count: int
    budget: int

    @property
    def needs(self) -> frozenset[str]:
        """Names of the models that it asks."""
        return frozenset({self.teacher, self.student})


def compare_folders(
    teacher: Path, student: Path, *, families: tuple[str, ...], budget: int, seed: int, file: Path
) -> None:
    """The run of ``falloff compare`` in ``file``: whole, or not there; a draft beside it goes on.

    Raises as :func:`falloff.compare`, and :class:`ModelError` for a folder that was changed.
    """
    from falloff import compare

    file.parent.mkdir(parents=True, exist_ok=True)
    draft, suite = file.with_suffix(".unfinished"), file.with_suffix(".toml")
    suite.write_text(_SUITE + "".join(f"[families.{name}]\n" for name in families))
    try:
        compare(
            _opened(teacher, "teacher"),
            _opened(student, "student"),
            suite=suite,
            budget=budget,
            seed=seed,
            run=draft,
        )
    finally:
        suite.unlink(missing_ok=True)
    draft.replace(file)


def mine_folder(run: Path, teacher: Path, dig: Dig, *, seed: int, out: Path) -> None:
    """The folder of ``falloff mine`` in ``out``: whole, or not there; a draft beside it goes on.

    Raises as :meth:`falloff.Run.mine`, and :class:`ModelError` where fewer were found than are
    wanted: what is to be compared would not be the same number.
    """
    from falloff import open_run

    draft = out.with_name(f"{out.name}.unfinished")
    mined = open_run(run).mine(
        draft,
        count=dig.count,
        where=dig.where,
        teacher=_opened(teacher, "teacher"),
        seed=seed,
        answers=draft / "answers.falloff",
    )
    if mined.examples < dig.count:
        raise ModelError(
            f"'{dig.name}' found {mined.examples} of {dig.count} examples.",
            remedy="Its teacher is mostly wrong there, or hardly an item is new: lower the count.",
        )
    found = [asdict(family) for family in mined.families]
    (draft / FOUND).write_text(json.dumps({"where": dig.where, "families": found}, indent=2) + "\n")
    draft.replace(out)


def _opened(folder: Path, name: str) -> Model:
    verify(folder)
    return load_folder(folder, spec=name)
