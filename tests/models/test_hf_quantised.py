"""Quantised checkpoints: what is missing is named, and nothing is forced on them."""

from __future__ import annotations

import json

import pytest

from falloff.core import SetupError
from falloff.models.hf import load_hf


def quantised(folder, settings):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"quantization_config": settings}))
    return folder


@pytest.mark.parametrize(
    ("settings", "package"),
    [
        ({"quant_method": "gptq", "bits": 4, "group_size": 32}, "optimum|gptqmodel"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bitsandbytes"),
        ({"quant_method": "compressed-tensors", "format": "pack-quantized"}, "compressed-tensors"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["quant_method"],
)
def test_a_package_that_is_missing_is_named(damaged, settings, package):
    # Some need accelerate too, which transformers may say first.
    with pytest.raises(SetupError, match=rf"pip install ({package}|accelerate)"):
        load_hf(quantised(damaged, settings))
