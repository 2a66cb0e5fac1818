"""What every family must keep to, checked by playing it: the built-in ones and anybody's own.

Each rule takes a family and the number of seeds to try, and yields breaches, each with the probe
that shows it. ``falloff probes check`` runs them all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from falloff.core import Coordinate, Probe, Reason, Reply, child_rng, child_seed
from falloff.probes.agents import play_guesser, play_oracle
from falloff.probes.episode import Episode
from falloff.probes.family import CAPABILITIES, Family
from falloff.probes.task import Task

# What a guess may win of an open answer and still count as nothing.
OPEN = 0.02
# Characters of a prompt that are taken for a token: English has about four, digits fewer.
CHARACTERS = 3
# Levels that are played: all of them, or so many spread over the box.
MOST_PLACES = 400


@dataclass(frozen=True, kw_only=True)
class Breach:
    """A rule that a family breaks; ``where`` names the probe, dialect or axis that shows it."""

    rule: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what} [{self.where}]"


Rule = Callable[[Family, int], Iterator[Breach]]


def breaches(family: Family, *, seeds: int = 50, rules: Iterable[str] = ()) -> Iterator[Breach]:
    """The first breach of every rule that is broken; all rules unless some are named."""
    for name in rules or RULES:
        try:
            found = next(RULES[name](family, seeds), None)
        except _RaisedError as raised:
            found = Breach(rule=name, where=raised.where, what=f"raises {raised.__cause__!r}")
        if found:
            yield found


def declares_itself(family: Family, seeds: int) -> Iterator[Breach]:
    del seeds
    said = {
        "an unknown capability": family.capability in CAPABILITIES,
        "no description (its docstring)": bool(family.description),
        "no axis or more than four": 1 <= len(family.axes) <= 4,
        "an axis without description or unit": all(a.description and a.unit for a in family.axes),
        "no dialect": bool(family.renderers),
    }
    for what, fine in said.items():
        if not fine:
            yield Breach(rule="declares_itself", where=family.name, what=what)


def is_deterministic(family: Family, seeds: int) -> Iterator[Breach]:
    """The same coordinate and seed give the same episode, another seed another prompt."""
    for at in places(family, 24):
        probes = [family.probe(at, child_seed("contract", i)) for i in range(min(seeds, 5))]
        for dialect in family.renderers:
            prompts = set()
            for probe in probes:
                first, second = _played(family, probe, dialect), _played(family, probe, dialect)
                if first.transcript != second.transcript:
                    yield _breach("is_deterministic", probe, dialect, "differs when made again")
                prompts.add(_opened(family, probe, dialect).transcript.messages)
            if len(prompts) == 1 < len(probes):
                yield _breach("is_deterministic", probes[0], dialect, "does not vary with the seed")


def oracle_solves(family: Family, seeds: int) -> Iterator[Breach]:
    """At every level, ``seeds`` of them at the corners and a fifth elsewhere."""
    corners = set(places(family, 12))
    for at in places(family):
        for i in range(seeds if at in corners else max(1, seeds // 5)):
            probe = family.probe(at, child_seed("contract", i))
            for dialect in family.renderers:
                outcome = _played(family, probe, dialect).outcome
                if outcome.score != 1:
                    what = f"the oracle's episode is {outcome.reason}: {outcome.answer!r}"
                    yield _breach("oracle_solves", probe, dialect, what)


def guesser_stays_at_chance(family: Family, seeds: int) -> Iterator[Breach]:
    for dialect in family.renderers:
        played = [
            _guessed(family, family.probe(at, child_seed("contract", i)), dialect).outcome.score
            or 0.0
            for at in places(family, 12)
            for i in range(seeds)
        ]
        mean = sum(played) / len(played)
        noise = 4 * (family.chance * (1 - family.chance) / len(played)) ** 0.5
        if mean > family.chance + noise + OPEN:
            yield Breach(
                rule="guesser_stays_at_chance",
                where=f"{family.name} [{dialect}]",
                what=f"guesses win {mean:.1%}, chance is declared as {family.chance:.1%}",
            )


def items_do_not_repeat(family: Family, seeds: int) -> Iterator[Breach]:
    """Fewer than 1 % duplicates at every corner of the box."""
    dialect, count = sorted(family.renderers)[-1], 6 * seeds
    for at in places(family, 12):
        probes = [family.probe(at, child_seed("duplicates", i)) for i in range(count)]
        prompts = {_opened(family, probe, dialect).transcript.messages for probe in probes}
        if len(prompts) < 0.99 * count:
            what = f"only {len(prompts)} of {count} seeds give an item of their own"
            yield Breach(rule="items_do_not_repeat", where=f"{family.name}/{at.key}", what=what)


def stays_within_its_tokens(family: Family, seeds: int) -> Iterator[Breach]:
    for at in places(family, 12):
        for i in range(max(1, seeds // 10)):
            probe = family.probe(at, child_seed("contract", i))
            for dialect in set(family.renderers) - {"micro"}:
                episode = _played(family, probe, dialect)
                said = [m for m in episode.transcript.messages if m.role == "assistant"]
                length = sum(len(m.content) for m in episode.transcript.messages) / CHARACTERS
                longest = max(len(m.content) for m in said) / CHARACTERS
                if length > family.most_tokens:
                    what = f"takes {length:.0f} tokens, {family.most_tokens} are declared"
                    yield _breach("stays_within_its_tokens", probe, dialect, what)
                if longest > episode.request().max_tokens:
                    yield _breach(
                        "stays_within_its_tokens", probe, dialect, "has no room for the solution"
                    )


def answer_is_not_in_the_prompt(family: Family, seeds: int) -> Iterator[Breach]:
    """A reply that copies the prompt solves nothing."""
    for i in range(seeds):
        probe = family.probe(family.centre, child_seed("contract", i))
        for dialect in family.renderers:
            episode = _opened(family, probe, dialect)
            episode.feed(Reply(text=episode.request().messages[-1].content))
            if episode.done and episode.outcome.reason is Reason.SOLVED:
                yield _breach("answer_is_not_in_the_prompt", probe, dialect, "a copy solves it")


def axes_move_what_they_declare(family: Family, seeds: int) -> Iterator[Breach]:
    """Each axis moves a fact it declares, and no other; the other axes in the middle."""
    if not family.moves:
        return
    middle = {axis.name: axis.levels[len(axis.levels) // 2] for axis in family.axes}
    for axis in family.axes:
        facts = {level: _facts(family, middle | {axis.name: level}, seeds) for level in axis.levels}
        means = {
            fact: [_mean(got, fact) for got in facts.values()] for fact in facts[axis.centre][0]
        }
        moved = {fact: max(values) - min(values) for fact, values in means.items()}
        declared = family.moves.get(axis.name, ())
        where = f"{family.name}/{axis.name}"
        for fact, by in moved.items():
            noise = 5 * max(_spread(got, fact) for got in facts.values()) * (2 / seeds) ** 0.5
            if fact not in declared and by > noise + 1e-9:
                what = f"moves '{fact}' by {by:.3g}, which it does not declare"
                yield Breach(rule="axes_move_what_they_declare", where=where, what=what)
        if not any(moved[fact] for fact in declared):
            what = f"moves nothing of what it declares ({', '.join(declared) or 'nothing'})"
            yield Breach(rule="axes_move_what_they_declare", where=where, what=what)


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        declares_itself,
        is_deterministic,
        oracle_solves,
        guesser_stays_at_chance,
        items_do_not_repeat,
        stays_within_its_tokens,
        answer_is_not_in_the_prompt,
        axes_move_what_they_declare,
    )
}


def fingerprint(family: Family) -> str:
    """A hash of what the family asks and its oracle says, over the whole box in every dialect.

    It changes only with the family's version, and is the same in every process.
    """
    said = [
        [
            [m.role, m.content, [[c.name, c.arguments] for c in m.tool_calls]]
            for m in _played(family, family.probe(at, 5), dialect).transcript.messages
        ]
        for at in places(family)
        for dialect in sorted(family.renderers)
    ]
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


def places(family: Family, most: int = MOST_PLACES) -> list[Coordinate]:
    """Coordinates spread over the box, its far corner among them."""
    grid = family.grid
    step = max(1, -(-len(grid) // most))
    return list(dict.fromkeys([*grid[::step], grid[-1]]))


class _RaisedError(Exception):
    """A family's own code raised; its cause says what."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def _opened(family: Family, probe: Probe, dialect: str) -> Episode:
    try:
        return Episode(probe, dialect=dialect, family=family)
    except Exception as problem:
        raise _RaisedError(f"{probe.id} [{dialect}]") from problem


