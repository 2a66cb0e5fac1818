"""A probe's id names it whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from falloff.core import Coordinate, Probe, UsageError

NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
DOSES = st.one_of(st.integers(0, 10**6), st.sampled_from([0.1, 0.25, 0.5]))


@given(NAMES, st.integers(1, 99), st.dictionaries(NAMES, DOSES), st.integers(0, 2**64 - 1))
def test_an_id_is_read_as_the_probe_that_it_names(family, version, doses, seed):
    coordinate = Coordinate(doses=tuple((name, float(dose)) for name, dose in doses.items()))
    probe = Probe(family=family, version=version, coordinate=coordinate, seed=seed)
    assert Probe.parse(probe.id) == probe


@pytest.mark.parametrize(
    "text",
    ["", "recall", "recall@1/a=1", "recall@x/a=1/" + 16 * "0", "recall@1/a=1.2.3/" + 16 * "0"],
)
def test_what_is_no_id_is_one_clear_error(text):
    with pytest.raises(UsageError):
        Probe.parse(text)
