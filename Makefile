.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Four workers suit the two cores the tests are sized for: many tests wait. PYTEST_FLAGS= runs them in one process.
PYTEST_FLAGS ?= -n 4 --dist worksteal

.PHONY: help demo test lint format bench faults mutate pictures lock clean

help: ## this list
	@echo 'Standfast: make <target>'
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): bin/setup pyproject.toml requirements-setup.lock requirements-dev.lock
	@bin/setup $(VENV)

demo: $(READY) ## an invented marketplace (docs/demo.md) in a throw-away database, served on 127.0.0.1:8000
	@$(BIN)/standfast demo

test: $(READY) ## the tests (PYTEST_FLAGS='-k word' to choose)
	@$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(READY) ## style, types and the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## rewrites the code in the project's style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(READY) ## the numbers: this store against others, on this machine
	@$(BIN)/python -m benchmarks

faults: $(READY) ## the long tests: processes killed, connections cut, generated clients, pages in a browser
	@$(BIN)/python -m pytest tests/faults tests/clients tests/how_to tests/browser -m "long or not long" --timeout=1800 -rP
	@$(BIN)/python -m pytest tests --ignore=tests/faults --ignore=tests/clients --ignore=tests/how_to --ignore=tests/browser \
		-m long --timeout=1800 -rP

mutate: $(READY) ## mutation testing of the domain (ROOMS='clocks time', or CHANGED=main: the rooms changed since)
	@$(BIN)/python -m tests.mutation $(ROOMS) $(if $(CHANGED),--changed $(CHANGED))

pictures: $(READY) ## the pictures in docs/pictures anew, from the demo (needs Chromium)
	@$(BIN)/python -m tests.pictures

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(UPGRADE) pyproject.toml

lock: $(READY) ## the lock files anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --group setup --output-file requirements-setup.lock
	@echo 'Locked; the next target installs what changed.'

clean: ## removes the virtual environment and all caches
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .mutation_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
