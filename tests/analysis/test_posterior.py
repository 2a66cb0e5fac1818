"""The posterior, its influences, the audit and joint draws."""

from dataclasses import replace

import numpy as np
import pytest
import truths
from hypothesis import given, settings
from hypothesis import strategies as st

from falloff.analysis.audit import FORM_ERROR, audit, in_log_odds
from falloff.analysis.draws import DRAWS
from falloff.analysis.inference import draw
from falloff.analysis.influence import by_item, correlation, influences, sandwich
from falloff.analysis.posterior import posterior, prior
from falloff.analysis.profile import profile_family
from falloff.analysis.readable import readable_share
from falloff.analysis.region import Regions
from falloff.analysis.tally import Tally
from falloff.core import Reason
from falloff.sampling import SpaceFilling
from falloff.sampling.look_ahead import LookAhead

FAMILY = truths.box(2)
BOX = truths.positions(FAMILY, FAMILY.grid)
TEACHER, STUDENT = truths.of("matched", 2, seed=3)


def tally(n=200, seed=0, truth=TEACHER):
    rng = np.random.default_rng(seed)
    u = BOX[rng.integers(len(BOX), size=n)]
    return u, (rng.random(n) < truth.curve(u)).astype(float)


def adaptive(n=96, seed=0, roles=None, family=FAMILY):
    made = LookAhead(families=(family,), seed=seed, budget=n)
    models = roles or {"t": TEACHER, "s": STUDENT}
    return truths.data_of(family, truths.ask(made, family, models, seed)[0])


@pytest.mark.parametrize("link", [0.3, 1.0, 4.0, 1e6])
def test_half_the_ceiling_is_at_h_for_every_link(link):
    one = Regions(
        h=np.array([[0.6]]), b=np.array([[4.0]]), rho=np.ones(1), lapse=np.array([0.1]),
        link=np.array([link]),
    )  # fmt: skip
    assert one.competence(np.array([[0.6]]))[0, 0] == pytest.approx(0.45, abs=1e-6)
    assert one.edge(0, 0.45)[0] == pytest.approx(0.6)
    u = np.array([[0.6 * np.exp(-1e-4)], [0.6 * np.exp(1e-4)]])
    share = one.competence(u)[0] / 0.9
    slope = np.diff(np.log(share / (1 - share)))[0] / 2e-4
    assert one.steepness(0)[0] == pytest.approx(-slope, rel=1e-3)


def test_a_large_link_is_exponential_survival():
    one = Regions(
        h=np.array([[0.5]]), b=np.ones((1, 1)), rho=np.ones(1), lapse=np.zeros(1),
        link=np.array([1e7]),
    )  # fmt: skip
    assert one.competence(np.array([[1.0]]))[0, 0] == pytest.approx(0.25, abs=1e-4)


def test_letting_answers_in_twice_is_letting_them_in_once():
    """Sequential and batch posteriors agree to Monte Carlo error."""
    from falloff.analysis.posterior import update

    u, y = tally(120)
    rng = np.random.default_rng(0)
    first, rest = Tally.of(u[:40], y[:40], 0.0), Tally.of(u[40:], y[40:], 0.0)
    half = update(prior(2, 1000, rng), None, first, rng=rng)
    twice = update(half, first, rest, rng=rng)
    once = posterior(Tally.of(u, y, 0.0), seed=1)
    mean = [p.regions.competence(BOX).mean(axis=1) for p in (once, twice)]
    assert mean[0].mean() == pytest.approx(mean[1].mean(), abs=0.006)
    assert mean[0].std() == pytest.approx(mean[1].std(), rel=0.25)


def test_on_one_axis_particles_agree_with_a_grid():
    rng = np.random.default_rng(4)
    u = np.repeat(np.linspace(0, 1, 9), 8)[:, None]
    y = (rng.random(len(u)) < 0.95 / (1 + (u[:, 0] / 0.6) ** 5)).astype(float)
    particles = posterior(Tally.of(u, y, 0.0), seed=1, count=2000)
    axes = [np.linspace(lo, hi, n) for lo, hi, n in [
        (-2.0, 1.0, 61), (-1.0, 5.0, 25), (-8.0, 1.0, 19), (-3.0, 3.0, 13)]]  # fmt: skip
    h, b, lapse, link = (x.ravel() for x in np.meshgrid(*axes, indexing="ij"))
    theta = np.column_stack([h, b, np.full_like(h, np.log(3)), lapse, link])
    from falloff.analysis.posterior import _Cloud

    density = _Cloud.at(theta, [Tally.of(u, y, 0.0)]).density(1.0)
    weight = np.exp(density - density.max())
    volume = Regions.from_vector(theta).competence(np.linspace(0, 1, 9)[:, None]).mean(axis=1)
    exact = (weight @ volume) / weight.sum()
    got = particles.regions.competence(np.linspace(0, 1, 9)[:, None]).mean(axis=1)
    assert got.mean() == pytest.approx(exact, abs=0.004)
    spread = np.sqrt(weight @ (volume - exact) ** 2 / weight.sum())
    assert got.std() == pytest.approx(spread, rel=0.1)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.25]), st.sampled_from([0.0, 0.5, 1.0]))
