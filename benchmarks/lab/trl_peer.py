"""TRL's GKDTrainer on the embedded models, timed."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
import warnings

import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback
from trl.experimental.gkd import GKDConfig, GKDTrainer

from falloff.lab.answers import oracle
from falloff.lab.checkpoint import load, tokenizer
from falloff.lab.corpus import Corpus, Mix
from falloff.models.micro import EMBEDDED


class _Clock(TrainerCallback):
    """CPU seconds at the end of each step."""

    def __init__(self) -> None:
        self.marks: list[float] = []

    def on_step_end(self, *_: object, **__: object) -> None:
        self.marks.append(time.process_time())


def gkd_seconds(mix: Mix, *, own: bool, warm: int, count: int, batch: int) -> float:
    """Median CPU seconds of a step, the first few left out; AdamW, TRL's default.

    Room for a reply as the longest of the mix needs it.
    """
    items = list(Corpus(mix=mix, seed=5, size=2000).items())
    room = max(i.family.renderer("micro").max_tokens(i.family.task(i.probe)) for i in items)
    chats = [
        {"messages": [{"role": m.role, "content": m.content} for m in e.transcript.messages]}
        for e in oracle(items)
    ]
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder:
        trainer = GKDTrainer(
            model=load(EMBEDDED / "base"),
            teacher_model=load(EMBEDDED / "teacher"),
            args=GKDConfig(
                output_dir=folder,
                lmbda=float(own),
                beta=0.5,
                temperature=1.0,
                max_new_tokens=room,
                per_device_train_batch_size=batch,
                max_steps=warm + count,
                gradient_checkpointing=False,
                bf16=False,
                use_cpu=True,
                report_to=[],
                save_strategy="no",
                logging_strategy="no",
                disable_tqdm=True,
            ),
            train_dataset=Dataset.from_list(chats),
            processing_class=tokenizer(),
            callbacks=[clock],
        )
        trainer.remove_callback(PrinterCallback)
        torch.set_num_threads(1)
        with warnings.catch_warnings(action="ignore"):
            trainer.train()
    return statistics.median(b - a for a, b in itertools.pairwise(clock.marks[warm - 1 :]))
