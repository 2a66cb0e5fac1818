"""Novelty: what distances, rims, zones and traffic say of models whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_up_novelty import comparison_of, falling, family

from falloff.analysis.novelty import (
    NearestPrompts,
    Rim,
    along_novelty,
    auc,
    ngram_vectors,
    rim_of,
    traffic_of,
)

WORDS = ["order", "refund", "parcel", "late", "please", "where", "my", "card", "cancel", "again"]


def prompts(count, seed, words=WORDS):
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(words, 8)) for _ in range(count)]


@given(st.lists(st.text(), min_size=1, max_size=6))
def test_any_text_has_a_vector_of_length_one_and_is_its_own_neighbour(texts):
    vectors = ngram_vectors(texts)
    lengths = np.sqrt(vectors.multiply(vectors).sum(axis=1))
    assert np.allclose(lengths, 1, atol=1e-5)
    assert np.allclose(NearestPrompts(vectors).distances(vectors), 0, atol=1e-5)


def test_vectors_do_not_depend_on_what_stands_beside_them():
    together = ngram_vectors(["where is my parcel", "x", "ünïcode 漢字 🙂"])
    for row, text in enumerate(["where is my parcel", "x", "ünïcode 漢字 🙂"]):
        assert (together[row] != ngram_vectors([text])).nnz == 0


def test_the_nearest_is_that_of_a_search_by_hand():
    training, probes = prompts(80, 1), prompts(20, 2)
    vectors, queries = ngram_vectors(training).toarray(), ngram_vectors(probes).toarray()
    by_hand = 1 - (queries @ vectors.T).max(axis=1)
    nearest = NearestPrompts(ngram_vectors(training))
    assert np.allclose(nearest.distances(ngram_vectors(probes)), by_hand, atol=1e-5)
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    own = nearest.own_distances(np.arange(80))
    assert np.allclose(own, 1 - alike.max(axis=1), atol=1e-5)


def test_a_dense_view_gives_the_same_distances():
    vectors = ngram_vectors(prompts(60, 1))
    queries = ngram_vectors(prompts(9, 2))
    dense = NearestPrompts(vectors.toarray())
    assert np.allclose(
        dense.distances(queries.toarray()), NearestPrompts(vectors).distances(queries), atol=1e-5
    )


def test_a_shortlist_is_never_too_near_and_seldom_too_far():
    letters = ["".join(w) for w in np.random.default_rng(0).choice(list("abcdefgh"), (300, 5))]
    vectors, queries = (
        ngram_vectors(prompts(2000, 3, letters)),
        ngram_vectors(prompts(200, 4, letters)),
    )
    exact = NearestPrompts(vectors, exact=True).distances(queries)
    rough = NearestPrompts(vectors, exact=False).distances(queries)
    assert (rough > exact - 1e-5).all()
    assert (rough / exact).mean() < 1.05


def test_an_index_finds_what_a_shortlist_finds_and_copies_for_certain():
    pytest.importorskip("faiss")
    letters = ["".join(w) for w in np.random.default_rng(0).choice(list("abcdefgh"), (300, 5))]
    training = prompts(3000, 3, letters)
    vectors, queries = ngram_vectors(training), ngram_vectors(prompts(200, 4, letters))
    exact = NearestPrompts(vectors, exact=True).distances(queries)
    rough = NearestPrompts(vectors, indexed=True)
    assert rough.indexed
    assert not rough.exact
    found = rough.distances(queries)
    assert (found > exact - 1e-5).all()
    assert (found / exact).mean() < 1.05
    own = rough.own_distances(np.arange(50))
    assert (own > 0.01).all()
    assert np.allclose(rough.distances(vectors[:50]), 0, atol=1e-5)
    points = np.random.default_rng(1).normal(size=(2000, 16)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    embedded = NearestPrompts(points, indexed=True)
    assert np.allclose(embedded.distances(points[:50]), 0, atol=1e-5)
    assert (embedded.own_distances(np.arange(50)) > 0.001).all()


def test_at_the_rim_are_five_in_a_hundred_fresh_prompts_of_the_same_kind():
    nearest = NearestPrompts(ngram_vectors(prompts(3000, 5)))
    rim = rim_of(nearest)
    fresh = rim.novelty(nearest.distances(ngram_vectors(prompts(1000, 6))))
    assert 0.02 < (fresh >= 1).mean() < 0.09
    other = prompts(200, 7, ["integral", "matrix", "proof", "lemma", "converges", "field"])
    assert (rim.novelty(nearest.distances(ngram_vectors(other))) > 1.2).all()


@pytest.mark.parametrize(
    ("training", "why"),
    [
        (prompts(20, 1), "20 distinct"),
        ([f"What do we call the whole number {n} in the language of France?" for n in range(400)],
         "template"),
    ],
)  # fmt: skip
def test_few_prompts_and_a_template_have_no_rim(training, why):
    rim = rim_of(NearestPrompts(ngram_vectors(training)))
    assert why in rim.why
    assert np.isnan(rim.novelty(np.array([0.1, 0.9]))).all()


@given(st.integers(0, 5), st.integers(2, 30), st.integers(2, 30))
def test_auc_counts_pairs(seed, near, far):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 5, near).astype(float), rng.integers(0, 5, far).astype(float)
    pairs = np.mean([(y > x) + 0.5 * (y == x) for x in a for y in b])
    assert auc(a, b) == pytest.approx(pairs)


RIM = Rim(distance=0.4, prompts=1000)
ROLES = ("teacher", "student")


def seen(novelty, scores, *, rim=RIM, chance=0.0, items=None):
    data = family("only", scores, chance=chance, items=items)
    found, probes = along_novelty(
        [data], {"only": novelty * 0.4}, rim, comparison_of(data),
        roles=ROLES, view="ngrams", sees="wording", digest="",
    )  # fmt: skip
    return found, data, probes


def test_what_is_kept_in_each_zone_and_the_edges_cover_the_truth():
    """A student whose curve falls at 1.5 and a teacher's at 2.5, over twenty runs."""
    covered = kept = 0
    grid = np.linspace(1.5, 2.5, 500)
    at = [1 / (1 + np.exp(8 * (grid - edge))) for edge in (2.5, 1.5)]
    truth = at[1].mean() / at[0].mean()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        novelty = rng.uniform(0, 2.5, 500)
        scores = {"teacher": falling(novelty, 2.5, rng), "student": falling(novelty, 1.5, rng)}
        found, _, _ = seen(novelty, scores)
        (student,) = found.students
        inside, _, beyond = student.zones
        assert inside.retention.estimate > 0.9
        kept += beyond.retention.low <= truth <= beyond.retention.high
        covered += student.edge.low <= 1.5 <= student.edge.high
    assert kept >= 15
    assert covered >= 15


