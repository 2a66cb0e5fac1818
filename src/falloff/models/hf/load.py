"""Loading a checkpoint: nothing is fetched, unpickled or run from it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

from falloff.core import ModelError, SetupError, UsageError, missing_extra
from falloff.models.folder import check_folder, digests, read_config
from falloff.models.hf.options import Options, read_options

# Packages that transformers asks for, by the way a checkpoint was quantised.
_PACKAGES = {
    "gptq": "gptqmodel",
    "awq": "gptqmodel",
    "bitsandbytes": "bitsandbytes",
    "compressed-tensors": "compressed-tensors",
    "quanto": "optimum-quanto",
    "hqq": "hqq",
    "torchao": "torchao",
    "aqlm": "aqlm",
    "eetq": "eetq",
}
_ASKED = re.compile(r"pip install (?:-U |--upgrade )?[`'\"]?([A-Za-z0-9_.-]+)")


def load_hf(text: str | Path) -> Any:
    """The checkpoint in ``FOLDER?option=value``.

    Raises :class:`UsageError` for options that cannot be, :class:`SetupError` for a package or a
    device that is not there, :class:`ModelError` for a folder that is missing, damaged, incomplete,
    or would have to run code to be loaded.
    """
    options = read_options(str(text))
    try:
        import torch  # noqa: F401 - transformers imports without it, and fails later
        import transformers  # noqa: F401
    except ImportError as missing:
        package = missing.name or "transformers"
        raise missing_extra(package, "hf", "A model from hf:PATH") from missing
    from falloff.models.hf.model import HfModel

    folder = options.path
    check_folder(folder)
    device = _device(options.device)
    try:
        network, tokenizer, loaded = _from_pretrained(options, device)
    except Exception as problem:
        raise _not_loaded(folder, problem) from problem
    _check_complete(folder, loaded)
    with quiet():  # packed weights are unpacked by the first pass
        return HfModel(
            network.eval(), tokenizer, spec=f"hf:{text}", files=digests(folder), options=options
        )


def load_untrained(text: str | Path, *, seed: int) -> Any:
    """A network of the shape of the checkpoint with fresh weights.

    Float32, on the processor. The stream of torch's random numbers goes on as if without it. Raises
    as :func:`load_hf` does.
    """
    options = read_options(str(text))
    try:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
    except ImportError as missing:
        package = missing.name or "transformers"
        raise missing_extra(package, "hf", "A network of a checkpoint's shape") from missing
    from falloff.models.hf.model import HfModel

    check_folder(options.path)
    try:
        with quiet(), torch.random.fork_rng(devices=()):
            torch.manual_seed(seed)
            config = AutoConfig.from_pretrained(
                options.path, local_files_only=True, trust_remote_code=False
            )
            if hasattr(config, "quantization_config"):
                del config.quantization_config
            network = AutoModelForCausalLM.from_config(
                config, dtype=torch.float32, trust_remote_code=False
            )
            tokenizer = AutoTokenizer.from_pretrained(
                options.path, local_files_only=True, trust_remote_code=False
            )
    except Exception as problem:
        raise _not_loaded(options.path, problem) from problem
    return HfModel(network.eval(), tokenizer, spec=f"untrained:{text}", files={}, options=options)


def _from_pretrained(options: Options, device: str) -> tuple[Any, Any, dict[str, Any]]:
    """Network, tokenizer, and what transformers says of the loading."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    quantised = "quantization_config" in read_config(options.path)
    # Quantised weights cannot be moved later; on the processor they are loaded in any case.
    placed = {"device_map": device} if quantised and device != "cpu" else {}
    with quiet():
        network, loaded = AutoModelForCausalLM.from_pretrained(
            options.path,
            dtype=_dtype(options, device, quantised=quantised),
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=not quantised,
            **placed,
        )
        tokenizer = AutoTokenizer.from_pretrained(
            options.path, local_files_only=True, trust_remote_code=False
        )
    return network if quantised else network.to(device), tokenizer, loaded


def _dtype(options: Options, device: str, *, quantised: bool) -> Any:
    """float32 on a processor, which is exact and mostly fastest there, else as it was saved."""
    import torch

    if options.dtype != "auto":
        return getattr(torch, options.dtype)
    return torch.float32 if device == "cpu" and not quantised else "auto"


def _device(name: str) -> str:
    """The device itself. Raises :class:`SetupError` where torch cannot use it."""
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as problem:
        raise SetupError(
            f"torch cannot use the device '{name}': {str(problem).splitlines()[0]}",
            remedy="Leave ?device= out, or install a torch that is made for it.",
        ) from problem
    return name


def _not_loaded(folder: Path, problem: Exception) -> ModelError | SetupError | UsageError:
    said = f"{type(problem).__name__}: {problem}"
    settings = read_config(folder).get("quantization_config")
    if isinstance(settings, dict):
        method = str(settings.get("quant_method", "unknown"))
        asked = _ASKED.search(str(problem))
        package = asked[1] if asked else _PACKAGES.get(method, "")
        if asked or (isinstance(problem, ImportError) and package):
            return SetupError(
                f"'{folder}' is quantised with {method}, for which transformers needs the package"
                f" '{package}': {problem}",
                remedy=f"Install it with: pip install {package}",
            )
        return ModelError(
            f"transformers cannot load '{folder}', quantised with {method}, here: {said}",
            remedy="Many kinds need a GPU. Serve it with the engine it was made for, and give its"
            " endpoint as openai:MODEL@URL.",
        )
    return ModelError(
        f"transformers cannot load '{folder}': {said}",
        remedy="Save the model again with save_pretrained, or update transformers.",
    )


def _check_complete(folder: Path, loaded: dict[str, Any]) -> None:
    """transformers fills weights that are missing or misshapen at random, and only warns."""
    misshapen = [name for name, *_ in loaded["mismatched_keys"]]
    if faults := sorted({*loaded["missing_keys"], *misshapen}):
        raise ModelError(
            f"Checkpoint '{folder}' does not fit its config.json: {len(faults)} weights are missing"
            f" or of another shape, the first of them {faults[0]}.",
            remedy="Save model and config together with save_pretrained.",
        )


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bar and no warnings of transformers, whose settings come back.

    Other packages that it loads with have bars that heed no setting.
    """
    from transformers.utils import logging

    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        with redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()
