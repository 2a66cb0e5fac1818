"""The reader: canonical order, missing as NaN, streaming, a snapshot beside a writer."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from run_fakes import CHOSEN, FakeModel, answer, made_up, manifest_of, pair, run

from falloff.core import Reason, UnknownNameError
from falloff.run import Completeness, open_for_reading, open_for_writing
from falloff.sampling import FamilyEvidence, SpaceFilling


def test_evidence_is_in_the_order_of_the_design(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(concurrency=16), budget=40)
    design = SpaceFilling(seed=7, budget=40)
    with open_for_reading(tmp_path / "a.falloff") as reader:
        for family in CHOSEN:
            evidence = reader.evidence(family.name)
            nothing = FamilyEvidence.none_yet(family.name, [])
            placements = design.place(family, 20, nothing)
            assert evidence.coordinates == tuple(p.coordinate for p in placements)
            assert evidence.shares == tuple(p.share for p in placements)
            assert set(evidence.coordinates) <= set(family.grid)


def test_arrays_are_parallel_and_agree_with_outcomes(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(failing=0.05), budget=40)
    with open_for_reading(tmp_path / "a.falloff") as reader:
        by_id = {placed.probe.id: outcome for placed, outcome in reader.outcomes("student")}
        for family in CHOSEN:
            evidence = reader.evidence(family.name)
            for n, probe_id in enumerate(evidence.probe_ids):
                score = evidence.scores["student"][n]
                assert evidence.reasons["student"][n] is by_id[probe_id].reason
                assert evidence.answers["student"][n] == by_id[probe_id].answer
                assert (None if np.isnan(score) else score) == by_id[probe_id].score


def test_what_is_missing_is_nan_and_counted(tmp_path: Path) -> None:
    with open_for_writing(tmp_path / "a.falloff", manifest_of(pair())) as store:
        probes = made_up(3)
        store.place(probes)
        store.record([answer(probes[0])])
        with open_for_reading(tmp_path / "a.falloff") as reader:
            evidence = reader.evidence("rule_chain")
            completeness = reader.completeness()
    assert evidence.reasons["teacher"] == (Reason.SOLVED, None, None)
    np.testing.assert_array_equal(evidence.scores["teacher"], [1.0, np.nan, np.nan])
    assert completeness["teacher"] == Completeness(answered=1, errors=0, unasked=2)
    assert completeness["student"] == Completeness(answered=0, errors=0, unasked=3)


def test_a_reader_sees_the_run_as_it_was_when_opened(tmp_path: Path) -> None:
    with open_for_writing(tmp_path / "a.falloff", manifest_of(pair())) as store:
        probes = made_up(2)
        store.place(probes)
        with open_for_reading(tmp_path / "a.falloff") as before:
            store.record([answer(probes[0])])
            assert before.completeness()["teacher"].answered == 0
            with open_for_reading(tmp_path / "a.falloff") as after:
                assert after.completeness()["teacher"].answered == 1


def test_spending_adds_up(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(), budget=20)
    with open_for_reading(tmp_path / "a.falloff") as reader:
        spending = reader.spending("teacher")
        outcomes = [outcome for _, outcome in reader.outcomes("teacher")]
    assert spending.probes == 20
    assert spending.calls == sum(outcome.calls for outcome in outcomes)
    assert spending.completion_tokens == sum(outcome.completion_tokens for outcome in outcomes)


def test_an_empty_run_has_spent_nothing(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "a.falloff", manifest_of(pair())).close()
    with open_for_reading(tmp_path / "a.falloff") as reader:
        assert reader.spending("teacher").calls == 0
        assert reader.evidence("rule_chain").count == 0


def test_unknown_names_are_refused_with_a_suggestion(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", {"model": FakeModel("sim:one")}, budget=16)
    with open_for_reading(tmp_path / "a.falloff") as reader:
        with pytest.raises(UnknownNameError, match="Did you mean 'rule_chain'"):
            reader.evidence("rule_chains")
        with pytest.raises(UnknownNameError, match="Did you mean 'model'"):
            reader.outcomes("models")


def test_transcripts_are_read_one_at_a_time(tmp_path: Path) -> None:
    count, size = 300, 100_000
    with open_for_writing(tmp_path / "a.falloff", manifest_of(pair())) as store:
        probes = made_up(count)
        store.place(probes)
        for placed in probes:
            store.record([answer(placed, text="x" * size)])
    with open_for_reading(tmp_path / "a.falloff") as reader:
        tracemalloc.start()
        read = sum(1 for _ in reader.transcripts("teacher", (p.probe.id for p in probes)))
        read += sum(1 for _ in reader.outcomes("teacher"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert read == 2 * count
    assert peak < 20 * size


def test_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    run(tmp_path / "a.falloff", pair(), budget=16)
    before = (tmp_path / "a.falloff").read_bytes()
    with open_for_reading(tmp_path / "a.falloff") as reader:
        reader.evidence("rule_chain")
    assert [file.name for file in tmp_path.iterdir()] == ["a.falloff"]
    assert (tmp_path / "a.falloff").read_bytes() == before


@pytest.mark.parametrize("roles", [["teacher", "student"], ["teacher"]])
def test_probes_that_differ_are_those_that_comparing_all_outcomes_finds(
    tmp_path: Path, roles: list[str]
) -> None:
    run(tmp_path / "a.falloff", pair(failing=0.05), budget=120)
    with open_for_reading(tmp_path / "a.falloff") as reader:
        outcomes = {role: {p.probe.id: o for p, o in reader.outcomes(role)} for role in roles}
        count, found = reader.differing(roles, 1000)
        few = reader.differing(roles, 1)
    known = {
        key: [o[key].score for o in outcomes.values() if o[key].score is not None]
        for key in outcomes["teacher"]
    }
    differ = {
        key
        for key, scores in known.items()
        if scores and min(scores) < (max(scores) if len(roles) > 1 else 1)
    }
    assert set(found) == differ
    assert count == len(differ) > 4
    for key, (placed, by_role) in found.items():
        assert placed.probe.id == key
        assert by_role == {role: outcomes[role][key] for role in roles}
    cells = {
        (placed.probe.family, placed.probe.coordinate, by_role["teacher"].reason is Reason.SOLVED)
        for placed, by_role in found.values()
    }
    assert few[0] == count
    assert len(few[1]) == len(cells)
