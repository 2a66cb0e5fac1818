"""From specs to models."""

from __future__ import annotations

import subprocess
import sys

import pytest

from falloff.core import UnknownNameError, UsageError
from falloff.models import LOADERS, load_model, micro
from falloff.models.engine import Engine
from falloff.models.hf.model import HfModel


def test_an_unknown_prefix_is_met_with_the_nearest_and_the_list():
    with pytest.raises(UnknownNameError) as caught:
        load_model("mirco:teacher")
    assert "Did you mean 'micro'" in str(caught.value)
    assert "Available: anthropic, gguf, hf, inspect, micro, openai, sim" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("spec", ["", "teacher", "micro:", ":teacher"])
def test_a_spec_without_prefix_or_name_is_told_the_form(spec):
    with pytest.raises(UsageError, match=r"micro"):
        load_model(spec)


def test_a_bare_folder_is_told_its_prefix(checkpoint):
    with pytest.raises(UsageError, match=f"hf:{checkpoint}"):
        load_model(str(checkpoint))


def test_what_is_no_model_at_all_is_refused():
    with pytest.raises(UsageError, match="a int"):
        load_model(7)


def test_a_loaded_model_is_returned_as_it_is():
    model = load_model("sim:teacher")
    assert load_model(model) is model


def test_embedded_models_are_found_by_name(checkpoint, monkeypatch):
    monkeypatch.setattr(micro, "EMBEDDED", checkpoint.parent)
    model = load_model(f"micro:{checkpoint.name}")
    assert isinstance(model, Engine)
    assert model.spec == f"micro:{checkpoint.name}"
    with pytest.raises(UnknownNameError, match=f"Did you mean '{checkpoint.name}'"):
        load_model(f"micro:{checkpoint.name}x")


def test_a_folder_is_loaded_with_transformers(checkpoint):
    model = load_model(f"hf:{checkpoint}")
    assert isinstance(model, HfModel)
    assert model.spec == f"hf:{checkpoint}"


def test_the_table_of_prefixes_can_be_added_to(monkeypatch):
    monkeypatch.setattr(LOADERS, "_entries", dict(LOADERS._entries))
    LOADERS.register("twice")(lambda name: load_model(f"sim:{name}"))
    assert load_model("twice:teacher").spec == "sim:teacher"


def test_importing_the_room_loads_neither_numpy_nor_torch():
    code = (
        "import sys, falloff.models;"
        "print([m for m in ('numpy', 'torch', 'transformers', 'safetensors') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_loading_an_embedded_model_needs_no_torch(checkpoint):
    code = (
        "import sys, pathlib, falloff.models.micro as micro;"
        f"micro.load_folder(pathlib.Path({str(checkpoint)!r}), spec='m');"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
