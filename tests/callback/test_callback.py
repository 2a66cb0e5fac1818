"""The training callback, in real trainings of a small embedded model."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers

from falloff.callback import RetentionCallback
from falloff.callback.in_memory import asked
from falloff.callback.panel import Panel
from falloff.callback.retention import Ruler
from falloff.core import UsageError
from falloff.models.micro import EMBEDDED
from falloff.probes import play_oracle
from falloff.probes.suite_file import find_suite

SUITE = Path(__file__).parent.parent / "two_families.toml"

# What comes of transformers and trl themselves is not ours to mend.
pytestmark = pytest.mark.filterwarnings("default")
PROBES = 48


def network():
    return transformers.AutoModelForCausalLM.from_pretrained(
        EMBEDDED / "base", dtype=torch.float32, attention_dropout=0.1
    )


@pytest.fixture(scope="module")
def tokenizer():
    return transformers.AutoTokenizer.from_pretrained(EMBEDDED / "base")


def noise(rows=64):
    """Random texts: whoever learns them forgets what it knew."""
    drawn = torch.Generator().manual_seed(0)
    tokens = [torch.randint(3, 98, (40,), generator=drawn) for _ in range(rows)]
    return [{"input_ids": row, "labels": row} for row in tokens]


def trainer_of(folder, tokenizer, **settings):
    pytest.importorskip("accelerate")
    settings = {"max_steps": 4, "learning_rate": 1e-3, "logging_steps": 2} | settings
    arguments = transformers.TrainingArguments(
        output_dir=str(folder), per_device_train_batch_size=8, report_to=[], save_strategy="no",
        use_cpu=True, disable_tqdm=True, **settings,
    )  # fmt: skip
    return transformers.Trainer(
        model=network(), args=arguments, train_dataset=noise(), processing_class=tokenizer
    )


def test_measuring_leaves_the_model_and_all_luck_as_they_were(tokenizer):
    model = network().train()
    frozen = model.model.layers[0].mlp.eval()
    before = [m.training for m in model.modules()], model.generation_config.to_dict()
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    states = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state()
    panel = Panel.of(find_suite(str(SUITE)), probes=32, seed=0)
    with asked(model, tokenizer, concurrency=8) as measured:
        assert not model.training
        panel.competence(measured)
        torch.rand(3), np.random.rand(3), random.random()
    assert ([m.training for m in model.modules()], model.generation_config.to_dict()) == before
    assert not frozen.training
    assert random.getstate() == states[0]
    assert np.random.get_state()[1].tolist() == states[1]
    assert torch.equal(torch.get_rng_state(), states[2])


def test_a_measured_training_ends_with_the_same_weights(tokenizer, tmp_path):
    ended = []
    for measured in (False, True):
        trainer = trainer_of(tmp_path, tokenizer)
        if measured:
            trainer.add_callback(
                RetentionCallback(trainer, suite=str(SUITE), probes=PROBES, every=2)
            )
        trainer.train()
        ended.append(torch.cat([p.detach().flatten() for p in trainer.model.parameters()]))
    assert torch.equal(*ended)
    logged = trainer.state.log_history
    assert [row["step"] for row in logged if "falloff/retention" in row] == [0, 2, 4]
    assert [row["step"] for row in logged if "loss" in row] == [2, 4]
    first = next(row for row in logged if "falloff/retention" in row)
    assert first["falloff/retention"] == 1.0


def test_a_training_that_forgets_is_stopped(tokenizer, tmp_path):
    trainer = trainer_of(tmp_path, tokenizer, max_steps=40, learning_rate=1e-2)
    callback = RetentionCallback(
        trainer,
        suite=str(SUITE),
        reference="micro:teacher",
        probes=PROBES,
        every=3,
        stop_after_loss=0.05,
    )
    trainer.add_callback(callback)
    trainer.train()
    assert trainer.state.global_step < 40
    last, best = callback.history[-1], callback.history[0]
    assert last.lost.low > 0.05
    assert last.retention.estimate < best.retention.estimate
    assert last.retention.low <= last.retention.estimate <= last.retention.high


@pytest.mark.slow
def test_trl_distils_on_policy_beside_it(tokenizer, tmp_path):
    pytest.importorskip("trl")
    from datasets import Dataset
    from trl.experimental.gkd import GKDConfig, GKDTrainer

    panel = Panel.of(find_suite(str(SUITE)), probes=64, seed=9)
    chats = [
        play_oracle(probe, dialect="micro").transcript.messages[:2]
        for family in panel.families
        for probe in family.probes
    ]
    rows = [{"messages": [{"role": m.role, "content": m.content} for m in c]} for c in chats]
    student = network()
    teacher = transformers.AutoModelForCausalLM.from_pretrained(
        EMBEDDED / "teacher", dtype=torch.float32
    )
    trainer = GKDTrainer(
        model=student,
        teacher_model=teacher,
        args=GKDConfig(
            output_dir=str(tmp_path), max_steps=4, per_device_train_batch_size=4, report_to=[],
            save_strategy="no", use_cpu=True, bf16=False, max_new_tokens=16, logging_steps=2,
        ),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
    )  # fmt: skip
    callback = RetentionCallback(
        trainer, suite=str(SUITE), reference="micro:teacher", probes=PROBES, every=2
    )
    trainer.add_callback(callback)
    trainer.train()
    assert [one.step for one in callback.history] == [0, 2, 4]
    logged = [row["step"] for row in trainer.state.log_history if "falloff/centre" in row]
    assert logged == [0, 2, 4]


def test_a_reference_that_holds_nothing_is_refused():
    panel = Panel.of(find_suite(str(SUITE)), probes=32, seed=0)
    nothing = {family.name: np.zeros(len(family.probes)) for family in panel.families}
    with pytest.raises(UsageError, match="'poor' holds the centre of no family"):
        Ruler(panel, nothing, name="poor")
    with pytest.raises(UsageError, match="probes=32 or more"):
        Panel.of(find_suite(str(SUITE)), probes=31, seed=0)


def test_retention_and_loss_are_paired():
    panel = Panel.of(find_suite(str(SUITE)), probes=200, seed=0)
    rng = np.random.default_rng(3)
    whole = {f.name: np.ones(len(f.probes)) for f in panel.families}
    half = {f.name: (rng.random(len(f.probes)) < 0.5) * 1.0 for f in panel.families}
    ruler = Ruler(panel, whole, name="whole")
    first = ruler.measure(half, [], step=0, seconds=0.0)
    again = ruler.measure(half, [first], step=1, seconds=0.0)
    assert again.retention == first.retention
    assert (again.lost.low, again.lost.high) == (0.0, 0.0)
    worse = {name: values * (rng.random(len(values)) < 0.8) for name, values in half.items()}
    lost = ruler.measure(worse, [first, again], step=2, seconds=0.0).lost
    unpaired = first.retention.high - first.retention.low
    assert lost.low > 0
    assert lost.high - lost.low < unpaired
