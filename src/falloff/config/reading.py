"""From a ``falloff.toml`` to a :class:`Config`: every key known, every value of its type."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from falloff.config.settings import BenchDefaults, Config, Defaults
from falloff.core import CURRENCY, Price, PriceTable, UnknownNameError, UsageError
from falloff.toml_file import read_toml

FILE_NAME = "falloff.toml"
_SECTIONS = ("confirm_above", "defaults", "prices", "bench")
_KINDS = {
    "str": ("a text", '"core"'),
    "Path": ("a path, as text", '"file.jsonl"'),
    "int": ("a whole number", "4"),
    "float": ("a number", "0.5"),
    "bool": ("true or false", "true"),
}
# Where a value is least, as the flags have it.
_LEAST = {"budget": 1, "repeats": 1, "concurrency": 1, "precision": 0.005}


def find_config(folder: Path | None = None) -> Config:
    """The ``falloff.toml`` of a folder, the working directory unless given; empty without one."""
    file = (folder or Path()) / FILE_NAME
    return read_config(file) if file.is_file() else Config()


def read_config(file: Path) -> Config:
    """What the file says. Paths in it start at its own folder.

    Raises :class:`falloff.core.UsageError` for a file that cannot be read, a value that cannot be,
    and :class:`falloff.core.UnknownNameError` for a key that is not known.
    """
    written = read_toml(file, f"config file {file}", remedy="Name one that is there with --config.")
    return _Reader(file).config(written)


def read_prices(given: PriceTable | Mapping[str, Any] | None) -> PriceTable:
    """Prices as they were given: a table, or what ``[prices]`` may hold; none of nothing.

    Raises as :func:`read_config`.
    """
    if given is None or isinstance(given, PriceTable):
        return given or PriceTable()
    return _Reader(Path("prices")).prices(given)


class _Reader:
    """Reads one file, whose name is in every complaint."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def config(self, written: Mapping[str, Any]) -> Config:
        self._known("", written, _SECTIONS)
        above = written.get("confirm_above")
        return Config(
            file=self._file,
            confirm_above=None if above is None else self._money("confirm_above", above),
            defaults=Defaults(
                **self._values("defaults", self._table("defaults", written), Defaults)
            ),
            prices=self.prices(self._table("prices", written)),
            bench=self._bench(self._table("bench", written)),
        )

    def _defaults(self, written: Mapping[str, Any]) -> Defaults:
        return Defaults(**self._values("defaults", written, Defaults))

    def prices(self, written: Mapping[str, Any]) -> PriceTable:
        prices = []
        currency = written.get("currency", CURRENCY)
        if not isinstance(currency, str) or not currency.strip():
            raise self._wrong("prices.currency", currency, "a text", '"EUR"')
        for pattern, given in written.items():
            if pattern != "currency":
                prices.append((pattern, self._price(f'prices."{pattern}"', given)))
        return PriceTable(prices=tuple(prices), currency=currency.strip())

    def _price(self, where: str, given: Any) -> Price:
        if not isinstance(given, dict) or not given:
            raise self._wrong(where, given, "a price", "{input = 2.5, output = 10}")
        self._known(f"{where}.", given, [each.name for each in fields(Price)])
        if "per_hour" not in given and not {"input", "output"} <= given.keys():
            # What is left out would count as free.
            raise self._wrong(where, given, "a whole price", "{input = 2.5, output = 10}")
        return Price(**{key: self._money(f"{where}.{key}", value) for key, value in given.items()})

    def _bench(self, written: Mapping[str, Any]) -> BenchDefaults:
        if not written:
            return BenchDefaults()
        # Here, since most projects have no benchmark, and families take a moment to load.
        from falloff.probes.bench.columns import SYNONYMS

        own = [each.name for each in fields(BenchDefaults) if each.name != "columns"]
        self._known("bench.", written, [*own, *SYNONYMS])
        columns = {r: self._columns(f"bench.{r}", written[r]) for r in SYNONYMS if r in written}
        settings = {key: value for key, value in written.items() if key in own}
        if isinstance(settings.get("stressors"), list):
            settings["stressors"] = self._joined("bench.stressors", settings["stressors"], ",")
        if "tolerance" in settings and settings.get("scoring", "numeric") != "numeric":
            raise UsageError(
                f"{self._file}: bench.tolerance does not go with bench.scoring ="
                f" {settings['scoring']!r}.",
                remedy='A tolerance is that of scoring = "numeric".',
            )
        return BenchDefaults(columns=columns, **self._values("bench", settings, BenchDefaults))

    def _columns(self, where: str, given: Any) -> str:
        if isinstance(given, list) and given:
            return self._joined(where, given, "|")
        if not isinstance(given, str) or not given:
            raise self._wrong(where, given, "a column, or a list of them", '"question"')
        return given

    def _joined(self, where: str, given: list[Any], sign: str) -> str:
        if not all(isinstance(part, str) for part in given):
            raise self._wrong(where, given, "a list of texts", '["A", "B"]')
        return sign.join(given)

    def _values(self, section: str, written: Mapping[str, Any], of: type) -> dict[str, Any]:
        """The values of a section's dataclass, each checked against the type of its field."""
        types = {each.name: str(each.type).partition(" ")[0] for each in fields(of)}
        self._known(f"{section}.", written, types)
        return {
            key: self._value(f"{section}.{key}", value, types[key], _LEAST.get(key, 0))
            for key, value in written.items()
        }

    def _value(self, where: str, value: Any, kind: str, least: float) -> Any:
        words, example = _KINDS[kind]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        fits = {
            "bool": isinstance(value, bool),
            "int": isinstance(value, int) and is_number,
            "float": is_number,
        }.get(kind, isinstance(value, str) and value != "")
        key = where.rpartition(".")[2]
        if kind in ("int", "float") and key != "seed" and fits:
            fits = math.isfinite(value) and value >= least
            words += f", {least:g} or more"
        if not fits:
            raise self._wrong(where, value, words, example)
        if where == "bench.file" and value.startswith("hf:"):
            folder, _, query = value.removeprefix("hf:").partition("?")
            near = self._file.parent / Path(folder).expanduser()
            return Path(f"hf:{near}{'?' * bool(query)}{query}" if near.is_dir() else value)
        if kind == "Path" or (key == "suite" and value.endswith(".toml")):
            path = self._file.parent / Path(value).expanduser()
            return path if kind == "Path" else str(path)
        return float(value) if kind == "float" else value

    def _money(self, where: str, value: Any) -> float:
        return float(self._value(where, value, "float", 0))

    def _table(self, name: str, written: Mapping[str, Any]) -> dict[str, Any]:
        table = written.get(name, {})
        if not isinstance(table, dict):
            raise self._wrong(name, table, "a table", f"[{name}]")
        return table

    def _known(self, prefix: str, given: Mapping[str, Any], names: Iterable[str]) -> None:
        for key in given:
            if key not in (known := list(names)):
                raise UnknownNameError(
                    f"key of {self._file}:", f"{prefix}{key}", [f"{prefix}{name}" for name in known]
                )

    def _wrong(self, where: str, value: Any, words: str, example: str) -> UsageError:
        key = where.rpartition(".")[2] if '"' not in where else "it"
        remedy = f"Write {example}." if example.startswith("[") else f"Write {key} = {example}."
        return UsageError(
            f"{self._file}: {where} is {value!r:.80}, and not {words}.", remedy=remedy
        )
