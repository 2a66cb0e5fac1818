"""What a recipe can say: data, answers, objective, start and budget, each with its seed.

Three kinds: :class:`Recipe` trains, :class:`Quantised` and :class:`Pruned` derive a model from
another without training. Models that a recipe needs are named, and looked up when it is grown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from falloff.core import UsageError
from falloff.lab.corpus import Corpus
from falloff.lab.network import Shape
from falloff.lab.schedule import Schedule

Answers = Literal["oracle", "greedy", "sampled"]
Loss = Literal["cross_entropy", "forward_kl", "reverse_kl", "jsd"]


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What is minimised, per token that the model writes; P the teacher's, Q the student's.

    ``cross_entropy``: −log Q(token). ``forward_kl``: KL(P‖Q). ``reverse_kl``: KL(Q‖P). ``jsd``:
    β·KL(P‖M) + (1−β)·KL(Q‖M) with M = βP + (1−β)Q and 0 < β < 1 (Agarwal et al. 2024). Both
    distributions are softened by ``temperature``, the divergence multiplied by its square (Hinton
    et al. 2015). ``top_k``: only the teacher's k likeliest tokens are told apart, all others being
    one; None: all are.
    """

    loss: Loss = "cross_entropy"
    beta: float = 0.5
    temperature: float = 1.0
    top_k: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.beta < 1:
            raise _off("beta", self.beta, "between 0 and 1; the limits are forward_kl, reverse_kl")
        if not self.temperature > 0:
            raise _off("temperature", self.temperature, "greater than 0")
        if self.top_k is not None and self.top_k < 1:
            raise _off("top_k", self.top_k, "at least 1, or left out for all tokens")


@dataclass(frozen=True, kw_only=True)
class OnPolicy:
    """Training on what the student itself writes (GKD, Agarwal et al. 2024).

    A share of the steps, going evenly from ``start`` to ``end`` over the schedule's ``max_steps``,
    has the corpus' prompts answered by the student as it then is, sampled at ``temperature`` and
    with the worlds' own tool results. The gradient does not go through the sampling. With
    ``reverse_kl`` and a share of 1 it is the single-step part of MiniLLM; the rest is
    :class:`PolicyGradient`.
    """

    start: float
    end: float
    temperature: float = 1.0

    def __post_init__(self) -> None:
        for name, share in (("start", self.start), ("end", self.end)):
            if not 0 <= share <= 1:
                raise _off(f"on-policy {name}", share, "a share, from 0 to 1")
        if not self.temperature > 0:
            raise _off("on-policy temperature", self.temperature, "greater than 0")

    def share(self, progress: float) -> float:
        """Of the steps at ``progress`` (0 to 1, and on) through the schedule."""
        return self.start + (self.end - self.start) * min(max(progress, 0.0), 1.0)


