"""A gate's policy from a TOML file; examples/gate.toml has all of it, with comments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from falloff.analysis.policy import Policy
from falloff.core import UnknownNameError, UsageError
from falloff.toml_file import read_toml

# By section and key, what it is in a policy.
_RATIOS = {
    "retention": {
        "overall": "overall",
        "capability": "capability",
        "family": "family",
        "worst_cell": "worst_cell",
    },
    "centre": {"ratio": "centre"},
    "repeatability": {"pass_k": "pass_k"},
    "novelty": {"inside": "inside", "rim": "rim", "beyond": "beyond"},
}
_SHARES = {"churn": {"lost": "lost"}, "against": {"drop": "drop"}}
_SECTIONS = {**_RATIOS, **_SHARES}
_BY_NAME = ("capability", "family")
_MOST = 1.5
_REMEDY = "Give a TOML file, or leave --policy out for [retention] overall = 0.9."


def read_policy(path: Path) -> Policy:
    """The policy in a file.

    Raises :class:`falloff.core.UsageError` for a file that is no policy: an unknown key, a margin
    that cannot be met or cannot be missed, none at all.
    """
    where = f"policy {path}"
    given = read_toml(path, where, remedy=_REMEDY)
    margins: dict[str, Any] = {}
    for section, keys in given.items():
        if section not in _SECTIONS:
            raise UnknownNameError(f"entry of {where}:", section, _SECTIONS)
        if not isinstance(keys, dict):
            raise UsageError(
                f"'{section}' in {where} is {keys!r}.",
                remedy=f"Write a section: [{section}], and below it {_example(section)}.",
            )
        for key, value in keys.items():
            if key not in _SECTIONS[section]:
                raise UnknownNameError(f"entry of [{section}] in {where}:", key, _SECTIONS[section])
            margins[_SECTIONS[section][key]] = _margin(where, section, key, value)
    if not margins:
        raise UsageError(
            f"The {where} sets no margin, so everything would pass.",
            remedy="Set one, for example [retention] overall = 0.9, or leave --policy out.",
        )
    return Policy(**margins, name=str(path))


def _margin(where: str, section: str, key: str, value: Any) -> float | Mapping[str, float]:
    if key in _BY_NAME and isinstance(value, dict) and value:
        return {name: _number(where, section, f"{key}.{name}", x) for name, x in value.items()}
    return _number(where, section, key, value)


def _number(where: str, section: str, key: str, value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    share = section in _SHARES
    fits = number and (0 <= value < 1 if share else 0 < value <= _MOST)
    if fits:
        return float(value)
    percent = " Margins are shares: 90 % is 0.9." if number and 1 < value <= 100 else ""
    table = f" or a table, {key} = {{ NAME = 0.8 }}" if key in _BY_NAME else ""
    bounds = "from 0 to below 1" if share else f"above 0 and at most {_MOST}"
    raise UsageError(
        f"The margin '{key}' in [{section}] of {where} is {value!r}.",
        remedy=f"Give a number {bounds}{table}.{percent}",
    )


def _example(section: str) -> str:
    return f"{next(iter(_SECTIONS[section]))} = {0.1 if section in _SHARES else 0.9}"
