"""falloff: how far from the centre does a smaller model stay good, and what did it keep?

run = falloff.compare("micro:teacher", "micro:narrow", budget=600)
run.comparison.students[0].retention
run.report("report.html")

falloff.fit("outcomes.csv").curves
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from falloff.api import compare, measure
    from falloff.core import FalloffError
    from falloff.imported import LogComparison, compare_logs
    from falloff.outcomes import Fit, fit
    from falloff.probes.bench import Bench
    from falloff.result import Run, open_run
    from falloff.training import training_data

__version__ = "0.1.0"

__all__ = [
    "Bench",
    "FalloffError",
    "Fit",
    "LogComparison",
    "Run",
    "__version__",
    "compare",
    "compare_logs",
    "fit",
    "measure",
    "open_run",
    "training_data",
]


def __getattr__(name: str) -> Any:
    """Load the face when it is used: ``import falloff`` alone loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module 'falloff' has no attribute {name!r}")
    if name == "FalloffError":
        from falloff.core import FalloffError

        return FalloffError
    if name == "Bench":
        from falloff.probes.bench import Bench

        return Bench
    if name in ("Fit", "fit"):
        from falloff import outcomes

        return getattr(outcomes, name)
    if name in ("LogComparison", "compare_logs"):
        from falloff import imported

        return getattr(imported, name)
    if name == "training_data":
        from falloff.training import training_data

        return training_data
    if name in ("Run", "open_run"):
        from falloff import result

        return getattr(result, name)
    from falloff import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return __all__
