"""A fitted loss that the answers in its own cell contradict is no worst cell."""

import numpy as np
import pytest

from falloff.analysis.lost_cells import contradiction


def fit(teacher: float, student: float) -> tuple[np.ndarray, np.ndarray]:
    return np.full(500, teacher), np.full(500, student)


def test_two_of_four_solved_contradict_a_chance_of_one_in_twenty() -> None:
    assert contradiction(fit(0.95, 0.05), (4, 2), 4) == pytest.approx(2 * 0.01402, abs=1e-4)


@pytest.mark.parametrize("n", [1, 2])
def test_answers_as_the_fit_expects_them_contradict_nothing(n: int) -> None:
    assert contradiction(fit(0.95, 0.05), (n, 0), n) == 1
    # Nor does a single surprise, which chance explains.
    assert contradiction(fit(0.95, 0.05), (n, 1), n) > 0.05


def test_a_teacher_that_solved_little_contradicts_too() -> None:
    assert contradiction(fit(0.9, 0.05), (1, 0), 5) < 0.05


def test_a_larger_loss_than_fitted_is_no_contradiction() -> None:
    assert contradiction(fit(0.6, 0.4), (12, 0), 12) == 1


def test_what_the_fit_leaves_open_cannot_be_contradicted() -> None:
    spread = np.linspace(0, 1, 500)
    assert contradiction((spread, spread), (4, 2), 4) > 0.5


def test_where_the_form_holds_a_cell_is_disputed_at_most_one_time_in_twenty() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.binomial(6, (0.9, 0.2), size=(2000, 2))
    alarms = [contradiction(fit(0.9, 0.2), (t, s), 6) < 0.05 for t, s in drawn]
    assert np.mean(alarms) < 0.05
