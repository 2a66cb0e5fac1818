"""The callback itself. Loads transformers and torch."""

from __future__ import annotations

import logging
import time
from typing import Any

from falloff.callback.panel import Panel
from falloff.callback.retention import Measurement, Ruler
from falloff.core import UsageError, missing_extra
from falloff.models import load_model
from falloff.probes.suite_file import find_suite

try:
    from transformers import TrainerCallback
except ImportError as missing:
    raise missing_extra("transformers", "hf", "The training callback") from missing

_LOG = logging.getLogger("falloff")


class RetentionCallback(TrainerCallback):
    """Measures the model every ``every`` steps, logs what it keeps, and may stop the training.

        trainer.add_callback(RetentionCallback(trainer, reference="hf:./teacher", every=200))

    ``trainer``: transformers' Trainer or one of TRL's; the callback logs where it logs.
    ``reference``: the model whose volume is to be kept, as :func:`falloff.compare` takes a teacher;
    it is asked once, before the training. None: the model as it is before the training.
    ``suite``, ``dialect``: what is asked. ``probes``: how many, the same at every measurement; a
    quarter of them at the centre, the rest drawn from the box. ``tokenizer``: the trainer's unless
    given.

    ``stop_after_loss``: the training ends when retention is surely (at 95 %) further below its best
    than this, at ``patience`` measurements in a row; None: never. The bound is of one look.

    ``history`` has every measurement. Logged are ``falloff/centre``, ``volume``, ``retention`` with
    ``retention_low`` and ``retention_high`` (90 %), ``lost`` (below the best), the volume of each
    family, and ``seconds``.

    Every process of a distributed training measures for itself; weights must be whole in each.

    Raises :class:`falloff.core.UsageError` for arguments that cannot be, and when the training
    begins, where the reference holds no centre; :class:`falloff.core.ModelError` where the model
    cannot be asked.
    """

    def __init__(
        self,
        trainer: Any,
        *,
        reference: Any = None,
        suite: str = "micro",
        dialect: str | None = None,
        probes: int = 128,
        every: int = 100,
        stop_after_loss: float | None = None,
        patience: int = 2,
        tokenizer: Any = None,
        seed: int = 0,
        concurrency: int = 64,
    ) -> None:
        if every < 1 or patience < 1:
            raise UsageError(
                f"every={every} and patience={patience} cannot be.", remedy="Give 1 or more."
            )
        if stop_after_loss is not None and not 0 <= stop_after_loss < 1:
            raise UsageError(
                f"stop_after_loss={stop_after_loss} cannot be.",
                remedy="Give a share of the reference's volume, such as 0.05.",
            )
        self.history: list[Measurement] = []
        self._trainer = trainer
        self._reference = reference
        self._panel = Panel.of(_suite(suite, dialect), probes=probes, seed=seed)
        self._every = every
        self._stop_after_loss = stop_after_loss
        self._patience = patience
        self._tokenizer = tokenizer or getattr(trainer, "processing_class", None)
        if self._tokenizer is None:
            raise UsageError(
                "The trainer has no tokenizer to ask the model with.",
                remedy="Give it as processing_class to the trainer, or here as tokenizer=…",
            )
        self._concurrency = concurrency
        self._ruler: Ruler | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Ask the reference, and measure the model as it is."""
        del args
        if self._reference is not None and self._ruler is None:
            reference = load_model(self._reference)
            found = self._panel.competence(reference)
            self._ruler = self._new_ruler(found, reference.spec)
        self._measure(given["model"], state.global_step, control)

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Measure where it is time, and at the last step."""
        del args
        if state.global_step % self._every and state.global_step < state.max_steps:
            return
        self._measure(given["model"], state.global_step, control)
        if self._is_lost():
            now = self.history[-1]
            _LOG.warning(
                "falloff stops the training at step %d: retention %.3f is %.3f below its best.",
                now.step,
                now.retention.estimate,
                now.lost.estimate,
            )
            control.should_training_stop = True

    def _measure(self, network: Any, step: int, control: Any) -> None:
        from falloff.callback.in_memory import asked

        began = time.monotonic()
        with asked(network, self._tokenizer, concurrency=self._concurrency) as model:
            competence = self._panel.competence(model)
            if self._ruler is None:
                self._ruler = self._new_ruler(competence, model.spec)
            now = self._ruler.measure(
                competence, self.history, step=step, seconds=time.monotonic() - began
            )
            self.history.append(now)
            # Logging resets the flag by which the trainer knows that it is to log its own. It is
            # done in evaluation mode, so that TRL's trainers keep their running means.
            should_log = control.should_log
            self._trainer.log(now.as_logs())
            control.should_log = should_log

    def _new_ruler(self, competence: Any, name: str) -> Ruler:
        ruler = Ruler(self._panel, competence, name=name)
        if ruler.left_out:
            _LOG.warning(
                "falloff leaves out %s: '%s' does not hold their centres.",
                ", ".join(ruler.left_out),
                name,
            )
        return ruler

    def _is_lost(self) -> bool:
        if self._stop_after_loss is None or len(self.history) <= self._patience:
            return False
        lows = [one.lost.low or 0.0 for one in self.history[-self._patience :]]
        return min(lows) > self._stop_after_loss


def _suite(name: str, dialect: str | None) -> Any:
    from dataclasses import replace

    suite = find_suite(name)
    if dialect is None:
        return suite
    for family in suite.families:
        family.renderer(dialect)
    return replace(suite, dialect=dialect)
