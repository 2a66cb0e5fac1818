"""What decides a run's answers: its identity, and whether two runs are the same."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from falloff import __version__
from falloff.core import Axis
from falloff.models.model import Model
from falloff.probes import Family
from falloff.probes.family import Pool
from falloff.run.schema import FORMAT
from falloff.sampling import Design

Mode = Literal["compare", "measure"]
ABSENT = "absent"
# The reference asked a second time: a role of its own, and no model of its own.
NULL = "null"


@dataclass(frozen=True, kw_only=True)
class PoolStamp:
    """Fixed items: ``size`` in all, of which a probe's is its seed modulo size.

    ``used`` of them are asked; ``rejected`` are not, counted by reason.
    """

    size: int
    used: int
    rejected: dict[str, int]

    @classmethod
    def of(cls, pool: Pool) -> PoolStamp:
        return cls(size=pool.size, used=len(pool.eligible), rejected=dict(pool.rejected))


@dataclass(frozen=True, kw_only=True)
class FamilyStamp:
    """What a run file says of a family, enough to read its results without the family's code.

    ``weight``: in the headline, within its capability. ``pool``: its items, where they are fixed.
    """

    name: str
    capability: str
    version: int
    chance: float
    axes: tuple[Axis, ...]
    weight: float = 1.0
    pool: PoolStamp | None = None

    @classmethod
    def of(cls, family: Family, weight: float = 1.0) -> FamilyStamp:
        return cls(
            name=family.name,
            capability=family.capability,
            version=family.version,
            chance=family.chance,
            axes=family.axes,
            weight=weight,
            pool=PoolStamp.of(family.pool) if family.pool else None,
        )

    @classmethod
    def from_dict(cls, written: dict[str, Any]) -> FamilyStamp:
        axes = tuple(_axis(axis) for axis in written["axes"])
        pool = written.get("pool")
        return cls(**{**written, "axes": axes, "pool": pool and PoolStamp(**pool)})


@dataclass(frozen=True, kw_only=True)
class ModelStamp:
    """How the user named a model, and all that decides its answers."""

    spec: str
    description: dict[str, Any]

    @classmethod
    def of(cls, model: Model) -> ModelStamp:
        """The description as JSON gives it back, so that it compares equal to a stored one."""
        return cls(spec=model.spec, description=json.loads(json.dumps(model.describe())))

    @property
    def first_repeat(self) -> int:
        """The first of its answers to count as a repeat: 1 where answer 0 is decoded otherwise."""
        return int("repeats" in self.description)

    @property
    def max_tokens(self) -> int | None:
        """Tokens of one reply, where the user has bound them other than the tasks do."""
        decoding = self.description.get("decoding")
        told = {**self.description, **(decoding if isinstance(decoding, dict) else {})}
        most = told.get("max_tokens")
        return most if isinstance(most, int) else None


@dataclass(frozen=True, kw_only=True)
class Session:
    """So much was wanted at one time; ``probes`` had been placed when it was done, None before."""

    budget: int
    precision: float | None = None
    probes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that decides what is asked and answered, except how much: no budget, no prices.

    ``logprobs``: candidates a token whose log-probabilities are kept. ``shots``: solved examples
    before every question; they follow from families, dialect and number, and are stored nowhere
    else. ``probes_file``: the digest of the file that some families are from. ``bench``: the user's
    benchmark, its digest, and what of it was left out; None where there is none. ``repeats`` is a
    matter of how much, and said here for those who read the run: the most that have been wanted so
    far. ``null`` likewise: whether the reference has ever been wanted a second time, in the role
    :data:`NULL`. ``training`` is no matter of what is answered either: the digest of the training
    data whose distances the run keeps, and what is known of its rim; never a prompt of it.
    ``sessions``: how much was wanted, time after time; empty in files of older versions.
    ``models`` goes from role to model, the reference first: ``teacher``, then the students; a
    measured model alone has the role ``model``.
    """

    mode: Mode
    suite: str
    suite_version: str
    families: tuple[FamilyStamp, ...]
    dialect: str
    seed: int
    design: dict[str, Any]
    models: dict[str, ModelStamp]
    logprobs: int = 0
    shots: int = 0
    probes_file: str | None = None
    bench: dict[str, Any] | None = None
    repeats: int = 1
    null: bool = False
    training: dict[str, Any] | None = None
    sessions: tuple[Session, ...] = ()
    version: str = __version__
    format: int = FORMAT

    @classmethod
    def of(
        cls,
        *,
        mode: Mode,
        suite: str,
        suite_version: str,
        families: Sequence[Family],
        dialect: str,
        seed: int,
        design: Design,
        models: Mapping[str, Model],
        weights: Mapping[str, float] | None = None,
        logprobs: int = 0,
        shots: int = 0,
        probes_file: str | None = None,
        bench: Mapping[str, Any] | None = None,
        repeats: int = 1,
        null: bool = False,
    ) -> Manifest:
        """The manifest of a run that is about to begin. ``weights`` by family, 1 unless said."""
        weight = weights or {}
        return cls(
            mode=mode,
            suite=suite,
            suite_version=suite_version,
            families=tuple(FamilyStamp.of(f, weight.get(f.name, 1.0)) for f in families),
            dialect=dialect,
            seed=seed,
            design=json.loads(json.dumps(design.describe())),
            models={role: ModelStamp.of(model) for role, model in models.items()},
            logprobs=logprobs,
            shots=shots,
            probes_file=probes_file,
            bench=json.loads(json.dumps(bench)) if bench else None,
            repeats=repeats,
            null=null,
        )

    @property
    def roles(self) -> tuple[str, ...]:
        """All that were asked: the models' roles, and last the null's, if there is one."""
        return (*self.models, NULL) if self.null else tuple(self.models)

    def stamp(self, role: str) -> ModelStamp:
        """The model that answers in a role: in the null's, the reference."""
        return self.models[next(iter(self.models)) if role == NULL else role]

    @property
    def finished(self) -> bool:
        """Whether all that was wanted last has been asked; older files do not say, and count."""
        return not self.sessions or self.sessions[-1].probes is not None

    @property
    def continued(self) -> bool:
        """Whether the run went on after it had been done, when its result could be known."""
        done = {session.probes for session in self.sessions if session.probes is not None}
        return len(done) > 1 or (bool(done) and not self.finished)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, written: dict[str, Any]) -> Manifest:
        """The inverse of :meth:`as_dict`, also after a way through JSON."""
        families = tuple(FamilyStamp.from_dict(family) for family in written["families"])
        models = {role: ModelStamp(**model) for role, model in written["models"].items()}
        sessions = tuple(Session(**session) for session in written.get("sessions", ()))
        return cls(**{**written, "families": families, "models": models, "sessions": sessions})

    def differences(self, other: Manifest) -> list[str]:
        """What keeps ``other`` from going on in this run: ``"seed: 7 ≠ 8"``; empty if nothing.

        falloff's own version is recorded and not compared: families, designs and models carry
        versions of their own, which change whenever an answer would.
        """
        mine, others = self._facts(), other._facts()
        return [
            f"{name}: {_contrast(mine.get(name, ABSENT), others.get(name, ABSENT))}"
            for name in dict.fromkeys([*mine, *others])
            if mine.get(name, ABSENT) != others.get(name, ABSENT)
        ]

    def default_path(self) -> Path:
        """``runs/<teacher>-vs-<students>-<hash>.falloff``, the same for equal manifests."""
        reference, *others = (_slug(model.spec) for model in self.models.values())
        names = f"{reference}-vs-{'-'.join(others)}" if others else reference
        facts = json.dumps(self._facts(), sort_keys=True)
        digest = hashlib.blake2b(facts.encode(), digest_size=4).hexdigest()
        return Path("runs") / f"{names[:100]}-{digest}.falloff"

    def _facts(self) -> dict[str, Any]:
        """All that must match, by a name that a person can read."""
        facts: dict[str, Any] = {
            "mode": self.mode,
            "suite": self.suite,
            "suite version": self.suite_version,
            "dialect": self.dialect,
            "seed": self.seed,
            "logprobs": self.logprobs,
            "shots": self.shots,
            "probes file": self.probes_file,
            "benchmark": self.bench["digest"] if self.bench else None,
        }
        facts.update(_flat("design", self.design))
        for family in self.families:
            facts[f"family {family.name} version"] = family.version
            facts[f"family {family.name} chance"] = family.chance
            facts[f"family {family.name} weight"] = family.weight
            for axis in family.axes:
                facts[f"family {family.name} axis {axis.name}"] = _axis_facts(axis)
        for role, model in self.models.items():
            facts[f"{role} present"] = True
            facts.update(_flat(role, model.description))
        return facts


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Nested dictionaries as ``("teacher decoding temperature", 0.0)``."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name} {key}", inner)
    else:
        yield name, value


def _axis(written: dict[str, Any]) -> Axis:
    return Axis(
        **{**written, "levels": tuple(written["levels"]), "labels": tuple(written["labels"])}
    )


def _axis_facts(axis: Axis) -> list[Any]:
    """What decides coordinates and scale; the wording may change."""
    return [axis.kind, axis.scale, *(axis.labels or axis.levels)]


def _contrast(mine: Any, other: Any) -> str:
    """``7 ≠ 8``, long texts cut where that still shows the difference."""
    texts = [str(mine), str(other)]
    cut = [text if len(text) <= 40 else f"{text[:12]}…" for text in texts]
    return " ≠ ".join(texts if cut[0] == cut[1] else cut)


def _slug(spec: str) -> str:
    """A short file name of a model's spec: ``hf:/models/Qwen2`` and ``openai:qwen@URL`` → name."""
    name = re.split(r"[/\\]", spec.partition(":")[2].partition("@")[0].rstrip("/\\"))[-1]
    return re.sub(r"[^A-Za-z0-9.]+", "-", name or spec).strip("-.")[:40] or "model"
