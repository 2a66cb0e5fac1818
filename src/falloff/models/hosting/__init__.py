"""Where a local model computes: in this process, in processes of its own, on a Ray cluster.

An executor hosts a model elsewhere behind the common interface, so that who asks does not see where
it is. Requests and replies travel as JSON. Ray is imported in one module, when it is asked for.
"""

from falloff.models.hosting.executor import EXECUTORS, executing

__all__ = ["EXECUTORS", "executing"]
