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
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --group dev -e .
endif
	@touch $@

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
