"""A Ray cluster of two nodes on this machine, for as long as tests need it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hosting_places import needs_ray


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Two nodes with two cores each, as Ray counts them; nothing is connected to them yet."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Ray's own start warns of
        from ray.cluster_utils import Cluster

        made = Cluster()
        for _ in range(2):
            made.add_node(num_cpus=2, include_dashboard=False)
    yield made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.shutdown()


@pytest.fixture
def reached(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The cluster, where users name it."""
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    return cluster


@pytest.fixture(params=["processes", pytest.param("ray", marks=needs_ray)])
def executor(request: pytest.FixtureRequest) -> str:
    """Every executor that hosts models elsewhere."""
    if request.param == "ray":
        request.getfixturevalue("reached")
    return str(request.param)
