"""Watch a small model narrow while it is trained.

    pip install 'falloff[hf]' accelerate
    python examples/training_callback.py

The embedded model `base` learns to answer easy probes alone: those at the centre. There it stays as
good as it was; what it knew beyond is lost bit by bit, which a test at the centre cannot see. The
training ends early once more than five points are surely lost.
"""

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    Trainer,
    TrainingArguments,
)

from falloff.callback import RetentionCallback
from falloff.core import child_seed
from falloff.models.micro import EMBEDDED
from falloff.probes import SUITES, play_oracle

STEPS, BATCH = 60, 16


def centre_chats(count):
    """Right answers to probes at the centre of every family, as chats."""
    families = SUITES["micro"].families
    for number in range(count):
        family = families[number % len(families)]
        probe = family.probe(family.centre, child_seed("example", number))
        said = play_oracle(probe, dialect="micro").transcript.messages
        yield [{"role": message.role, "content": message.content} for message in said]


def tokens_of(chats, tokenizer):
    """Input ids and labels; what the model does not say itself is not learnt."""
    for chat in chats:
        ids, labels = [tokenizer.bos_token_id], [-100]
        for message in chat:
            new = tokenizer(message["content"])["input_ids"] + [tokenizer.eos_token_id]
            ids += new
            labels += new if message["role"] == "assistant" else [-100] * len(new)
        yield {"input_ids": ids, "labels": labels}


def main():
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED / "base")
    trainer = Trainer(
        model=AutoModelForCausalLM.from_pretrained(EMBEDDED / "base", dtype=torch.float32),
        args=TrainingArguments(
            output_dir="callback-example",
            max_steps=STEPS,
            per_device_train_batch_size=BATCH,
            learning_rate=5e-4,
            logging_steps=10,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
        ),
        train_dataset=list(tokens_of(centre_chats(STEPS * BATCH), tokenizer)),
        data_collator=DataCollatorForSeq2Seq(tokenizer),
        processing_class=tokenizer,
    )
    callback = RetentionCallback(
        trainer, reference="micro:teacher", suite="micro", every=10, stop_after_loss=0.05
    )
    trainer.add_callback(callback)
    trainer.train()
    print("step  centre  retention")
    for one in callback.history:
        kept = one.retention
        print(
            f"{one.step:4}  {one.centre.estimate:6.2f}"
            f"  {kept.estimate:.2f} ({kept.low:.2f} to {kept.high:.2f})"
        )


if __name__ == "__main__":
    main()
