"""The benchmark's own arithmetic: a wrong ruler would flatter or blame without anybody noticing."""

import numpy as np
import pytest
from benchmarks.measurement import (
    coverage,
    fixed_designs,
    glm,
    interval_reports,
    limits,
    page,
    reports,
    verdict,
)
from benchmarks.measurement.__main__ import open_tables
from benchmarks.measurement.observers import (
    BOXES,
    TAU,
    box,
    draw_observer,
    draw_pair,
    kinds_of,
    positions,
    truth,
)
from benchmarks.measurement.play import data_of, estimate, play, play_fixed
from benchmarks.measurement.records import RESULTS, Subject, Table, Unit
from benchmarks.measurement.summary import Errors, best_of, calls_to, ratio
from scipy.special import expit

from falloff.sampling.look_ahead import LookAhead


def errors(law, observers=40, budgets=(16, 32, 64, 128, 256, 512), seed=0):
    """Errors whose mean is ``law(n)``."""
    rng = np.random.default_rng(seed)
    luck = rng.exponential(size=(observers, len(budgets)))
    luck /= luck.mean(axis=0)
    return Errors(budgets=budgets, values=luck * [law(n) for n in budgets])


def test_calls_are_read_off_between_the_budgets():
    assert calls_to(errors(lambda n: n**-0.5), 0.1).n == pytest.approx(100)


def test_nothing_is_extrapolated():
    slow = calls_to(errors(lambda n: n**-0.1), 0.1)
    assert (slow.n, slow.beyond) == (512, ">")
    quick = calls_to(errors(lambda n: 1 / n), 0.1)
    assert (quick.n, quick.beyond) == (16, "<")


def test_a_method_four_times_as_quick_has_the_ratio_four():
    found = ratio(errors(lambda n: n**-0.5), errors(lambda n: 2 * n**-0.5), 0.15)
    assert found.value == pytest.approx(4.0)
    assert 0 < found.se < 3
    assert found.bound == ""


def test_a_peer_that_never_gets_there_gives_a_bound():
    found = ratio(errors(lambda n: n**-0.5), errors(lambda _: 0.5), 0.1)
    assert found.bound == ">"
    assert ratio(errors(lambda _: 0.5), errors(lambda n: n**-0.5), 0.1).bound == "<"


def test_observers_asked_twice_do_not_narrow_the_error():
    once = errors(lambda n: n**-0.5), errors(lambda n: 2 * n**-0.5, seed=1)
    twice = [e.take(np.repeat(np.arange(40), 2)) for e in once]
    alone, paired = ratio(*once, 0.15), ratio(*twice, 0.15, groups=np.repeat(np.arange(40), 2))
    assert paired.se == pytest.approx(alone.se, rel=0.25)
    assert ratio(*twice, 0.15).se < 0.85 * alone.se


def test_a_bound_claims_only_what_it_decides():
    quick, slow, never = (errors(lambda n, a=a: a * n**-0.5) for a in (1, 2, 20))
    assert reports.verdict(ratio(quick, slow, 0.2), (3, 5)) == "at least reached"
    assert reports.verdict(ratio(slow, quick, 0.2), (3, 5)) == "**the peer needs fewer calls**"
    assert reports.verdict(ratio(quick, never, 0.1), (3, 5)) == "aim reached"
    assert reports.verdict(ratio(slow, never, 0.1), (3, 5)) == "open: the peer does not get there"
    assert reports.verdict(ratio(never, never, 0.1), (3, 5)) == "neither gets there"
    assert "peer" in reports.verdict(ratio(never, quick, 0.1), (3, 5))


def test_the_best_peer_is_the_one_that_needs_fewest_calls():
    methods = {"slow": errors(lambda n: 3 * n**-0.5), "quick": errors(lambda n: n**-0.5)}
    assert best_of(methods, 0.2) == "quick"


