"""Fidelity: the same answers, errors and tokens, no more claimed than the lists allow."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import log_softmax
from simulated import Truth, family

from falloff.analysis import BOX, Tokens
from falloff.analysis.fidelity import NOT_ASKED, compare_tokens, fidelity, fidelity_draws, kl_bound
from falloff.core import TokenLogprobs

LOGITS = arrays.arrays(np.float64, 8, elements=st.floats(-15, 15))


def top(logits, count):
    logs = log_softmax(logits)
    return tuple((f"t{i}", float(logs[i])) for i in np.argsort(-logs, kind="stable")[:count])


def token(text, *candidates):
    pairs = candidates or ((text, math.log(0.9)), ("?", math.log(0.05)))
    return TokenLogprobs(text=text, top=tuple(pairs))


def said(text, end=""):
    """A turn, a token a character."""
    return tuple(token(character) for character in text) + ((token(""),) if end is not None else ())


@given(LOGITS, LOGITS, st.integers(1, 8), st.integers(1, 8))
def test_kl_is_a_lower_bound_and_never_below_0(p, q, n, m):
    exact = float(np.exp(log_softmax(p)) @ (log_softmax(p) - log_softmax(q)))
    assert 0 <= kl_bound(top(p, n), top(q, m)) <= exact + 1e-9


@given(LOGITS, LOGITS)
def test_kl_of_whole_lists_is_exact(p, q):
    exact = float(np.exp(log_softmax(p)) @ (log_softmax(p) - log_softmax(q)))
    assert kl_bound(top(p, 8), top(q, 8)) == pytest.approx(exact, rel=1e-3, abs=1e-4)


@given(LOGITS, st.integers(1, 8))
def test_a_model_against_itself_has_kl_0_and_the_same_top_token(p, n):
    turn = (TokenLogprobs(text="a", top=top(p, n)),) * 3
    pair = compare_tokens((turn,), (turn,))
    assert pair.kl == pytest.approx(0, abs=1e-9)
    assert pair.same_top == pair.positions == 3
    assert 0 < pair.named <= 3 + 1e-9


# No probability below 1e-6, where masses are taken for rounding.
LIKELY = arrays.arrays(np.float64, 8, elements=st.floats(-5, 5))


@given(LIKELY, LIKELY)
def test_longer_lists_never_lower_the_bound(p, q):
    bounds = [kl_bound(top(p, n), top(q, n)) for n in range(1, 9)]
    assert all(a <= b + 1e-6 for a, b in itertools.pairwise(bounds))


def test_disjoint_lists_claim_nothing_and_say_so():
    pair = compare_tokens([[token("a", ("a", -0.1))]], [[token("b", ("b", -0.1))]])
    assert (pair.positions, pair.same_top, pair.named) == (1, 0, 0.0)
    assert pair.kl == 0


def test_tokens_count_up_to_and_including_where_the_texts_part():
    pair = compare_tokens([said("abcd")], [said("abXd")])
    assert (pair.positions, pair.same_top) == (3, 2)


def test_the_next_turn_counts_only_after_the_same_one():
    assert compare_tokens([said("ab"), said("c")], [said("ab"), said("c")]).positions == 5
    assert compare_tokens([said("ab"), said("c")], [said("aX"), said("c")]).positions == 2
    # Without a token for the end, one reply goes on where the other has stopped.
    assert (
        compare_tokens([said("ab", None), said("c")], [said("a", None), said("c")]).positions == 1
    )


def test_a_draw_that_parts_them_ends_it_though_their_first_choices_agree():
    left, right = token("a", ("a", -0.6), ("b", -0.8)), token("b", ("a", -0.6), ("b", -0.8))
    pair = compare_tokens([[left, token("c")]], [[right, token("c")]])
    assert (pair.positions, pair.same_top) == (1, 1)


def test_tokens_cut_differently_are_not_compared_but_a_choice_between_them_is():
    whole, part = token("Answer", ("Answer", -0.1)), token("An", ("An", -0.1))
    assert compare_tokens([[whole]], [[part]]).positions == 0
    assert compare_tokens([[token("x"), whole]], [[token("x"), part]]).positions == 1
    chosen = token("An", ("An", -0.6), ("Answer", -0.8))
    assert compare_tokens([[whole]], [[chosen]]).positions == 1
    # The end of a reply adds no text, and begins nothing.
    assert compare_tokens([[token("")]], [[part]]).positions == 1


def pair_data(*, n=60, positions=None, teacher=True, student=True, answers=None, scores=None):
    truths = {"t": Truth(h=(0.9, 0.9)), "s": Truth(h=(0.5, 0.5))}
    data = replace(family(truths, n=n), shares=(BOX,) * n)
    where = np.full(n, 4.0) if positions is None else np.array(positions, dtype=float)
    tokens = Tokens(
        teacher=np.full(n, teacher),
        student=np.full(n, student),
        positions=where,
        kl=where * 0.1,
        same_top=where / 2,
        named=where * 0.99,
    )
    return replace(
        data, tokens={"s": tokens}, answers=answers or data.answers, scores=scores or data.scores
    )


def of(data):
    return fidelity([(1.0, fidelity_draws(data, "t", "s"))])


def test_kl_and_same_top_are_means_over_tokens():
    found = of(pair_data())
    assert found.kl.estimate == pytest.approx(0.1)
    assert found.same_top.estimate == pytest.approx(0.5)
    assert found.named == pytest.approx(0.99)
    assert (found.probes, found.why) == (60, None)
    assert found.same_top.low < 0.5 < found.same_top.high


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"teacher": False, "positions": [0] * 60}, "the teacher gives no log-probabilities"),
        ({"student": False, "positions": [0] * 60}, "the student gives no log-probabilities"),
        ({"positions": [4] * 29 + [0] * 31}, "only 48% of the probes"),
    ],
)
def test_where_tokens_cannot_be_compared_there_is_none_and_the_reason(changed, why):
    found = of(pair_data(**changed))
    assert found.kl.estimate is found.same_top.estimate is found.named is None
    assert found.why.startswith(why)
    assert found.agreement.estimate is not None


def test_half_of_the_probes_are_enough():
    found = of(pair_data(positions=[4] * 30 + [0] * 30))
    assert found.why is None
    assert found.probes == 30


def test_without_asking_there_is_none():
    data = replace(pair_data(), tokens={})
    assert of(data).why == NOT_ASKED


def test_agreement_is_over_answers_and_same_wrong_over_what_both_failed():
    n = 8
    scores = {"t": np.array([1, 1, 0, 0, 0, 0, 0, 1.0]), "s": np.array([1, 0, 0, 0, 0, 0, 1, 1.0])}
    answers = {
        "t": ("1", "1", "7", "8", "9", None, "3", "4"),
        "s": ("1", "2", "7", "8", "5", None, "4", "4"),
    }
    found = of(pair_data(n=n, scores=scores, answers=answers))
    assert found.agreement.estimate == pytest.approx(5 / 8)
    # Both failed on four; nothing to read is no answer that they share.
    assert found.same_wrong.estimate == pytest.approx(2 / 4)
    assert found.same_wrong.low < 0.25
    assert found.same_wrong.high > 0.75


def test_a_model_against_itself_agrees():
    data = pair_data()
    found = fidelity([(1.0, fidelity_draws(replace(data, tokens={}), "t", "t"))])
    assert found.agreement.estimate == 1
    assert found.agreement.low > 0.9


def test_intervals_cluster_by_item():
    """Ten times the tokens on the same items tell no more."""
    rng = np.random.default_rng(2)
    positions, share = rng.integers(2, 6, 60), rng.random(60)
    widths = []
    for times in (1, 10):
        data = pair_data(positions=positions * times)
        tokens = replace(data.tokens["s"], same_top=data.tokens["s"].positions * share)
        found = of(replace(data, tokens={"s": tokens})).same_top
        widths.append(found.high - found.low)
    assert widths[0] == pytest.approx(widths[1], rel=0.1)


def test_without_a_draw_from_the_box_there_is_no_agreement_and_no_kl():
    data = pair_data()
    found = of(replace(data, shares=("look",) * 60))
    assert found.agreement.estimate is found.kl.estimate is None
    assert found.why == "no draw from the box is answered by both"
