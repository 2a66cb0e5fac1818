"""The house: which room may know which, and what importing costs."""

import ast
import subprocess
import sys
from pathlib import Path

import falloff

PACKAGE = Path(falloff.__file__).parent

# A room may import the rooms named here, and itself.
MAY_KNOW = {
    "core": set(),
    "toml_file": {"core"},
    "probes": {"core", "tables", "toml_file"},
    "analysis": {"core"},
    "tables": {"core"},
    "config": {"core", "probes", "toml_file"},
    "logs": {"core", "tables"},
    "models": {"core", "probes"},
    "sampling": {"core", "probes", "analysis"},
    "run": {"core", "probes", "models", "analysis", "sampling"},
    "report": {"core", "analysis", "planning", "sparse"},
    "lab": {"core", "probes", "models", "analysis", "training", "mining"},
    "gather": {"core", "probes", "models", "analysis", "run", "report"},
    "packing": set(),
    "estimating": {"core", "analysis", "run", "gather", "packing"},
    "embedding": {"core"},
    "training": {"core", "analysis", "tables", "embedding"},
    "surroundings": {"core", "tables", "training"},
    "novelty": {"core", "analysis", "run", "training", "surroundings"},
    "waiting": set(),
    "sparse": set(),
    "paraphrasing": {"core", "probes", "models", "tables", "waiting"},
    "asking": {
        "core",
        "config",
        "probes",
        "models",
        "sampling",
        "run",
        "paraphrasing",
        "waiting",
    },
    "planning": {"core", "probes", "models", "analysis", "sampling", "run", "asking", "sparse"},
    "policy_file": {"core", "analysis", "toml_file"},
    "gating": {"core", "analysis", "run", "gather", "result"},
    "differing": {"core", "analysis", "run", "result"},
    "mining": {
        "core",
        "config",
        "probes",
        "analysis",
        "sampling",
        "run",
        "asking",
        "gather",
        "report",
        "result",
    },
    "callback": {"core", "probes", "models", "analysis", "sampling"},
    "result": {
        "core",
        "config",
        "analysis",
        "estimating",
        "run",
        "report",
        "gather",
        "asking",
        "surroundings",
        "novelty",
        "policy_file",
        "gating",
        "differing",
        "mining",
    },
    "tracking": {"core", "analysis", "report", "result"},
    "watching": {"core", "analysis", "run", "report", "result"},
    "api": {"core", "run", "asking", "surroundings", "novelty", "result"},
    "outcomes": {"core", "analysis", "tables", "report"},
    "imported": {"core", "analysis", "tables", "logs", "report", "training", "inspection"},
    "inspection": {"core", "probes", "models", "run", "analysis", "report", "tables", "logs"},
    "cli": {
        "core",
        "config",
        "planning",
        "asking",
        "paraphrasing",
        "gather",
        "probes",
        "models",
        "analysis",
        "outcomes",
        "run",
        "report",
        "lab",
        "api",
        "imported",
        "mining",
        "training",
        "inspection",
        "watching",
        "tracking",
        "falloff",
    },
    "__main__": {"cli"},
}


def imported_rooms(file):
    """Rooms of the package that a file imports anywhere, also inside functions."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "falloff":
                names = [f"falloff.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            top, _, rest = name.partition(".")
            if top == "falloff":
                yield rest.split(".")[0] or "falloff"


def test_imports_point_down():
    wrong = []
    for file in PACKAGE.rglob("*.py"):
        room = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        known = MAY_KNOW[room] | {room, *falloff.__all__}
        wrong += [f"{file.name} ({room}) → {r}" for r in imported_rooms(file) if r not in known]
    assert not wrong


def test_every_room_says_what_it_knows():
    for folder in PACKAGE.iterdir():
        if (folder / "__init__.py").exists() and folder.name != "__pycache__":
            assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text())), folder


def loaded_by(code):
    """Modules in a fresh interpreter after running ``code``."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


def test_importing_falloff_loads_nothing_heavy():
    heavy = {"scipy", "scipy.stats", "torch", "transformers", "pandas", "polars", "numpy", "rich"}
    assert not (heavy | {"aiohttp"}) & loaded_by("import falloff")


def test_the_python_face_loads_neither_torch_nor_statistics():
    heavy = {"scipy.stats", "torch", "transformers", "pandas", "polars", "aiohttp"}
    assert not heavy & loaded_by("import falloff; falloff.compare; import falloff.analysis")


def test_the_command_line_starts_without_numerics():
    heavy = {"scipy", "torch", "transformers", "polars", "aiohttp"}
    assert not heavy & loaded_by("import falloff.cli.app, falloff.cli.commands")


def test_no_file_runs_code_from_data():
    for file in PACKAGE.rglob("*.py"):
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not calls & {"eval", "exec", "compile"}, file
        assert "pickle" not in imported_names(file), file


def imported_names(file):
    return {
        alias.name.split(".")[0]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def test_no_room_takes_the_name_of_what_users_call():
    """Importing a room of such a name would put the module in the function's place."""
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not rooms & set(falloff.__all__)