@pytest.mark.parametrize("degree", glm.DEGREES)
def test_the_peer_finds_the_volumes_of_its_own_form(degree):
    family = box("sim_2d", chance=0.25)
    points = fixed_designs.sobol(family, 0, 2048)
    u = positions(family, points)
    rng = np.random.default_rng(0)
    p = 0.25 + 0.75 * expit(6 - 5 * u[:, 0] - 6 * u[:, 1])
    scores = (rng.random(len(u)) < p).astype(float)
    found = glm.volumes(family, points, scores, degree=degree, ridge=0.01)
    grid = positions(family, family.grid)
    competence = expit(6 - 5 * grid[:, 0] - 6 * grid[:, 1])
    assert found[0] == pytest.approx(competence.mean(), abs=0.03)
    assert found[1] == pytest.approx((competence >= TAU).mean(), abs=0.05)


def test_sobol_points_are_an_even_sample_of_the_box():
    family = box("shipped_3d")
    u = positions(family, fixed_designs.sobol(family, 1, 2048))
    assert u.mean(axis=0) == pytest.approx(positions(family, family.grid).mean(axis=0), abs=0.01)


def test_a_grid_spends_every_call_and_reaches_both_ends():
    family = box("sim_3d")
    points = fixed_designs.grid(family, 1, 100)
    assert len(points) == 100
    assert {dose for at in points for _, dose in at} >= {1, 20}


@pytest.mark.parametrize("name", BOXES)
def test_every_kind_has_observers_that_the_box_can_show(name):
    family = box(name)
    for kind in kinds_of(name):
        exact = truth(family, draw_observer(family, kind, 0))
        assert 0.1 - 1e-9 <= exact.volume_at <= 0.9 + 1e-9
        pair = draw_pair(family, kind, 0)
        kept = [truth(family, pair[role]).volume for role in ("student", "teacher")]
        assert 0.4 <= kept[0] / kept[1] <= 1.0001


def test_observers_differ_by_index_and_stream_and_not_by_process():
    family = box("sim_2d")
    first = draw_observer(family, "product", 3)
    assert first == draw_observer(family, "product", 3)
    assert first != draw_observer(family, "product", 4)
    assert first != draw_observer(family, "product", 3, stream="tune")


def test_a_smaller_budget_is_the_beginning_of_a_larger_one():
    family = box("sim_2d")
    pair = draw_pair(family, "items", 0)
    small, large = (
        play(LookAhead(families=[family], seed=3, budget=n), family, pair, seed=5).evidence
        for n in (40, 96)
    )
    assert large.coordinates[:40] == small.coordinates
    for role in pair:
        assert (large.scores[role][:40] == small.scores[role]).all()


def test_estimates_come_near_the_truth_where_all_is_asked():
    family = box("sim_1d")
    observer = draw_observer(family, "pooled", 1)
    points = fixed_designs.levels(family, 1000)
    found = estimate(data_of(family, play_fixed(family, {"m": observer}, points, seed=0)), "m")
    exact = truth(family, observer)
    assert found.edges[0].value == pytest.approx(family.axes[0].dose(exact.edges[0]), abs=0.5)
    assert found.volume.value == pytest.approx(exact.volume, abs=0.05)


def test_a_student_at_the_margin_keeps_exactly_that_much():
    family = box("sim_2d", chance=0.25)
    pair = draw_pair(family, "weighted", 1, kept=0.9)
    kept = [truth(family, pair[role]).volume for role in ("student", "teacher")]
    assert kept[0] / kept[1] == pytest.approx(0.9, abs=1e-5)


def test_an_interval_that_misses_pays_twenty_times_by_how_much():
    exact, low, high = np.array([[0.5, 0.5, 0.5], [0.4, 0.52, 0.3], [0.7, 0.6, 0.49]])
    found = coverage.interval_score(exact, low, high)
    assert found == pytest.approx([0.3, 0.08 + 0.4, 0.19 + 0.2])


def test_the_first_verdict_that_settles_is_kept():
    ruled = np.array([[0, 1, -1], [0, 0, 0], [-1, 1, 1], [0, 0, -1]])
    assert verdict.first_settled(ruled).tolist() == [1, 0, -1, -1]