def _task(family: Family, probe: Probe) -> Task:
    try:
        return family.task(probe)
    except Exception as problem:
        raise _RaisedError(probe.id) from problem


def _played(family: Family, probe: Probe, dialect: str) -> Episode:
    try:
        return play_oracle(probe, dialect=dialect, family=family)
    except Exception as problem:
        raise _RaisedError(f"{probe.id} [{dialect}]") from problem


def _guessed(family: Family, probe: Probe, dialect: str) -> Episode:
    try:
        return play_guesser(
            probe, dialect=dialect, rng=child_rng("guess", probe.seed), family=family
        )
    except Exception as problem:
        raise _RaisedError(f"{probe.id} [{dialect}]") from problem


def _breach(rule: str, probe: Probe, dialect: str, what: str) -> Breach:
    return Breach(rule=rule, where=f"{probe.id} [{dialect}]", what=what)


def _facts(family: Family, doses: Mapping[str, float], count: int) -> list[Mapping[str, float]]:
    at = Coordinate.at(family.axes, doses)
    probes = (family.probe(at, child_seed("facts", i)) for i in range(count))
    return [family.facts(_task(family, probe)) for probe in probes]


def _mean(facts: list[Mapping[str, float]], name: str) -> float:
    return sum(f[name] for f in facts) / len(facts)


def _spread(facts: list[Mapping[str, float]], name: str) -> float:
    mean = _mean(facts, name)
    return float((sum((f[name] - mean) ** 2 for f in facts) / len(facts)) ** 0.5)
