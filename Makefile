# Needs make and Python 3.11 or newer. Everything else is put into .venv by the first target that needs it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin

.PHONY: help setup run test test-slow chaos soak eval check proto lock bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Set up .venv; costs nothing when nothing changed
	@for python in $(BIN)/python python3 python3.13 python3.12 python3.11 python; do \
		if command -v "$$python" >/dev/null 2>&1; then exec "$$python" -ES scripts/setup.py; fi; \
	done; echo "needs Python 3.11 or newer, and there is none on the PATH" >&2; exit 1

run: setup ## A whole consultation by phone, on this machine alone (ARGS=--help)
	@$(BIN)/calling-orchestrator sandbox run $(ARGS)

test: setup ## Run the tests (ARGS="-k name")
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(ARGS)

test-slow: setup ## Run the tests that kill whole programs, or talk in real time
	@$(BIN)/pytest -m slow -n 2 $(ARGS)

chaos: setup ## Ten minutes of calls while programs die (ARGS="--seconds 60 --seed 1"); 1 if anything was lost
	@PYTHONPATH=. $(BIN)/python -m tests.chaos $(ARGS)

soak: setup ## Half an hour of calls in which no program may grow (ARGS="--minutes 3")
	@PYTHONPATH=. $(BIN)/python -m tests.chaos.soak $(ARGS)

eval: setup ## How well callees are understood, and whole calls with all of them (ARGS=--quick: no calls)
	@$(BIN)/calling-orchestrator eval $(ARGS)

check: setup ## Lint, format, types, layers, protos, and stubs that fit the protos
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	@stubs=$$(mktemp -d) && trap 'rm -rf "$$stubs"' EXIT && sh scripts/generate_stubs.sh "$$stubs" \
		&& diff -r -x __pycache__ calling "$$stubs/calling" && echo "calling/ fits proto/"

proto: setup ## Generate calling/ from proto/
	@sh scripts/generate_stubs.sh

lock: ## Pin all packages in requirements.lock (needs uv; ARGS=--upgrade for newer ones)
	@command -v uv >/dev/null || { echo "needs uv: https://docs.astral.sh/uv" >&2; exit 1; }
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet \
		--group dev --extra embeddings --output-file requirements.lock $(ARGS) pyproject.toml

bench: setup ## Measure, and print one table
	@$(BIN)/pytest tests/bench -m bench -n 0 -s $(ARGS)

clean: ## Remove .venv, caches and the sandbox's files; consultations (.data/redis) stay
	rm -rf .venv .data/sandbox build dist *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
