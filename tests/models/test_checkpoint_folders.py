"""Folders that are missing, damaged or unsafe: an error that says so and how to mend it."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from tiny_llamas import SHAPES, save

from falloff.core import ModelError
from falloff.models.checkpoint import read_checkpoint
from falloff.models.hf import load_hf

BOTH = pytest.mark.parametrize("load", [read_checkpoint, load_hf], ids=["micro", "hf"])


def change(file, **entries):
    """Set entries of a JSON file; None removes one."""
    content = json.loads(file.read_text()) | entries
    file.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))


def change_weights(folder, change):
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def refusal(load, folder):
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert caught.value.exit_code == 3
    assert caught.value.remedy
    return str(caught.value)


@BOTH
def test_a_missing_folder_is_named(load, tmp_path):
    assert "no checkpoint folder" in refusal(load, tmp_path / "nowhere")


@BOTH
def test_a_folder_without_config_is_refused(load, damaged):
    (damaged / "config.json").unlink()
    said = refusal(load, damaged)
    assert "has no config.json." in said
    assert "Errno" not in said


@BOTH
def test_a_config_that_is_no_json_is_refused(load, damaged):
    (damaged / "config.json").write_text("{")
    assert "config.json" in refusal(load, damaged)


@BOTH
def test_a_folder_without_tokenizer_is_refused(load, damaged):
    (damaged / "tokenizer.json").unlink()
    assert "no tokenizer" in refusal(load, damaged)


@BOTH
def test_pickled_weights_are_refused_with_the_reason_and_the_way_out(load, damaged):
    weights = load_file(damaged / "model.safetensors")
    torch.save(weights, damaged / "pytorch_model.bin")
    (damaged / "model.safetensors").unlink()
    said = refusal(load, damaged)
    assert "pytorch_model.bin" in said
    assert "can run any code" in said
    assert "use_safetensors=False" in said


@BOTH
def test_a_folder_without_weights_is_refused(load, damaged):
    (damaged / "model.safetensors").unlink()
    assert "no weights" in refusal(load, damaged)


@BOTH
@pytest.mark.parametrize("kept", [4, 200, -100])
def test_truncated_weights_are_refused(load, damaged, kept):
    file = damaged / "model.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    assert "truncated or corrupt" in refusal(load, damaged)


@BOTH
def test_a_missing_shard_is_named(load, damaged):
    shards = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (damaged / "model.safetensors.index.json").write_text(json.dumps(shards))
    assert "model-00002-of-00002.safetensors" in refusal(load, damaged)


@BOTH
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_code_in_a_checkpoint_is_refused(load, damaged, name):
    change(damaged / name, auto_map={"AutoModelForCausalLM": "evil.Model"})
    (damaged / "evil.py").write_text("raise SystemExit('the code of the checkpoint ran')")
    assert "its own Python code" in refusal(load, damaged)


@BOTH
def test_missing_weights_are_named(load, damaged):
    name = "model.layers.1.mlp.up_proj.weight"
    change_weights(damaged, lambda weights: weights.pop(name))
    assert name in refusal(load, damaged)


@BOTH
def test_weights_of_the_wrong_shape_are_refused(load, damaged):
    change(damaged / "config.json", intermediate_size=40)
    assert "mlp" in refusal(load, damaged)


def test_weights_that_are_not_finite_are_refused(damaged):
    change_weights(damaged, lambda weights: weights["model.norm.weight"].fill(np.nan))
    assert "not finite" in refusal(read_checkpoint, damaged)


def test_bfloat16_weights_are_refused_by_name(damaged):
    from safetensors.torch import load_file, save_file

    file = damaged / "model.safetensors"
    save_file({name: w.bfloat16() for name, w in load_file(file).items()}, file)
    assert "BF16" in refusal(read_checkpoint, damaged)


@pytest.mark.parametrize(
    "entry",
    [
        {"model_type": "gpt2"},
        {"hidden_act": "gelu"},
        {"attention_bias": True},
        {"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4}},
        {"rope_scaling": {"type": "linear", "factor": 2.0}, "rope_parameters": None},
        {"num_hidden_layers": None},
    ],
    ids=lambda entry: next(iter(entry)),
)
def test_what_is_not_plain_llama_is_sent_to_hf(damaged, entry):
    change(damaged / "config.json", **entry)
    said = refusal(read_checkpoint, damaged)
    assert next(iter(entry)).split("_")[0] in said or "rotary" in said
    assert "hf:PATH" in said


@pytest.mark.parametrize(
    "vocabulary",
    [None, {"a": 3}, {"<pad>": 0, "<bos>": 1, "<end>": 2, "word": 3}],
    ids=["none", "no specials", "words"],
)
def test_a_vocabulary_that_is_not_of_characters_is_refused(damaged, vocabulary):
    change(damaged / "tokenizer.json", model={"vocab": vocabulary})
    assert "not a character vocabulary" in refusal(read_checkpoint, damaged)


def test_a_vocabulary_larger_than_the_embedding_is_refused(damaged):
    vocabulary = {"<pad>": 0, "<bos>": 1, "<end>": 2, "a": 999}
    change(damaged / "tokenizer.json", model={"vocab": vocabulary})
    assert "embeddings" in refusal(read_checkpoint, damaged)


def test_rope_theta_is_read_where_either_generation_of_transformers_puts_it(tmp_path):
    folder = save(tmp_path / "turned", **SHAPES["turned"])
    nested = read_checkpoint(folder).architecture
    change(folder / "config.json", rope_parameters=None, rope_theta=300.0)
    assert read_checkpoint(folder).architecture == nested
    assert nested.rope_theta == 300.0


def test_half_precision_weights_are_read(tmp_path, checkpoint):
    half = read_checkpoint(save(tmp_path / "half", half=True)).weights
    single = read_checkpoint(checkpoint).weights
    for name, weight in half.items():
        assert weight.dtype == np.float16
        np.testing.assert_allclose(weight, single[name], atol=1e-3)


def test_digests_follow_the_content_of_the_files_and_not_their_place(checkpoint, tmp_path):
    copy = shutil.copytree(checkpoint, tmp_path / "copy")
    before = read_checkpoint(copy).digests
    assert before == read_checkpoint(checkpoint).digests
    change_weights(copy, lambda weights: weights["model.norm.weight"].fill(2.0))
    after = read_checkpoint(copy).digests
    assert {part for part in before if before[part] != after[part]} == {"weights"}
