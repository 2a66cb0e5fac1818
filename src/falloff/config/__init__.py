"""``falloff.toml``: the defaults, prices and column names that a project has written down.

Knows the nouns of ``core`` and how columns of a benchmark are called. Decides nothing: whoever asks
takes from here what was not said otherwise.
"""

from falloff.config.reading import FILE_NAME, find_config, read_config, read_prices
from falloff.config.settings import BenchDefaults, Config, Defaults

__all__ = [
    "FILE_NAME",
    "BenchDefaults",
    "Config",
    "Defaults",
    "find_config",
    "read_config",
    "read_prices",
]