def test_both_ends_beyond_the_margin_settle_a_verdict():
    low, high = np.array([[0.91, 0.5, 0.85], [1.0, 0.89, 0.95]])
    assert verdict.rulings(low, high).tolist() == [1, -1, 0]


def test_a_standard_error_over_pairs_does_not_shrink_with_copies():
    values = np.random.default_rng(0).random(50)
    once = interval_reports.clustered(values, np.arange(50))
    twice = interval_reports.clustered(np.repeat(values, 2), np.repeat(np.arange(50), 2))
    assert once == pytest.approx(values.std(ddof=1) / np.sqrt(50))
    assert twice == pytest.approx(once)


def test_coverage_is_the_share_of_intervals_that_hold_the_truth(tmp_path):
    table = Table("coverage", coverage.COLUMNS, tmp_path)
    for i in range(20):
        ends = (0.6, 0.7) if i < 5 else (0.4, 0.7)
        table.rows[Subject("sim_2d", 0.0, "pooled", i), "run:volume:teacher", 48] = (
            0.5,
            0.6,
            *ends,
        )
    found = interval_reports.held(table, "volume", 48, lambda s: s.kind == "pooled")
    assert found.share()[0] == pytest.approx(0.75)
    assert found.bias()[0] == pytest.approx(0.2)
    assert len(set(found.group)) == 20


def two_rows(subject):
    return [("peer:a", 16, subject.index / 2), ("peer:b", 16, subject.index)]


def test_a_killed_run_goes_on_and_no_peer_is_left_half_done(tmp_path):
    units = [Unit("peer", Subject("sim_1d", 0.0, "step", i), two_rows) for i in range(4)]
    whole = Table("whole", ("value",), tmp_path)
    whole.run(units, until=np.inf)
    text = whole.path.read_text()
    broken = tmp_path / "broken.csv"
    for cut in range(text.index("\n") + 1, len(text), 7):
        broken.write_text(text[:cut])
        Table("broken", ("value",), tmp_path).run(units, until=np.inf)
        assert Table("broken", ("value",), tmp_path).rows == whole.rows


def test_rows_of_other_code_are_made_anew(tmp_path):
    subject = Subject("sim_1d", 0.0, "step", 0)
    Table("t", ("value",), tmp_path).run([Unit("peer", subject, two_rows, ours=True)], until=np.inf)
    path = tmp_path / "t.csv"
    head, _, row, *_ = path.read_text().splitlines()
    path.write_text(f"{head}\n{','.join([*row.split(',')[:6], 'elsewhere', '9'])}\n")
    table = Table("t", ("value",), tmp_path)
    assert table.rows[subject, "peer:a", 16] == (9,)
    table.run([Unit("peer", subject, two_rows, ours=True)], until=np.inf)
    assert table.rows[subject, "peer:a", 16] == (0,)


def test_the_page_says_what_the_results_say():
    """If this fails: python -m benchmarks.measurement.page."""
    assert (page.DOCS / "measurement.md").read_text() == page.page(open_tables(RESULTS))


def test_the_best_placement_of_two_slopes_is_known_and_never_worse_than_even_calls():
    """Of one parameter all calls belong where it shows most; of a line's end, at its two ends."""
    one = np.array([[0.5], [2.0], [1.0]])
    assert np.isclose(limits.best(one, np.array([1.0])), 1 / 2.0)
    assert np.isclose(limits.even(one, np.array([1.0])), (3 / (0.25 + 4 + 1)) ** 0.5)
    x = np.linspace(-1, 1, 9)
    line = np.column_stack([np.ones(9), x])
    assert np.isclose(limits.best(line, np.array([1.0, 1.0])), 1.0)
    rows = limits.limits(Subject("sim_2d", 0.0, "pooled", 0))
    assert {target for target, *_ in rows} == {"limit:volume", "limit:volume_at"}
    assert all(best <= even for _, _, even, best in rows)


def test_calls_to_an_error_go_as_the_square_of_the_deviation():
    few, many = (limits.calls(np.full(5, sd), 0.1, 1.0) for sd in (1.0, 2.0))
    assert np.isclose(few, 2 / np.pi / 0.01)
    assert np.isclose(many, 4 * few)
