"""An experiment on a real Ray cluster of this machine: to the last byte as in processes."""

import gc
import importlib.util
import warnings

import pytest

pytest.importorskip("torch")

from test_remedy import TINY

from falloff.core import UnknownNameError
from falloff.lab.experiments.reading import read_experiment
from falloff.lab.experiments.running import run_experiment

HAS_RAY = importlib.util.find_spec("ray") is not None


def silent(_line):
    pass


@pytest.mark.slow
@pytest.mark.skipif(not HAS_RAY, reason="needs ray: pip install 'falloff[ray]'")
def test_a_cluster_grows_and_measures_what_processes_do(tmp_path):
    file = tmp_path / "tiny.toml"
    file.write_text(TINY)
    experiment = read_experiment(str(file))
    kept, findings = {}, {}
    for executor in ("processes", "ray"):
        out = tmp_path / executor
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Ray's own start and end warn of
            found = run_experiment(experiment, out, executor=executor, workers=2, say=silent)
            gc.collect()
        findings[executor] = [(model.name, model.numbers) for model in found.models]
        files = [
            *out.glob("models/*/model.safetensors"),
            *out.glob("answers/*.json"),
            *out.glob("mined/*/*.jsonl"),
        ]
        kept[executor] = {str(f.relative_to(out)): f.read_bytes() for f in files}
    assert len(kept["ray"]) == 4 + 6 + 4
    assert kept["ray"] == kept["processes"]
    assert findings["ray"] == findings["processes"]


def test_an_executor_that_there_is_not_is_said_before_anything_is_done(tmp_path):
    file = tmp_path / "tiny.toml"
    file.write_text(TINY)
    with pytest.raises(UnknownNameError, match="executor of the lab 'rays'"):
        run_experiment(read_experiment(str(file)), tmp_path / "out", executor="rays", say=silent)
    assert not (tmp_path / "out").exists()