def test_items_that_were_asked_again_are_one_piece_of_evidence():
    rng = np.random.default_rng(3)
    novelty = np.repeat(rng.uniform(0, 0.9, 40), 10)
    scores = {role: np.repeat((rng.random(40) < 0.7).astype(float), 10) for role in ROLES}
    alone, _, _ = seen(novelty, scores)
    items, _, _ = seen(novelty, scores, items=tuple(str(i // 10) for i in range(400)))

    def width(found):
        interval = found.students[0].zones[0].student
        return interval.high - interval.low

    assert width(items) > 2 * width(alone)


def test_chance_is_taken_out():
    rng = np.random.default_rng(4)
    novelty = rng.uniform(0, 0.9, 4000)
    guessing = {role: (rng.random(4000) < 0.25).astype(float) for role in ROLES}
    found, _, _ = seen(novelty, guessing, chance=0.25)
    inside = found.students[0].zones[0]
    assert abs(inside.teacher.estimate) < 0.03
    assert inside.retention.estimate is None


def test_a_zone_without_probes_says_nothing_and_nor_does_a_template():
    rng = np.random.default_rng(5)
    novelty = rng.uniform(0, 0.9, 100)
    scores = {role: np.ones(100) for role in ROLES}
    found, _, _ = seen(novelty, scores)
    assert found.students[0].zones[2].retention.estimate is None
    assert found.shares[0].share == pytest.approx(1)
    found, _, _ = seen(novelty, scores, rim=Rim(distance=0.01, prompts=900, why="a template"))
    assert found.students[0].zones == ()
    assert found.fit is None
    assert found.families[0].novelty is None


def test_traffic_weighs_what_is_kept_by_what_is_asked():
    rng = np.random.default_rng(6)
    novelty = rng.uniform(0, 2, 1500)
    scores = {"teacher": np.ones(1500), "student": (novelty < 1.2).astype(float)}
    found, data, probes = seen(novelty, scores)
    asked = np.concatenate([rng.uniform(0.2, 1.0, 700), rng.uniform(1.4, 1.9, 300)])
    (traffic,) = traffic_of(found, [data], probes, RIM, ROLES, asked * 0.4).traffic
    assert traffic.retention.estimate == pytest.approx(0.7, abs=0.03)
    assert traffic.safe == pytest.approx(0.7, abs=0.01)
    assert traffic.unsafe == pytest.approx(0.3, abs=0.01)
    assert traffic.covered == pytest.approx(1)
    past = int((asked >= 1.5).sum())
    assert [share.probes for share in traffic.shares] == [700, 300 - past, past]


def test_where_the_design_asked_does_not_decide_what_is_kept_of_traffic():
    """Six probes in ten at the last level, where the student fails; users ask all levels alike."""
    solves = np.array([0.95, 0.9, 0.7, 0.2])
    truth, errors = solves.mean() / 0.95, []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        level = rng.choice(4, 300, p=[0.1, 0.15, 0.15, 0.6])
        scores = {
            "teacher": (rng.random(300) < 0.95).astype(float),
            "student": (rng.random(300) < solves[level]).astype(float),
        }
        data = family("only", scores)
        data = replace(data, coordinates=tuple(data.grid[i] for i in level))
        found, probes = along_novelty(
            [data], {"only": rng.uniform(0, 0.8, 300)}, RIM, comparison_of(data),
            roles=ROLES, view="ngrams", sees="wording", digest="",
        )  # fmt: skip
        asked = rng.uniform(0, 0.8, 500)
        (traffic,) = traffic_of(found, [data], probes, RIM, ROLES, asked).traffic
        errors.append(traffic.retention.estimate - truth)
        assert scores["student"].mean() / scores["teacher"].mean() < truth - 0.15
    assert abs(np.mean(errors)) < 0.04


def test_traffic_past_every_probe_is_not_covered():
    rng = np.random.default_rng(7)
    novelty = rng.uniform(0, 1, 400)
    found, data, probes = seen(novelty, {role: np.ones(400) for role in ROLES})
    (traffic,) = traffic_of(found, [data], probes, RIM, ROLES, np.repeat([0.2, 0.8], 50)).traffic
    assert traffic.covered == pytest.approx(0.5)


def test_users_near_the_centre_are_not_taken_for_what_the_box_has_at_the_same_novelty():
    """Novelty rises with the level, blurred; nine users in ten ask at the first two levels."""
    rng = np.random.default_rng(11)
    solves, users = np.array([0.95, 0.8, 0.4, 0.1]), np.array([0.7, 0.2, 0.07, 0.03])
    level = np.arange(400) % 4

    def novelty(level):
        return np.clip(0.4 + 0.15 * level + 0.3 * rng.standard_normal(len(level)), 0.01, 2.0)

    scores = {
        "teacher": (rng.random(400) < 0.95).astype(float),
        "student": (rng.random(400) < solves[level]).astype(float),
    }
    found, data, probes = seen(novelty(level), scores)
    box, near = (
        traffic_of(
            found, [data], probes, RIM, ROLES, novelty(rng.choice(4, 1500, p=p)) * 0.4
        ).traffic[0]
        for p in (np.full(4, 0.25), users)
    )
    assert box.apart < 0.05 < near.apart
    truth = (solves @ users) / 0.95
    assert near.retention.low <= truth <= near.retention.high
    assert abs(near.retention.estimate - truth) < near.apart


def test_where_novelty_tells_nothing_of_the_level_users_are_not_moved():
    rng = np.random.default_rng(12)
    novelty = rng.uniform(0.1, 0.9, 400)
    scores = {role: np.tile([1.0, 1.0, 0.0, 0.0], 100) for role in ROLES}
    found, data, probes = seen(novelty, scores)
    asked = rng.uniform(0.1, 0.5, 500) * 0.4
    (traffic,) = traffic_of(found, [data], probes, RIM, ROLES, asked).traffic
    assert traffic.apart == pytest.approx(0, abs=0.01)
