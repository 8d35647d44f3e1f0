# Every command of the project; CI calls nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3.11
UV := .tools/bin/uv
BIN := .venv/bin
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help setup up test lint types format train evaluate check doctor bench widget widget-check lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.ready  ## install everything into .venv (about a minute the first time)

up: .venv/.ready  ## run the service on http://localhost:8000 (PORT=8001 for another port)
	@$(BIN)/motcua up --port $(PORT)

test: .venv/.ready  ## run all checks and tests
	@echo "== lint" && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== types" && $(BIN)/mypy
	@echo "== catalogue" && $(BIN)/motcua catalogue check | tail -1
	@echo "== tests" && $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
	@$(MAKE) --no-print-directory widget-check

lint: .venv/.ready  ## check style
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: .venv/.ready  ## check types
	@$(BIN)/mypy

format: .venv/.ready  ## put the code into shape
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

train: .venv/.ready  ## train a release and let it serve
	@$(BIN)/motcua train

evaluate: .venv/.ready  ## score the serving release on the golden questions
	@$(BIN)/motcua evaluate

check: .venv/.ready  ## check the catalogue
	@$(BIN)/motcua catalogue check

doctor: .venv/.ready  ## report what is installed, how big it is, and what is missing
	@$(BIN)/motcua doctor

bench: .venv/.ready  ## measure turns, throughput, memory, start and training
	@$(BIN)/python -m benchmarks

widget: widget/node_modules/.ready  ## build the website widget into bot/site/static
	@cd widget && npx vite build --logLevel warn

widget-check: .venv/.ready widget/node_modules/.ready  ## check the widget: types, unit tests, built file, size, Chromium
	@echo "== widget: types" && cd widget && npm run --silent typecheck
	@echo "== widget: unit tests" && cd widget && npm test --silent
	@echo "== widget: built file" && cd widget && npm run --silent check-built
	@echo "== widget: Chromium" && cd widget && npm run --silent e2e

lock: $(UV)  ## compile requirements.lock from pyproject.toml
	@$(UV) pip compile pyproject.toml --group dev --no-emit-index-url --generate-hashes --universal \
	  --python-version 3.11 --output-file requirements.lock --quiet

clean:  ## remove what setup and tests made (not var/, not models/)
	@rm -rf widget/node_modules .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .rasa

$(UV):
	@command -v $(PYTHON) >/dev/null || { echo "Missing: Python 3.11 ($(PYTHON)). On Debian: apt-get install python3.11 python3.11-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Missing: the venv module of $(PYTHON). On Debian: apt-get install python3.11-venv"; exit 1; }
	@echo "Fetching uv"
	@$(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1" \
	  || { rm -rf .tools; echo "Missing: a package index that pip can reach."; exit 1; }

widget/node_modules/.ready: widget/package.json widget/package-lock.json
	@command -v npm >/dev/null || { echo "Missing: Node.js 18 or later with npm. On Debian: apt-get install nodejs npm"; exit 1; }
	@echo "== widget: packages"
	@cd widget && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# The stand-ins are built with uv_build, which a registry serves like any other package.
.venv/.ready: requirements.lock pyproject.toml vendor/rasa-standins/pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@echo "Installing packages"
	@UV_COMPILE_BYTECODE=1 VIRTUAL_ENV=.venv $(UV) pip sync requirements.lock
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --editable .
	@touch .venv/.ready
