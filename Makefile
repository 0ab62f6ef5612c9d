# `make` lists the targets. Everything runs inside .venv, which `make setup` makes.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)

.PHONY: help setup demo test check bench fidelity docs serve format

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready  ## make .venv with everything in it (uv where present, else venv and pip)

.venv/.ready: pyproject.toml uv.lock
ifdef UV
	$(UV) sync --locked --quiet
else
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "doxa needs Python 3.11 or newer; name one: make setup PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group dev -e .
endif
	@touch $@

demo: setup  ## the whole main job on 2,469 real households (about two minutes)
	$(BIN)/doxa demo --folder build/demo --check --json

test: setup  ## run the tests
	$(BIN)/python -m pytest -n 2 -q

format: setup  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: setup  ## format, lint, types, import rules, tests and docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 -q

SIZE ?= full
bench: setup  ## measure every claim against its limit (SIZE=small: two minutes; ARGS=--json)
	$(BIN)/python -m benchmarks --size $(SIZE) $(ARGS)

docs: setup  ## write the reference pages that come from code, and run every block of every page
	$(BIN)/python docs/generate.py
	$(BIN)/python -m tests.bad_input.page
	$(BIN)/python -m pytest -n 2 -q tests/docs

fidelity: setup  ## score the forecasts on every real set (DOXA_DATA names the folder of the sets; ARGS=--json)
	$(BIN)/python -m benchmarks.fidelity $(ARGS)
