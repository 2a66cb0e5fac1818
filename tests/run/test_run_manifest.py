"""The manifest: what makes two runs the same, and what a run file is called."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from run_fakes import CHOSEN, FakeModel, manifest_of, pair

from falloff.run import Manifest


def test_a_manifest_survives_json() -> None:
    manifest = manifest_of(pair())
    assert Manifest.from_dict(json.loads(json.dumps(manifest.as_dict()))) == manifest


def test_equal_manifests_do_not_differ() -> None:
    assert manifest_of(pair()).differences(manifest_of(pair())) == []


def test_every_difference_is_named() -> None:
    mine = manifest_of(pair())
    other = manifest_of({"teacher": FakeModel("sim:other"), "judge": FakeModel("sim:x")}, seed=8)
    other = replace(other, dialect="chat", families=other.families[:1])
    differences = mine.differences(other)
    assert "seed: 7 ≠ 8" in differences
    assert "dialect: micro ≠ chat" in differences
    assert "teacher weights: sim:teacher ≠ sim:other" in differences
    assert "student weights: sim:student ≠ absent" in differences
    assert "family tool_chain version: 1 ≠ absent" in differences


def test_a_changed_grid_is_a_difference() -> None:
    mine = manifest_of(pair())
    stamp = mine.families[0]
    axis = replace(stamp.axes[0], levels=(1, 2, 3))
    other = replace(mine, families=(replace(stamp, axes=(axis, *stamp.axes[1:])),))
    assert any("axis steps" in difference for difference in mine.differences(other))


def test_wording_and_falloff_version_are_no_difference() -> None:
    mine = manifest_of(pair())
    stamp = mine.families[0]
    axis = replace(stamp.axes[0], description="said better", unit="steps")
    families = (replace(stamp, axes=(axis, *stamp.axes[1:])), *mine.families[1:])
    assert mine.differences(replace(mine, families=families, version="9.9")) == []


def test_long_values_are_cut_where_they_still_differ() -> None:
    def with_hash(weights: str) -> Manifest:
        return manifest_of({"teacher": FakeModel(weights)})

    cut = with_hash("a" * 64).differences(with_hash("b" * 64))
    whole = with_hash("a" * 64).differences(with_hash("a" * 63 + "b"))
    assert cut == [f"teacher weights: {'a' * 12}… ≠ {'b' * 12}…"]
    assert whole[0].endswith("ab")


def test_the_default_path_follows_from_the_manifest() -> None:
    path = manifest_of(pair()).default_path()
    assert path == manifest_of(pair()).default_path()
    assert path != manifest_of(pair(), seed=8).default_path()
    assert re.fullmatch(r"runs/teacher-vs-student-[0-9a-f]{8}\.falloff", path.as_posix())


@pytest.mark.parametrize(
    ("spec", "slug"),
    [
        ("micro:narrow", "narrow"),
        ("hf:/models/Qwen2.5-0.5B/", "Qwen2.5-0.5B"),
        (r"hf:C:\models\tiny", "tiny"),
        ("openai:org/qwen@http://user:key@127.0.0.1:8000/v1", "qwen"),
        ("hf:../../etc/..", "model"),
        ("mein modell ü", "mein-modell"),
        ("", "model"),
    ],
)
def test_file_names_are_safe(spec: str, slug: str) -> None:
    path = manifest_of({"model": FakeModel(spec)}).default_path()
    assert re.fullmatch(rf"runs/{re.escape(slug)}-[0-9a-f]{{8}}\.falloff", path.as_posix())


def test_the_file_name_of_many_students_stays_short() -> None:
    models = {f"student-{n}": FakeModel(f"hf:{'long' * 20}{n}") for n in range(9)}
    assert len(manifest_of(models).default_path().name) < 130


def test_a_manifest_keeps_what_a_report_needs_of_a_family() -> None:
    stamps = Manifest.from_dict(json.loads(json.dumps(manifest_of(pair()).as_dict()))).families
    assert [stamp.axes for stamp in stamps] == [family.axes for family in CHOSEN]


def test_a_manifest_from_before_weights_and_shots_is_read() -> None:
    written = manifest_of(pair()).as_dict()
    del written["shots"], written["probes_file"]
    for family in written["families"]:
        del family["weight"]
    assert Manifest.from_dict(written) == manifest_of(pair())


def test_weights_shots_and_the_probes_file_are_differences() -> None:
    mine = manifest_of(pair())
    other = manifest_of(pair(), weights={"rule_chain": 2.0}, shots=4, probes_file="ab")
    assert mine.differences(other) == [
        "shots: 0 ≠ 4",
        "probes file: None ≠ ab",
        "family rule_chain weight: 1.0 ≠ 2.0",
    ]
