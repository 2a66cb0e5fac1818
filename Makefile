# One door each: make demo | test | check | bench | docs | models
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: demo test test-slow test-ray check bench bench-measurement bench-measurement-quick bench-aepsych bench-asking bench-store bench-local bench-lab docs docs-lab models clean

demo: $(VENV)/.base
	$(BIN)/falloff demo

# Tests start many processes; without bytecode each would compile falloff anew, half of its start.
test test-slow: export PYTHONDONTWRITEBYTECODE =
test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadfile --no-loadscope-reorder

test-slow: $(VENV)/.dev
	$(BIN)/python -m pytest -m slow

# Ray is started for real, two nodes on this machine; not part of `test`, since it wants both cores.
test-ray: $(VENV)/.dev
	$(PIP) --editable ".[ray]"
	$(BIN)/python -m pytest tests/models/hosting tests/lab/test_experiments_on_ray.py

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/engines.py
	$(BIN)/python benchmarks/stressors.py
	$(BIN)/python benchmarks/novelty.py
	$(BIN)/python -m benchmarks.traffic --pairs 20
	$(BIN)/python -m benchmarks.report

# Measurement against its peers. The full run takes the better part of an hour, goes on where it was
# stopped, and writes docs/measurement.md; the quick one takes five minutes and keeps apart.
bench-measurement: $(VENV)/.bench
	$(BIN)/python -m benchmarks.measurement
	$(BIN)/python -m benchmarks.measurement.page

bench-measurement-quick: $(VENV)/.bench
	$(BIN)/python -m benchmarks.measurement --quick

# Asking over HTTP beside a bare aiohttp loop, two minutes; the OpenAI package too where it is there.
bench-asking: $(VENV)/.dev
	$(BIN)/python -m benchmarks.asking.http

# What keeping answers costs, and what a run of a million outcomes takes; a quarter of an hour.
bench-store: $(VENV)/.dev
	$(BIN)/python -m benchmarks.asking.store

# Probes a second of hf: beside transformers' generate; lm-eval too where it is there. Ten minutes.
bench-local: $(VENV)/.dev
	$(BIN)/python -m benchmarks.asking.local

# How fast the lab trains on one thread; TRL's GKDTrainer beside it where it is there. Two minutes.
bench-lab: $(VENV)/.dev
	$(BIN)/python -m benchmarks.lab.training

# AEPsych wants older versions of nearly everything, so it lives in an environment of its own.
AEPSYCH := benchmarks/.aepsych/venv
bench-aepsych: $(AEPSYCH)/.installed

$(AEPSYCH)/.installed: benchmarks/measurement/aepsych.txt
	$(PYTHON) -m venv $(AEPSYCH)
	$(AEPSYCH)/bin/python -m pip install --quiet --requirement $<
	touch $@

# The lab's findings as a page; the findings themselves come from `falloff lab run`, hours for all.
docs-lab: $(VENV)/.base
	$(BIN)/falloff lab report --out docs/lab --page docs/lab.md

# Writes the pages that follow from the code, and builds the site into build/docs.
docs: $(VENV)/.dev
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/figure.py
	$(BIN)/typer docs/cli.py utils docs --name falloff --title Commands --output docs/commands.md
	$(BIN)/python -m sphinx -W --keep-going -q docs build/docs

models: $(VENV)/.dev
	$(BIN)/falloff lab grow --out src/falloff/models/embedded

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.base: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) --editable ".[hf,lab,frames,gym,bench,datasets,index]" --group dev
	touch $@ $(VENV)/.base

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) --group bench
	touch $@

clean:
	rm -rf $(VENV) $(AEPSYCH) build dist .mypy_cache .ruff_cache .pytest_cache