def test_any_answers_give_volumes_in_the_unit_interval(seed, chance, rate):
    rng = np.random.default_rng(seed)
    u = BOX[rng.integers(len(BOX), size=20)]
    y = (rng.random(20) < rate).astype(float)
    particles = posterior(Tally.of(u, y, chance), seed=seed, count=100, moves=2)
    c = particles.regions.competence(BOX)
    assert np.isfinite(c).all()
    assert (c >= 0).all()
    assert (c <= 1).all()


def test_the_order_of_answers_does_not_matter_to_the_posterior():
    data = adaptive()
    order = np.random.default_rng(0).permutation(len(data.coordinates))
    shuffled = replace(
        data,
        coordinates=tuple(data.coordinates[i] for i in order),
        shares=tuple(data.shares[i] for i in order),
        scores={role: s[order] for role, s in data.scores.items()},
        reasons={role: tuple(r[i] for i in order) for role, r in data.reasons.items()},
    )
    one, other = (draw(d, ("t", "s"), tau=0.5) for d in (data, shuffled))
    for role in ("t", "s"):
        assert one[role].volume[0] == pytest.approx(other[role].volume[0], abs=1e-9)


def test_equal_answers_give_a_ratio_of_one_and_swapped_models_the_reciprocal():
    data = adaptive()
    same = replace(
        data,
        scores={"t": data.scores["t"], "s": data.scores["t"]},
        reasons={"t": data.reasons["t"], "s": data.reasons["t"]},
    )
    twin = draw(same, ("t", "s"), tau=0.5)
    ratio = twin["s"].volume / twin["t"].volume
    assert ratio[0] == pytest.approx(1)
    assert np.quantile(ratio[1:], 0.05) < 1 < np.quantile(ratio[1:], 0.95)
    one, other = draw(data, ("t", "s"), tau=0.5), draw(data, ("s", "t"), tau=0.5)
    forth = one["s"].volume / one["t"].volume
    back = other["t"].volume / other["s"].volume
    assert forth[0] * back[0] == pytest.approx(1)
    assert np.quantile(forth[1:], [0.05, 0.95]) == pytest.approx(
        np.quantile(1 / back[1:], [0.05, 0.95]), rel=0.08
    )


def test_units_of_an_axis_do_not_matter():
    """Doses ten times as large on a scale of their own: every volume stays what it was."""
    data = adaptive(n=64)
    axes = tuple(
        replace(axis, levels=tuple(axis.u(x) * 10 for x in axis.levels), scale="linear",
                integer=False)
        for axis in data.axes
    )  # fmt: skip

    def moved(at):
        pairs = zip(data.axes, at, strict=True)
        return type(at)(doses=tuple((name, a.u(dose) * 10) for a, (name, dose) in pairs))

    other = replace(
        data,
        axes=axes,
        grid=tuple(moved(at) for at in data.grid),
        coordinates=tuple(moved(at) for at in data.coordinates),
    )
    one, two = (draw(d, ("t",), tau=0.5)["t"] for d in (data, other))
    assert one.volume[0] == pytest.approx(two.volume[0], abs=0.01)
    assert one.volume_at[0] == pytest.approx(two.volume_at[0], abs=0.02)


