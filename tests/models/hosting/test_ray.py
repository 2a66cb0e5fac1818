"""Ray, started for real: two nodes on this machine, of which one is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hosting_places import HAS_RAY, Killing, compared, outcomes

import falloff
from falloff.core import ModelError
from falloff.models.hosting import executing
from falloff.models.hosting.hosted import HostedModel

pytestmark = pytest.mark.skipif(not HAS_RAY, reason="needs ray: pip install 'falloff[ray]'")
MODELS = ("micro:teacher", "micro:narrow")


@pytest.fixture
def hosted(reached: Any) -> Iterator[HostedModel]:
    with executing("ray", ["micro:teacher"], workers=3) as load:
        model = load("micro:teacher")
        assert isinstance(model, HostedModel)
        yield model


def test_copies_are_on_every_node_and_let_go_of_at_the_end(reached: Any) -> None:
    import ray

    with executing("ray", ["micro:teacher"]) as load:
        model = load("micro:teacher")
        assert model.concurrency > 64
        free = ray.available_resources().get("CPU", 0.0)
    assert free == 0.0, "as many copies as both nodes have cores"
    assert not ray.is_initialized(), "the connection was ours"


def test_more_copies_than_cores_share_them(tmp_path: Path, reached: Any) -> None:
    started = time.monotonic()
    run = falloff.measure("micro:narrow", budget=40, run=tmp_path / "a", executor="ray", workers=6)
    assert run.missing == 0
    assert time.monotonic() - started < 60


def test_a_cluster_that_is_not_there_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:1"):
        falloff.measure("micro:narrow", budget=40, run=tmp_path / "a", executor="ray")
    assert list(tmp_path.iterdir()) == []


# The last, since the cluster is smaller then.
def test_actors_and_a_node_that_are_lost_change_no_outcome(
    tmp_path: Path, hosted: HostedModel, reached: Any
) -> None:
    import ray

    def kill(place: Any) -> str:
        if len(killing.killed) == 1:
            reached.remove_node(reached.list_all_nodes()[-1], allow_graceful=False)
            return "node"
        ray.kill(place._actor)
        return "actor"

    killing = Killing(hosted, before={10, 40, 70}, kill=kill)
    whole = compared(tmp_path, "asyncio", *MODELS)
    run = compared(tmp_path, "asyncio", killing, MODELS[1], run=tmp_path / "killed.falloff")
    assert killing.killed == ["actor", "node", "actor"]
    assert run.missing == 0
    assert outcomes(run.path) == outcomes(whole.path)
