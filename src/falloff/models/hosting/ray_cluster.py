"""A Ray cluster: the one at ``RAY_ADDRESS``, or one on this machine for as long as it is needed.

The one module that imports Ray; others that use it have it from here.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from falloff.core import ModelError, UsageError, missing_extra

# Read by Ray when it starts: nothing is reported to anybody.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# Ray says on stderr what it is about to change, and overrides GPUs' visibility of its own accord.
os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")

try:
    import ray
    from ray.exceptions import RayError
except ImportError as missing:
    raise missing_extra("ray", "ray", "The executor ray") from missing

__all__ = ["RayError", "cluster", "ray"]

# Seconds to wait for somebody at the cluster's address.
_KNOCK = 10.0


@contextmanager
def cluster() -> Iterator[float]:
    """Connected to the cluster, of so many CPUs; one that the program is connected to is left so.

    Raises :class:`ModelError` for a cluster that cannot be reached, :class:`UsageError` for one
    without CPUs.
    """
    is_ours = not ray.is_initialized()
    if is_ours:
        _connect()
    try:
        cores = ray.cluster_resources().get("CPU", 0.0)
        if not cores:
            raise UsageError(
                "The Ray cluster has no CPUs.", remedy="Start it with some: ray start --num-cpus N."
            )
        yield cores
    finally:
        if is_ours:
            ray.shutdown()


def _connect() -> None:
    address = os.environ.get("RAY_ADDRESS")
    try:
        _knock(address)
        ray.init(
            address=address,
            include_dashboard=False if address is None else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
            configure_logging=False,
        )
    except Exception as problem:  # Ray raises what its parts raise
        raise ModelError(
            f"Ray cannot be used{f' at {address!r}' if address else ''}:"
            f" {type(problem).__name__}: {problem}",
            remedy="Check RAY_ADDRESS, or leave it out to run Ray on this machine alone.",
        ) from problem


def _knock(address: str | None) -> None:
    """Raises :class:`OSError` where nobody is: Ray itself would go on trying for minutes."""
    host, _, port = (address or "").rpartition("//")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=_KNOCK).close()