def test_influences_measure_what_answers_do():
    u, y = tally(200)
    particles = posterior(Tally.of(u, y, 0.0), seed=1)
    volume = particles.regions.competence(BOX).mean(axis=1)
    psi = influences(particles, volume, u, y, np.zeros(200), 0.0)
    assert sandwich(psi) == pytest.approx(volume.var(), rel=0.5)
    assert psi[y == 1].mean() > 0 > psi[y == 0].mean()
    assert by_item(psi, np.arange(200) // 2, 100).shape == (100,)


def test_correlations_are_one_for_twins_and_stay_positive_definite():
    rng = np.random.default_rng(0)
    psi = rng.normal(size=50)
    three = correlation(np.array([psi, psi, rng.normal(size=50)]))
    assert three[0, 1] > 0.95
    assert abs(three[0, 2]) < 0.4
    assert np.linalg.eigvalsh(three).min() > 0
    assert np.diag(three) == pytest.approx(1)


def audited(rate, fitted, n=400):
    """An audit of n answers at one place by a fit that is certain of ``fitted``."""
    scores = (np.arange(n) < rate * n).astype(float)
    return audit(np.full((50, 1), fitted), np.zeros(n, int), scores, np.ones(n, bool), 0.0)


def test_the_audit_finds_a_fit_that_is_wrong_and_says_what_it_could_have_seen():
    got = audited(0.6, 0.5)
    assert got.correction == pytest.approx(0.1)
    assert got.misfit
    assert got.detectable == pytest.approx(2.84 * 0.5 / 20 + 0.5 / 400)
    assert not audited(0.5, 0.5).misfit
    assert not audited(1.0, 0.5, n=0).misfit


def test_one_failure_where_nearly_all_is_solved_is_no_misfit():
    assert not audited(11 / 12, 0.985, n=12).misfit


def test_a_misfit_widens_and_stays_inside_the_unit_interval():
    calm, alarmed = audited(0.5, 0.5), audited(0.8, 0.5)
    assert calm.own_error == 0 < alarmed.own_error
    for volume in (1e-6, 0.02, 0.5, 0.98, 1 - 1e-6):
        assert 0 < in_log_odds(FORM_ERROR, volume) < in_log_odds(alarmed.own_error, volume) < np.inf


def test_what_the_form_is_off_by_widens_volumes_and_hardly_their_ratio(monkeypatch):
    """It is off for both models alike."""
    data = adaptive(240)

    def spreads(error):
        monkeypatch.setattr("falloff.analysis.joint.FORM_ERROR", error)
        found = draw(data, ("t", "s"), tau=0.5)
        logs = {role: np.log(found[role].volume[1:]) for role in found}
        return logs["t"].std(), (logs["s"] - logs["t"]).std()

    (volume, ratio), (wide, still) = spreads(1e-6), spreads(0.04)
    assert wide > 1.4 * volume
    assert still < 1.15 * ratio


def test_of_audits_where_the_form_is_right_about_one_in_twenty_alarms():
    """In 60 runs more than 8 alarms have a chance of 1 %; the errors are as large as it says."""
    truth = truths.matched(np.array([0.5, 0.7]), np.array([4.0, 4.0]), 3.0, 0.03)
    audits = [
        draw(adaptive(roles={"t": truth}, n=64, seed=seed), ("t",), tau=0.5)["t"].audit
        for seed in range(60)
    ]
    assert sum(a.misfit for a in audits) <= 8
    z = np.array([a.correction / a.se for a in audits])
    assert 0.6 < z.std() < 1.3


def test_volumes_near_saturation_are_held():
    """A box that is hardly left: a lapse or two among the audit probes must not tear it open."""
    family, held = truths.box(2), 0
    truth = truths.matched(np.array([4.0, 4.0]), np.array([4.0, 4.0]), 3.0, 0.02)
    for seed in range(10):
        data = adaptive(roles={"t": truth}, family=family, n=64, seed=seed)
        volume = profile_family(data, "t", tau=0.5).volume
        held += volume.low <= truth.volume(family) <= volume.high
        assert volume.estimate > 0.8
    assert held >= 7


def test_answers_that_cannot_be_read_are_told_from_wrong_ones():
    u = np.repeat([[0.0], [1.0]], 50, axis=0)
    read = np.r_[np.ones(50), np.zeros(40), np.ones(10)]
    near, far = readable_share(u, read, np.array([[0.0], [1.0]]))
    assert near > 0.9
    assert far == pytest.approx(0.2, abs=0.1)
    assert (readable_share(u, np.ones(100), u) == 1).all()


def test_a_model_that_breaks_off_is_below_chance_and_no_worse_for_it():
    family = truths.box(1, chance=0.25)
    data = adaptive(roles={"t": truths.matched(np.array([0.4]), np.array([6.0]), 3.0, 0.0)},
                    family=family, n=128)  # fmt: skip
    far = np.array([family.axes[0].u(at["x0"]) > 0.6 for at in data.coordinates])
    cut = replace(
        data,
        scores={"t": np.where(far, 0.0, data.scores["t"])},
        reasons={"t": tuple(
            Reason.TRUNCATED if f else r for f, r in zip(far, data.reasons["t"], strict=True)
        )},
    )  # fmt: skip
    whole, broken = (draw(d, ("t",), tau=0.5)["t"] for d in (data, cut))
    edges = [d.regions.edge(0, 0.5)[0] for d in (whole, broken)]
    assert edges[1] == pytest.approx(edges[0], abs=0.12)
    assert broken.volume[0] < whole.volume[0]


def test_fixed_designs_are_resampled_and_adaptive_ones_are_not():
    made = SpaceFilling(seed=0, budget=60)
    fixed = truths.data_of(FAMILY, truths.ask(made, FAMILY, {"t": TEACHER}, 0)[0])
    assert draw(fixed, ("t",), tau=0.5)["t"].audit is None
    looked = draw(adaptive(n=64), ("t",), tau=0.5)["t"]
    assert looked.audit is not None
    assert looked.volume.shape == (1 + DRAWS,)