@dataclass(frozen=True, kw_only=True)
class PolicyGradient:
    """The reverse KL of whole answers instead of that of each next token (MiniLLM, Gu et al. 2024):
    a token is also judged by how likely the teacher finds what the student writes after it.

    ``teacher_share``: the student's text is drawn from α·P + (1−α)·Q, token by token; 0: from Q.
    ``normalised``: the reward of what comes after a token is divided by its length.
    """

    teacher_share: float = 0.2
    normalised: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.teacher_share < 1:
            raise _off("teacher_share", self.teacher_share, "from 0 to below 1")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How one model is trained.

    ``answers`` to the corpus' prompts: ``oracle`` (right by construction), or the ``teacher``'s
    own episodes, ``greedy`` or ``sampled`` at temperature 1 (sequence-level KD). ``objective``: all
    but cross-entropy need the ``teacher``, any grown model: also another student. With
    ``policy_gradient`` it is plain reverse KL, and the own text is drawn at temperature 1.

    ``start``: the model it continues from, or None for fresh weights of ``shape``; ``layers``:
    those of ``start`` that it keeps, in order (0 the lowest; None: all). ``target``: share of
    held-out episodes that must be solved before the learning rate decays (None: the schedule's
    budget alone decides), drawn from the corpus' mix or, with ``target_at`` "centre", from the
    centre of its families.

    ``extra``: mined examples (docs/mine.md), named as models are, that join the corpus' items. It
    must have a size; training goes round both together.

    ``seed`` is of the fresh weights, the order of the items and of everything sampled; the corpus
    has its own. Raises :class:`falloff.core.UsageError` where the parts do not fit together.
    """

    name: str
    purpose: str = ""
    corpus: Corpus
    seed: int
    schedule: Schedule
    shape: Shape | None = None
    answers: Answers = "oracle"
    objective: Objective = Objective()
    on_policy: OnPolicy | None = None
    policy_gradient: PolicyGradient | None = None
    teacher: str | None = None
    start: str | None = None
    layers: tuple[int, ...] | None = None
    target: float | None = None
    target_at: Literal["mix", "centre"] = "mix"
    extra: str | None = None

    def __post_init__(self) -> None:
        if self.start is None and (self.shape is None or self.layers is not None):
            raise self._unfit("starts from fresh weights: give shape, and no layers")
        if self.teacher is None and self.answers != "oracle":
            raise self._unfit(f"has answers = {self.answers!r}: name the teacher who gives them")
        if self.teacher is None and self.objective.loss != "cross_entropy":
            raise self._unfit(f"has loss = {self.objective.loss!r}: name the teacher")
        if self.on_policy and self.objective.loss == "cross_entropy":
            raise self._unfit("learns from its own text: choose a loss that asks the teacher")
        if self.policy_gradient and (
            self.objective != Objective(loss="reverse_kl")
            or self.on_policy is None
            or self.on_policy.temperature != 1
        ):
            raise self._unfit("has a policy gradient: it is of plain reverse KL on the own text")
        if self.extra and self.corpus.size is None:
            raise self._unfit("has extra examples beside ever new ones: give the corpus a size")

    def _unfit(self, what: str) -> UsageError:
        return UsageError(f"Recipe '{self.name}' {what}.", remedy="Change one or the other.")

    @property
    def needs(self) -> frozenset[str]:
        """Names of the models that it starts or learns from."""
        return frozenset(name for name in (self.start, self.teacher) if name)

    def as_dict(self) -> dict[str, Any]:
        """All that it says, as JSON has it."""
        said = {"kind": "trained", **asdict(self)}
        # Recipes without these are named as they were before there were any.
        later = ("extra", "policy_gradient")
        return {k: v for k, v in said.items() if v is not None or k not in later}


@dataclass(frozen=True, kw_only=True)
class Quantised:
    """``source`` with every weight matrix rounded to ``bits``, simulated.

    The checkpoint is an ordinary one that holds the rounded values. Each ``group`` of neighbouring
    inputs of a row (None: the whole row) has its own scale and zero point. ``nearest`` rounds each
    weight on its own; ``gptq`` goes by columns and lets those to come make up for the error on
    the layer's inputs (Frantar et al. 2023), taken from the oracle's episodes of ``calibration``.
    """

    name: str
    purpose: str = ""
    source: str
    bits: Literal[2, 3, 4, 8]
    method: Literal["nearest", "gptq"] = "nearest"
    group: int | None = 32
    calibration: Corpus | None = None

    def __post_init__(self) -> None:
        if self.bits not in (2, 3, 4, 8):
            raise _off("bits", self.bits, "2, 3, 4 or 8")
        if self.group is not None and self.group < 1:
            raise _off("group", self.group, "at least 1, or left out for whole rows")
        if (self.method == "gptq") != (self.calibration is not None):
            raise UsageError(
                f"Recipe '{self.name}' is {self.method} and has"
                f" {'a' if self.calibration else 'no'} calibration corpus.",
                remedy="gptq needs one, nearest has no use for it.",
            )

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({self.source})

    def as_dict(self) -> dict[str, Any]:
        return {"kind": "quantised", **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """``source`` with only ``layers`` of it, in order (0 the lowest), and no training."""

    name: str
    purpose: str = ""
    source: str
    layers: tuple[int, ...]

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({self.source})

    def as_dict(self) -> dict[str, Any]:
        return {"kind": "pruned", **asdict(self)}


AnyRecipe = Recipe | Quantised | Pruned


def _off(dial: str, got: object, meant: str) -> UsageError:
    return UsageError(f"A recipe has {dial} = {got!r}.", remedy=f"It must be {meant}.")
